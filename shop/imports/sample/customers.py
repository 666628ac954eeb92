"""Invented customers: example addresses, telephone numbers that Ofcom keeps free for drama."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shop.imports.sample.period import BUSINESS_DATE, DAYS, calendar_day

if TYPE_CHECKING:
    import numpy as np

    from shop.imports.sample.web_orders import WebOrder

CUSTOMERS: Final = 3_000

_FIRST: Final = (
    "Amelia",
    "Aisha",
    "Alistair",
    "Amir",
    "Ben",
    "Bethan",
    "Callum",
    "Carys",
    "Catriona",
    "Chidi",
    "Chloe",
    "Daniel",
    "Deepa",
    "Dylan",
    "Eilidh",
    "Ella",
    "Emily",
    "Ewan",
    "Fatima",
    "Fergus",
    "Finn",
    "Freya",
    "Gareth",
    "George",
    "Grace",
    "Hamish",
    "Hannah",
    "Harpreet",
    "Harriet",
    "Imogen",
    "Isla",
    "Jack",
    "James",
    "Jasmine",
    "Joanna",
    "Joseph",
    "Kwame",
    "Lauren",
    "Leila",
    "Lewis",
    "Lily",
    "Mairi",
    "Marcus",
    "Megan",
    "Mei",
    "Mohammed",
    "Molly",
    "Nadia",
    "Niamh",
    "Nikhil",
    "Oliver",
    "Owen",
    "Patrick",
    "Poppy",
    "Priya",
    "Rhys",
    "Robert",
    "Rory",
    "Rosie",
    "Ruth",
    "Samuel",
    "Saoirse",
    "Sophie",
    "Stuart",
    "Tamsin",
    "Thomas",
    "Tomasz",
    "Victoria",
    "William",
    "Yasmin",
    "Zara",
    "Zoe",
)
_LAST: Final = (
    "Adeyemi",
    "Ahmed",
    "Allen",
    "Anderson",
    "Bailey",
    "Baker",
    "Begum",
    "Bell",
    "Bennett",
    "Campbell",
    "Carter",
    "Chapman",
    "Clarke",
    "Collins",
    "Cook",
    "Cooper",
    "Cox",
    "Davies",
    "Dixon",
    "Douglas",
    "Edwards",
    "Ellis",
    "Evans",
    "Fletcher",
    "Foster",
    "Fraser",
    "Gibson",
    "Graham",
    "Grant",
    "Gray",
    "Green",
    "Griffiths",
    "Hall",
    "Hamilton",
    "Harris",
    "Harvey",
    "Hughes",
    "Hunt",
    "Hussain",
    "Jenkins",
    "Johnston",
    "Jones",
    "Kaur",
    "Kelly",
    "Kennedy",
    "Khan",
    "King",
    "Knight",
    "Kowalski",
    "Lewis",
    "Lloyd",
    "MacDonald",
    "Marshall",
    "Mason",
    "Mitchell",
    "Moore",
    "Morgan",
    "Morris",
    "Murphy",
    "Murray",
    "Nowak",
    "O'Brien",
    "Okafor",
    "Owen",
    "Palmer",
    "Patel",
    "Phillips",
    "Powell",
    "Price",
    "Reid",
    "Richards",
    "Roberts",
    "Robinson",
    "Ross",
    "Russell",
    "Scott",
    "Shah",
    "Shaw",
    "Simpson",
    "Singh",
    "Stewart",
    "Sutherland",
    "Taylor",
    "Thompson",
    "Turner",
    "Walker",
    "Ward",
    "Watson",
    "Webb",
    "White",
    "Wilson",
    "Wood",
)
_STREETS: Final = (
    "Harbour Road",
    "Mill Lane",
    "Church Street",
    "Station Road",
    "Victoria Terrace",
    "Quay Street",
    "Orchard Close",
    "Moor View",
    "Beech Avenue",
    "Castle Hill",
    "Chapel Row",
    "Albert Road",
    "Kirk Wynd",
    "Riverside",
    "The Green",
    "Meadow Way",
    "Park Crescent",
)
_CITIES: Final = (
    ("Leeds", "LS"),
    ("York", "YO"),
    ("Sheffield", "S"),
    ("Bristol", "BS"),
    ("Bath", "BA"),
    ("Cardiff", "CF"),
    ("Exeter", "EX"),
    ("Glasgow", "G"),
    ("Edinburgh", "EH"),
    ("Dundee", "DD"),
    ("Newcastle", "NE"),
    ("Manchester", "M"),
    ("Norwich", "NR"),
    ("London", "SE"),
    ("Brighton", "BN"),
)


def assign_customers(orders: list[WebOrder], rng: np.random.Generator) -> None:
    """Give each order its customer: some buy often, most once or twice, a fifth never yet."""
    often = rng.integers(0, CUSTOMERS, len(orders))
    seldom = rng.integers(0, CUSTOMERS // 8, len(orders))
    regular = rng.integers(0, 100, len(orders)) < 20  # noqa: PLR2004 - one order in five is a regular's
    for order, one, other, is_regular in zip(
        orders, often.tolist(), seldom.tolist(), regular.tolist(), strict=True
    ):
        order.customer = other if is_regular else one


def customer_id(place: int) -> str:
    """The id of a customer.

    >>> customer_id(0)
    'C-10001'
    """
    return f"C-{10001 + place}"


def customer_rows(orders: list[WebOrder], rng: np.random.Generator) -> list[dict[str, Any]]:
    """All customers; nobody was created after their first order."""
    first_order: dict[int, int] = {}
    for order in reversed(orders):
        first_order[order.customer] = (BUSINESS_DATE - order.placed_at.date()).days
    draws = rng.integers(0, 1 << 30, (CUSTOMERS, 6)).tolist()
    return [_customer(place, draw, first_order.get(place)) for place, draw in enumerate(draws)]


def _customer(place: int, draw: list[int], first_order_ago: int | None) -> dict[str, Any]:
    first, last = _FIRST[draw[0] % len(_FIRST)], _LAST[draw[1] % len(_LAST)]
    city, area = _CITIES[draw[2] % len(_CITIES)]
    mailbox = f"{first}.{last}{place}".lower().replace("'", "")
    created_ago = max(draw[3] % DAYS, first_order_ago or 0)
    number = f"{draw[4] % 1000:03d}"
    return {
        "id": customer_id(place),
        "name": f"{first} {last}",
        "email": f"{mailbox}@example.{'org' if draw[5] % 3 == 0 else 'com'}",
        "phone": f"07700 900{number}" if draw[4] % 4 else f"01632 960{number}",
        "street": f"{draw[5] % 140 + 1} {_STREETS[draw[3] % len(_STREETS)]}",
        "city": city,
        "postcode": f"{area}{draw[2] % 20 + 1} {draw[1] % 9 + 1}{_letters(draw[0])}",
        "country": "United Kingdom",
        "created_on": calendar_day(DAYS - created_ago),
    }


def _letters(draw: int) -> str:
    """Two letters of the kind a postcode ends with."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    return letters[draw % 20] + letters[draw // 20 % 20]
