"""The container's files: checked by reading, as no container is built in the tests."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.settings import Settings, env_name

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The services as compose reads them."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


def steps(name: str) -> list[str]:
    """The arguments of one kind of step, continuation lines joined."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return re.findall(rf"^{name} (.+)$", joined, re.MULTILINE)


def test_the_container_has_no_root() -> None:
    """The last stage ends as a numbered user, and nothing after that becomes root again."""
    last = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    assert re.findall(r"^USER (\S+)$", last, re.MULTILINE) == ["10001:10001"]


def test_images_are_pinned_to_a_version() -> None:
    """No image is whatever is newest."""
    images = [line.split()[0] for line in steps("FROM")]
    assert images
    assert all(":" in image and not image.endswith(":latest") for image in images)


def test_dependencies_come_from_the_lock() -> None:
    """Everything is installed with hashes; our own code without looking for anything more."""
    installs = [step for step in steps("RUN") if "pip install" in step]
    assert len(installs) == 2
    assert all("--require-hashes" in step or "--no-deps" in step for step in installs)


def test_what_is_copied_exists() -> None:
    """Each file that a COPY step names is in the repository."""
    copied = [word for step in steps("COPY") if "--from" not in step for word in step.split()[:-1]]
    assert copied
    assert all((ROOT / word).exists() for word in copied)


def test_secrets_stay_out_of_the_image() -> None:
    """The store, its credentials and .env are not sent to the build."""
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".shophand", ".env", ".git"} <= set(left_out)


def test_the_desk_is_read_only_and_without_rights(compose: dict[str, Any]) -> None:
    """The file system cannot be written but for /data and /tmp, and no capability is kept."""
    desk = compose["services"]["desk"]
    assert desk["read_only"] is True
    assert desk["cap_drop"] == ["ALL"]
    assert desk["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in desk["ports"])


def test_the_database_is_not_open_to_the_outside(compose: dict[str, Any]) -> None:
    """PostgreSQL publishes no port and is on the inner network only."""
    database = compose["services"]["database"]
    assert "ports" not in database
    assert database["networks"] == ["inside"]
    assert compose["networks"]["inside"] == {"internal": True}


def test_compose_names_settings_that_exist(compose: dict[str, Any]) -> None:
    """Each SHOPHAND_ variable of the desk is a setting, and no password stands in the file."""
    known = {env_name(field) for field in Settings.model_fields}
    environment = compose["services"]["desk"]["environment"]
    assert set(environment) <= known
    assert ":${SHOPHAND_DATABASE_PASSWORD:?" in environment["SHOPHAND_DATABASE_URL"]
