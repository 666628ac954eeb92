"""All purchase lines together: budgets, supplier minimums, container limits, several suppliers per SKU.

The problem. Each item in need has bids: the same pieces from one supplier or another. A bid has options
(quantities) with a cost and a worth (`shop/purchasing_worth.py`). At most one option per item is bought.
The bids of one supplier for one location are one possible order, which is placed only if it reaches the
supplier's minimum value and stays within its weight and volume. Budgets cap the cost of all orders, of a
supplier's, of a category's.

The method is Lagrangian relaxation with priced minimums, then repair (Everett 1963, Operations Research 11,
399-417; Geoffrion 1974, Mathematical Programming Study 2, 82-114; for multiple-choice knapsacks Kellerer,
Pferschy and Pisinger 2004, Knapsack Problems, chapter 11). Every budget gets a price per unit of money.
Given the prices, each order is decided alone: each item takes the option with the largest worth less priced
cost; an order under its minimum pays a premium on its own value, found by bisection, until it reaches the
minimum, and is placed only if that still gains; an order over its weight or volume charges for them,
likewise. The prices are bisected until every budget holds. What is left is repaired: the undecided orders
offer a menu of plans (spend, worth), a dynamic programme picks one plan of each, then single quantities
fill what is left of the budgets.

Partitions. Given the prices, a component (orders that share an item, or one item by itself) is decided
without looking at any other. `Partition` holds whole components; `solve` sees of a partition only sums of
whole numbers (spend per budget, worth in thousandths of a minor unit), menus of its few undecided
components and its best upgrades, each with a key that no partitioning changes. Sums of whole numbers do not
depend on their order, so any split into partitions, on any number of machines, gives the same purchases bit
for bit.

Money is whole minor units. Worth and prices are floats: they weigh alternatives, nobody pays them.
"""
