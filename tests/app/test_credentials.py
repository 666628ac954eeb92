from pathlib import Path

import pytest

from app.bootstrap import House
from app.credentials import Credentials
from shop.errors import AccessDeniedError, SetupError
from shop.people import Principal, Role


def _is_owner(person: Principal) -> bool:
    return Role.ADMIN in person.roles


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    """Tokens are written with mode 0600 from the first byte."""
    credentials = Credentials(tmp_path / "credentials.toml")
    credentials.keep({"sam": "shp_a", "priya": "shp_b"})
    assert oct(credentials.path.stat().st_mode & 0o777) == "0o600"
    assert credentials.tokens() == {"sam": "shp_a", "priya": "shp_b"}


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """A leaked file is not used; the remedy is named."""
    credentials = Credentials(tmp_path / "credentials.toml")
    credentials.keep({"sam": "shp_a"})
    credentials.path.chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        credentials.tokens()


@pytest.mark.parametrize("text", ["tokens", "[people]\nsam = 'x'\n"])
def test_a_damaged_file_is_an_error(tmp_path: Path, text: str) -> None:
    """Nobody is guessed from a damaged file."""
    credentials = Credentials(tmp_path / "credentials.toml")
    credentials.keep({})
    credentials.path.write_text(text)
    with pytest.raises(SetupError, match="damaged"):
        credentials.tokens()


def test_forgetting_somebody_keeps_the_others(tmp_path: Path) -> None:
    """Only the one line goes."""
    credentials = Credentials(tmp_path / "credentials.toml")
    credentials.keep({"sam": "shp_a", "priya": "shp_b"})
    credentials.forget("sam")
    assert credentials.tokens() == {"priya": "shp_b"}


def test_the_only_one_who_may_is_taken(house: House) -> None:
    """Without a name, the one person of this machine who may do it acts."""
    assert house.front_door.somebody(None, _is_owner, "do this").id == "owner"


def test_of_several_who_may_nobody_is_guessed(house: House) -> None:
    """Two who may is a question back, with both names."""
    with pytest.raises(AccessDeniedError, match="--as operator or --as owner"):
        house.front_door.somebody(None, lambda _person: True, "do this")


def test_when_nobody_may_it_is_said(house: House) -> None:
    """No credential that may is an error, not a fallback."""
    with pytest.raises(AccessDeniedError, match="nobody whose token is on this machine may do this"):
        house.front_door.somebody(None, lambda _person: False, "do this")


def test_a_name_needs_its_token_on_this_machine(house: House) -> None:
    """--as is no claim: without the person's token it is refused."""
    with pytest.raises(AccessDeniedError, match="no token of 'mallory', only of: operator, owner"):
        house.front_door.somebody("mallory", _is_owner, "do this")


def test_a_revoked_token_in_the_file_counts_for_nothing(house: House) -> None:
    """Revoking in the database is enough; the file need not be found."""
    house.people.revoke_all("owner")
    with pytest.raises(AccessDeniedError, match="nobody"):
        house.front_door.somebody(None, _is_owner, "do this")
    with pytest.raises(AccessDeniedError, match="not valid"):
        house.front_door.somebody("owner", _is_owner, "do this")
