"""What an open exchange holds back, and how it ends."""

from __future__ import annotations

from datetime import date

from shop.backends.ports import Claim
from shop.model import Order
from shop.service_model import Exchange
from shop.store import order_books as books
from shop.store.database import Transaction
from shop.store.reads import orders as order_reads
from shop.store.reads.credits import refunded_goods
from shop.store.service_schema import exchanges


def held_at(tx: Transaction, order: Order, exchange: Exchange) -> str:
    """The location where the new goods of an exchange are held back."""
    return exchange.location or books.place_of(tx, order)


def close(tx: Transaction, exchange: Exchange, status: str, completed_on: date | None = None) -> None:
    """End an exchange as completed, on a day, or as cancelled."""
    mine = exchanges.c.id == exchange.id
    tx.execute(exchanges.update().where(mine).values(status=status, completed_on=completed_on))


def give_up(tx: Transaction, claim: Claim, order: Order, exchange: Exchange) -> None:
    """Cancel an exchange; the new goods are free again."""
    books.release(tx, claim, exchange.new_sku, held_at(tx, order, exchange), exchange.quantity)
    close(tx, exchange, "cancelled")


def give_up_refunded(tx: Transaction, claim: Claim, order: Order) -> list[str]:
    """Cancel the open exchanges of goods whose money went back: nobody gets both. Gives their ids."""
    ended = []
    for exchange in order_reads.exchanges(tx, order.id):
        mine = [(exchange.line_no, exchange.quantity)]
        if exchange.status == "requested" and refunded_goods(tx, order, mine):
            give_up(tx, claim, order, exchange)
            ended.append(exchange.id)
    return ended
