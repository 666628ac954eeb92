"""Tables of customer service: how customers pay, exchanges, credits, drafts, and who is spoken with.

An RMA is a row of ``returns``, an exchange adds a row here for what is sent instead. A conversation that a
door opened with a customer stands in ``customer_conversations``; what its customer agreed to stands in
``consents`` by digest, never by words.
"""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from shop.store.columns import UtcText
from shop.store.schema import metadata

payment_methods = Table(
    "payment_methods",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("customer", String(80), nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # card | gift_card | paypal | other
    Column("brand", String(40), nullable=False, default="", server_default=""),
    Column("last_four", String(4), nullable=False, default="", server_default=""),
    Column("balance_minor", BigInteger),  # gift cards only
    Column("currency", String(3)),  # of the balance
    Column("version", Integer, nullable=False, default=1, server_default="1"),
)

exchanges = Table(
    "exchanges",
    metadata,
    Column("id", String(80), primary_key=True),  # 'EX-1'
    Column("rma", ForeignKey("returns.id"), nullable=False, index=True),  # what comes back for it
    Column("order_id", ForeignKey("orders.id"), nullable=False, index=True),
    Column("line_no", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("new_sku", ForeignKey("products.sku"), nullable=False),
    Column("unit_price_minor", BigInteger, nullable=False),  # of the new SKU, as promised
    Column("difference_minor", BigInteger, nullable=False),  # over zero: the customer pays
    Column("currency", String(3), nullable=False),
    Column("method_id", String(80)),  # where the difference goes
    Column("location", String(80)),  # where the new goods are held back; none: where the order came from
    Column("status", String(16), nullable=False),  # requested | completed | cancelled
    Column("requested_on", Date, nullable=False),
    Column("completed_on", Date),
    Column("action_id", String(80)),
)

store_credits = Table(
    "store_credits",
    metadata,
    Column("id", String(80), primary_key=True),  # 'CR-1'
    Column("customer", String(80), nullable=False, index=True),
    Column("order_id", String(80)),
    Column("method_id", String(80), nullable=False),  # the gift card that holds it
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("at", UtcText, nullable=False),
    Column("reason", Text, nullable=False),
    Column("action_id", String(80), unique=True),
)

refund_parts = Table(
    "refund_parts",  # what refunds were for; money that went back for nothing in particular has no row
    metadata,
    Column("action_id", String(80), primary_key=True),
    Column("order_id", ForeignKey("orders.id"), nullable=False, index=True),
    Column("line_no", Integer, primary_key=True, autoincrement=False),  # 0: the shipping
    Column("quantity", Integer, nullable=False),  # whole pieces
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
)

ticket_replies = Table(
    "ticket_replies",  # drafts: sending is for people
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("ticket", ForeignKey("tickets.id"), nullable=False, index=True),
    Column("at", UtcText, nullable=False),
    Column("author", String(80), nullable=False),
    Column("text", Text, nullable=False),
    Column("action_id", String(80), unique=True),
)

customer_conversations = Table(
    "customer_conversations",  # opened by a door; from then on identity and consent are asked for
    metadata,
    Column("conversation", String(80), primary_key=True),
    Column("opened_at", UtcText, nullable=False),
    Column("customer", String(80)),  # once identified; never another one
    Column("matched_by", String(16)),  # email | name_postcode
    Column("matched_at", UtcText),
    Column("failed", Integer, nullable=False, default=0, server_default="0"),  # attempts that matched nobody
)

consents = Table(
    "consents",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("conversation", ForeignKey("customer_conversations.conversation"), nullable=False),
    Column("digest", String(64), nullable=False),  # of the action that was shown, salted
    Column("salt", String(40)),
    Column("at", UtcText, nullable=False),
    Column("used_by", String(80)),  # the action that it was given for: it counts once
)
Index("consents_by_conversation", consents.c.conversation, consents.c.used_by)
