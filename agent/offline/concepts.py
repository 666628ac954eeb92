"""Words that mean one thing in a shop: the phrasebook compares meanings, not the words that carry them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_GROUPS: Final = """
    customer client buyer shopper purchaser guest folk people person lady guy gentleman
    parcel package packet consignment box
    courier carrier dhl ups dpd evri hermes fedex postman driver
    broken damage damaged smashed shattered cracked chipped crushed torn dented faulty scratched ruined squashed soaked bust wrecked kaput kaputt leak spoilt spoiled
    stolen nicked shoplifted pinched robbed theft
    empty bare zero gone finished nil
    plenty loads lots tons heaps
    overpriced overcharging
    profit margin markup earn gain
    firm company business
    remove delete deduct erase clear
    pack ship dispatch send post fulfil pick
    spend spent shop buy
    regular loyal
    lost missing vanished disappeared misplaced
    found discovered located
    product article item line sku good thing stuff
    supplier vendor distributor manufacturer wholesaler maker source
    deliver delivery shipment lorry truck
    order buy purchase procure
    reorder replenish restock refill
    need require want
    money cash capital funds
    price rate tag ticket
    charge ask
    suggest recommend advise propose reckon advice recommendation suggestion proposal opinion
    forecast predict projection estimate outlook prediction anticipate
    sell shift
    refund reimburse reimbursement compensate compensation
    return returned back
    cancel storno annul void abort revoke scrap withdraw
    transfer move relocate shuttle
    approve approval sign authorise authorize okay decide decision permission
    wait waiting await awaiting pending hang
    rule policy guideline procedure handbook manual guide
    allow permit may entitled
    low short scarce thin
    shelf rack bay slot
    soon shortly nearly almost
    surplus excess overstock overstocked bloated
    history ledger log trail
    movement transaction booking
    show display give tell list
    find search look lookup
    receive receipt unload
    late overdue delayed slipped behind
    minimum least smallest moq
    carton case pack
    shop store branch site location warehouse depot
    quantity amount number figure
    pieces unit pcs
    cheap cheaper inexpensive
    expensive dear pricey
    reduce lower drop decrease cut slash
    raise increase lift hike bump
    arrive land come
    here in
    note comment remark memo
    status state progress
    phone ring call
    quick fast quickly rapidly
    chef boss manager
"""
_CONCEPT: Final = {
    word: group.split()[0].upper() for group in _GROUPS.strip().splitlines() for word in group.split()
}
_ENDINGS: Final = (
    (re.compile(r"(?<=[a-z]{3})(?:ing|ings)$"), ("", "e")),
    (re.compile(r"(?<=[a-z]{3})ied$|(?<=[a-z]{2})ies$"), ("y",)),
    (re.compile(r"(?<=[a-z]{2})(?:ed|es)$"), ("", "e")),
    (re.compile(r"(?<=[a-z]{2}[^s])s$"), ("",)),
    (re.compile(r"(?<=[a-z]{2})'s$"), ("",)),
)


@lru_cache(maxsize=4096)
def concept(word: str) -> str:
    """The meaning of a word as a phrasebook counts it: a concept in capitals, else the word's root.

    >>> [concept(word) for word in ("clients", "smashed", "ordering", "mugs", "<sku>")]
    ['CUSTOMER', 'BROKEN', 'ORDER', 'mug', '<sku>']
    """
    if word.startswith("<"):
        return word
    found = roots(word)
    return next((_CONCEPT[root] for root in found if root in _CONCEPT), found[-1])


def roots(word: str) -> list[str]:
    """The word and what it is without its ending, the likeliest root last."""
    bases = [word]
    for ending, instead in _ENDINGS:
        if ending.search(word):
            bare = ending.sub("", word)
            doubled = len(bare) > 3 and bare[-1] == bare[-2] and bare[-1] not in "sl"
            return [
                word,
                *(bare + letter for letter in instead[1:]),
                bare[:-1] if doubled else bare + instead[0],
            ]
    return bases
