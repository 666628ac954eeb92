"""Tables of the embedded shop. One database (or PostgreSQL schema) holds one tenant.

Money is a whole number of minor units in ``*_minor`` with its ISO 4217 code beside it; pieces are whole
numbers; moments are UTC; days are calendar days of the store. ``version`` counts the changes of a row
that a person may have looked at before approving: the desk compares it at the claim.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
)

from shop.store.columns import ExactDecimal, UtcText

metadata = MetaData()


def _version() -> Column[int]:
    return Column("version", Integer, nullable=False, default=1, server_default="1")


store_info = Table(
    "store_info",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("name", String(200), nullable=False),
    Column("home_currency", String(3), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("source", String(32), nullable=False),  # empty | sample | transactions | shopify
    Column("business_date", Date),  # the store's "today" when its data is a snapshot; else the real day
    # Whether two people vouched that the names in the store (titles, suppliers) are the store's own words.
    Column("own_names", Boolean, nullable=False, server_default=false()),
    CheckConstraint("id = 1", name="one_store"),
)

locations = Table(
    "locations",
    metadata,
    Column("id", String(80), primary_key=True),  # 'leeds'
    Column("name", String(200), nullable=False),  # 'Leeds'
    Column("rank", Integer, nullable=False, default=0),  # 0 = where the shop ships from by default
)

products = Table(
    "products",
    metadata,
    Column("sku", String(80), primary_key=True),
    Column("title", String(400), nullable=False),
    Column("category", String(120), nullable=False, default=""),
    Column("vendor", String(200), nullable=False, default=""),
    Column("status", String(16), nullable=False, default="active"),  # active | draft | archived | end_of_life
    Column("price_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),  # of price, cost and MAP
    Column("cost_minor", BigInteger),  # moving average landed cost; unknown stays unknown
    Column("map_minor", BigInteger),  # minimum advertised price
    # standard | hygiene | final_sale | hazardous
    Column("item_class", String(16), nullable=False, default="standard"),
    Column("shelf_life_days", Integer),
    Column("weight_grams", Integer),
    Column("volume_ml", Integer),
    Column("launched_on", Date),
    Column("price_changed_at", UtcText),
    Column("product_group", String(80), index=True),  # the variants of one product share it
    Column("options", Text, nullable=False, default="", server_default=""),  # JSON: {"colour": "blue"}
    _version(),
)
Index("products_by_category", products.c.category, products.c.sku)
Index("products_by_title", products.c.title)

price_changes = Table(
    "price_changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("sku", ForeignKey("products.sku"), nullable=False, index=True),
    Column("at", UtcText, nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("source", String(80), nullable=False),  # import | sample | the action's id
    Column("before_minor", BigInteger),  # the price until then, where it was known
)

stock_levels = Table(
    "stock_levels",
    metadata,
    Column("sku", ForeignKey("products.sku"), primary_key=True),
    Column("location", ForeignKey("locations.id"), primary_key=True),
    Column("on_hand", Integer, nullable=False),
    Column("committed", Integer, nullable=False, default=0),  # sold, not shipped
    Column("unavailable", Integer, nullable=False, default=0),  # damaged, in inspection
    Column("assumed", Boolean, nullable=False, default=False),  # set by an import that had no stock figures
    Column("updated_at", UtcText, nullable=False),
    _version(),
)

stock_movements = Table(
    "stock_movements",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("sku", String(80), nullable=False),
    Column("location", String(80), nullable=False),
    Column("day", Date, nullable=False),
    # opening | receipt | sale | return | adjustment | transfer_in | transfer_out
    Column("kind", String(16), nullable=False),
    Column("quantity", Integer, nullable=False),  # signed: a sale is negative
    Column("ref", String(80), nullable=False, default=""),  # purchase order, action, import
)
Index("movements_by_item", stock_movements.c.sku, stock_movements.c.location, stock_movements.c.day)
Index("movements_by_kind", stock_movements.c.kind, stock_movements.c.day)

stockout_days = Table(
    "stockout_days",  # days on which a shelf was empty, so that sales were less than demand
    metadata,
    Column("sku", String(80), primary_key=True),
    Column("location", String(80), primary_key=True),
    Column("day", Date, primary_key=True),
)

promotions = Table(
    "promotions",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("sku", String(80)),  # one of sku and category is set
    Column("category", String(120)),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("discount_percent", ExactDecimal, nullable=False),
)

signals = Table(
    "signals",  # what people know before the figures do; a removed one stays as a record
    metadata,
    Column("id", String(80), primary_key=True),  # 'S-1'
    # promotion | season | one_off | delay | unavailable | price
    Column("effect", String(16), nullable=False),
    Column("sku", String(80)),
    Column("category", String(120)),
    Column("location", String(80)),
    Column("supplier", String(80)),
    Column("purchase_order", String(80)),
    Column("percent", Integer),
    Column("quantity", Integer),
    Column("days", Integer),
    Column("unit_cost_minor", BigInteger),
    Column("currency", String(3)),  # of the unit cost
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("reason", Text, nullable=False),
    Column("author", String(80), nullable=False),
    Column("added_at", UtcText, nullable=False),
    Column("action_id", String(80), unique=True),  # the action that added it
    Column("removed_at", UtcText),
    Column("removed_by", String(80)),
    _version(),
)
Index("signals_by_end", signals.c.ends_on)

suppliers = Table(
    "suppliers",
    metadata,
    Column("id", String(80), primary_key=True),  # 'northwind'
    Column("name", String(200), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("lead_time_days", Float, nullable=False),  # mean, calendar days from order to shelf
    Column("lead_time_sd_days", Float, nullable=False),
    Column("minimum_order_minor", BigInteger, nullable=False, default=0),
    Column("maximum_weight_grams", BigInteger),  # of one order: a container, a lorry; empty = no limit
    Column("maximum_volume_ml", BigInteger),
    Column("delivered_percent", Integer),  # of the pieces ordered; empty = all
    Column("approved", Boolean, nullable=False, default=True),
    Column("assumed", Boolean, nullable=False, default=False),  # terms invented by an import, to be completed
    Column("email", String(200), nullable=False, default=""),
    _version(),
)

offers = Table(
    "offers",  # a supplier's terms for a SKU
    metadata,
    Column("supplier", ForeignKey("suppliers.id"), primary_key=True),
    Column("sku", ForeignKey("products.sku"), primary_key=True, index=True),
    Column("unit_cost_minor", BigInteger, nullable=False),  # in the supplier's currency
    Column("moq", Integer, nullable=False, default=1),
    Column("pack_size", Integer, nullable=False, default=1),
    Column("rank", Integer, nullable=False, default=0),  # 0 = preferred
    Column("assumed", Boolean, nullable=False, default=False),
    _version(),
)

price_breaks = Table(
    "price_breaks",
    metadata,
    Column("supplier", String(80), primary_key=True),
    Column("sku", String(80), primary_key=True),
    Column("from_quantity", Integer, primary_key=True),
    Column("unit_cost_minor", BigInteger, nullable=False),
)

purchase_orders = Table(
    "purchase_orders",
    metadata,
    Column("id", String(80), primary_key=True),  # 'PO-1001'
    Column("supplier", ForeignKey("suppliers.id"), nullable=False, index=True),
    Column("location", ForeignKey("locations.id"), nullable=False),
    Column("status", String(16), nullable=False),  # placed | partly_received | received | cancelled
    Column("ordered_on", Date, nullable=False),
    Column("expected_on", Date, nullable=False),
    Column("received_on", Date),
    Column("currency", String(3), nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("action_id", String(80), unique=True),  # the action that placed it, if one did
    _version(),
)
Index("purchase_orders_by_status", purchase_orders.c.status, purchase_orders.c.expected_on)

purchase_order_lines = Table(
    "purchase_order_lines",
    metadata,
    Column("purchase_order", ForeignKey("purchase_orders.id"), primary_key=True),
    Column("sku", ForeignKey("products.sku"), primary_key=True, index=True),
    Column("quantity", Integer, nullable=False),
    Column("received", Integer, nullable=False, default=0),
    Column("unit_cost_minor", BigInteger, nullable=False),
)

exchange_rates = Table(
    "exchange_rates",  # 1 unit of `currency` is worth `rate` units of the home currency
    metadata,
    Column("currency", String(3), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("rate", ExactDecimal, nullable=False),
)

customers = Table(
    "customers",
    metadata,
    Column("id", String(80), primary_key=True),  # 'C-10001'
    Column("name", String(200), nullable=False, default=""),
    Column("email", String(200), index=True),
    Column("phone", String(80), nullable=False, default=""),
    Column("street", String(200), nullable=False, default=""),
    Column("city", String(120), nullable=False, default=""),
    Column("postcode", String(40), nullable=False, default=""),
    Column("country", String(80), nullable=False, default=""),
    Column("created_on", Date),
    _version(),
    Column("street2", String(200), nullable=False, default="", server_default=""),
    Column("region", String(80), nullable=False, default="", server_default=""),  # county, state
)

orders = Table(
    "orders",
    metadata,
    Column("id", String(80), primary_key=True),  # '1042', spoken '#1042'
    Column("customer", String(80), index=True),
    Column("placed_at", UtcText, nullable=False),
    # unfulfilled | partly_fulfilled | fulfilled | cancelled
    Column("status", String(20), nullable=False),
    Column("financial_status", String(20), nullable=False),  # pending|paid|partly_refunded|refunded|voided
    Column("currency", String(3), nullable=False),
    Column("subtotal_minor", BigInteger, nullable=False),
    Column("shipping_minor", BigInteger, nullable=False, default=0),
    Column("tax_minor", BigInteger, nullable=False, default=0),  # included in the total
    Column("discount_minor", BigInteger, nullable=False, default=0),
    Column("total_minor", BigInteger, nullable=False),
    Column("location", String(80)),
    Column("cancelled_at", UtcText),
    _version(),
    # Where the order goes; a blank ship_street means the customer's own address.
    Column("ship_street", String(200), nullable=False, default="", server_default=""),
    Column("ship_street2", String(200), nullable=False, default="", server_default=""),
    Column("ship_city", String(120), nullable=False, default="", server_default=""),
    Column("ship_region", String(80), nullable=False, default="", server_default=""),
    Column("ship_postcode", String(40), nullable=False, default="", server_default=""),
    Column("ship_country", String(80), nullable=False, default="", server_default=""),
    Column("cancel_cause", String(40), nullable=False, default="", server_default=""),
    Column("items_changed_at", UtcText),  # set once: a pending order's items change once
    Column("replaces", String(80)),  # the order whose lost or damaged goods this one sends again
)
Index("orders_by_day", orders.c.placed_at, orders.c.id)
Index("orders_by_status", orders.c.status, orders.c.placed_at, orders.c.id)
Index("orders_of_customer", orders.c.customer, orders.c.placed_at, orders.c.id)

order_lines = Table(
    "order_lines",
    metadata,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),
    Column("line_no", Integer, primary_key=True),
    Column("sku", String(80), nullable=False, index=True),
    Column("title", String(400), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("fulfilled", Integer, nullable=False, default=0),
    Column("returned", Integer, nullable=False, default=0),
    Column("unit_price_minor", BigInteger, nullable=False),
)

payments = Table(
    "payments",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("order_id", ForeignKey("orders.id"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),  # sale | refund
    Column("method", String(80), nullable=False),  # 'card ending 4242', 'PayPal', 'gift card'
    Column("amount_minor", BigInteger, nullable=False),  # always positive
    Column("currency", String(3), nullable=False),
    Column("at", UtcText, nullable=False),
    Column("action_id", String(80), index=True),  # one action may pay back to several methods
    Column("method_id", String(80)),  # the customer's payment method, where it is known
)

shipments = Table(
    "shipments",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("order_id", ForeignKey("orders.id"), nullable=False, index=True),
    Column("carrier", String(80), nullable=False),
    Column("tracking", String(80), nullable=False, index=True),
    Column("status", String(16), nullable=False),  # in_transit | delivered | late | lost | damaged | returned
    Column("shipped_on", Date, nullable=False),
    Column("promised_on", Date, nullable=False),
    Column("delivered_on", Date),
)

returns = Table(
    "returns",
    metadata,
    Column("id", String(80), primary_key=True),  # 'RMA-301'
    Column("order_id", ForeignKey("orders.id"), nullable=False, index=True),
    Column("line_no", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    # requested | received | restocked | written_off | cancelled
    Column("status", String(16), nullable=False),
    Column("requested_on", Date, nullable=False),
    Column("received_on", Date),
    Column("method_id", String(80)),  # where the money goes; empty = as it was paid
    Column("inspection", Text, nullable=False, default="", server_default=""),
    Column("closed_on", Date),
    Column("action_id", String(80)),
    _version(),
)

order_notes = Table(
    "order_notes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("order_id", ForeignKey("orders.id"), nullable=False, index=True),
    Column("at", UtcText, nullable=False),
    Column("author", String(80), nullable=False),
    Column("text", Text, nullable=False),
    Column("action_id", String(80), unique=True),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", String(80), primary_key=True),  # 'T-501'
    Column("customer", String(80), index=True),
    Column("order_id", String(80)),
    Column("opened_at", UtcText, nullable=False),
    Column("status", String(16), nullable=False),  # open | waiting | closed
    Column("subject", String(400), nullable=False),
    Column("body", Text, nullable=False),  # a stranger's words: data, never an instruction
)

supplier_notes = Table(
    "supplier_notes",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("supplier", ForeignKey("suppliers.id"), nullable=False, index=True),
    Column("received_on", Date, nullable=False),
    Column("subject", String(400), nullable=False),
    Column("body", Text, nullable=False),  # a stranger's words: data, never an instruction
)

effects = Table(
    "effects",  # what has been done to this shop by actions: the key makes a second try a no-op
    metadata,
    Column("action_id", String(80), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("at", UtcText, nullable=False),
    Column("receipt", Text, nullable=False),  # canonical JSON
)

imports = Table(
    "imports",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of the file(s)
    Column("at", UtcText, nullable=False),
    Column("report", Text, nullable=False),  # canonical JSON, counts only
)

people = Table(
    "people",  # humans and agents that may sign in
    metadata,
    Column("id", String(80), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(8), nullable=False),  # human | agent
    Column("roles", String(400), nullable=False),  # space-separated
    Column("limit_minor", BigInteger),  # may approve up to this; empty = no amount limit
    Column("limit_currency", String(3)),
    Column("active", Boolean, nullable=False, default=True),
    Column("created_at", UtcText, nullable=False),
)
