from app.bootstrap import House
from app.cli import screen


def people_here(house: House) -> None:
    """Say who can act from this machine."""
    here = house.credentials.tokens()
    for person in house.people.everybody():
        if person.id in here:
            limit = f", up to {person.limit}" if person.limit else ""
            screen.talk(f"  --as {person.id}: {', '.join(sorted(person.roles))}{limit}")
    screen.talk(f"Their tokens are in {house.credentials.path}, readable by you only.")
