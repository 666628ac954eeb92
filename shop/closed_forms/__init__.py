"""Textbook formulas for one item, by subject: the yardsticks of the batched arithmetic.

Symbols in every module: `order_cost` K per order, `holding` h and `shortage` p per piece and period,
`demand` lambda per period, `lead_time` L in periods; all costs are floats of one currency's major units.
Sources: Snyder and Shen (2019), Fundamentals of Supply Chain Theory, 2nd ed. (S&S); Zipkin (2000),
Foundations of Inventory Management. Every formula is checked in tests/shop/closed_forms against numbers
that were computed by other programs.
"""
