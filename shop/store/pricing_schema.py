"""Table of what competitors ask for the same goods: the latest price each was seen with."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, String, Table

from shop.store.schema import metadata

competitor_prices = Table(
    "competitor_prices",
    metadata,
    Column("sku", ForeignKey("products.sku"), primary_key=True),
    Column("competitor", String(120), primary_key=True),
    Column("price_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("seen_on", Date, nullable=False),  # the store's day on which somebody saw this price
)
