"""YAML means what stands there: text stays text and nothing is shared, merged or repeated."""

import re
from pathlib import Path

import pytest
import yaml

from policies import strict_yaml
from policies.rules import SHIPPED
from policies.strict_yaml import MAX_BYTES, read_strict
from shop.errors import PolicyLoadError


@pytest.mark.parametrize(
    "scalar",
    [
        "NO",
        "off",
        "yes",
        "12:30",
        "1:30:00",
        "010",
        "0x1F",
        "0b11",
        "1_000",
        "1.0e+3",
        ".nan",
        ".inf",
        "2026-11-21",
        "~",
        "null",
        "1.10",
        "true",
    ],
)
def test_scalars_stay_text(scalar: str) -> None:
    """What YAML 1.1 would turn into a bool, a number, a date or nothing stays as written."""
    assert read_strict(f"key: {scalar}".encode()) == {"key": scalar}


def test_keys_stay_text() -> None:
    """The keys `on` and `yes` do not become true."""
    assert read_strict(b"on: 1\nyes: 2") == {"on": "1", "yes": "2"}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"a: 1\na: 2", "line 2, column 1: the key 'a' stands here twice"),
        (b'a: 1\n"a": 2', "stands here twice"),
        (b"a: &x 1\nb: *x", "anchors, aliases and tags"),
        (b"a: *x", "anchors, aliases and tags"),
        (b"a: !!int 1", "anchors, aliases and tags"),
        (b"!x {a: 1}", "anchors, aliases and tags"),
        (b"? [a, b]\n: 1", "a key must be plain text"),
        (b"a: 1\n---\nb: 2", "single document"),
        (b"", "the file is empty"),
        (b"# only a comment", "the file is empty"),
        (b"{}", "the file is empty"),
        (b"a: [1", "line 1"),
        (b"a: \xff", "not UTF-8"),
        ("a: x\u202ey".encode(), "line 1: hidden character U+202E"),
        ("# \u2066 comment\na: 1".encode(), "line 1: hidden character U+2066"),
        (b"a: \x07", "hidden character U+0007"),
        (b"[" * 5_000, "nested too deeply"),
        (b'a: "\\UFFFFFFFF"', "not valid YAML"),
        (b"a" * (MAX_BYTES + 1), "a rule file may have 262144"),
    ],
)
def test_trick_is_refused_with_its_place(source: bytes, message: str) -> None:
    """Each construction that could mean something else than it says is refused in words."""
    with pytest.raises(PolicyLoadError, match=re.escape(message)):
        read_strict(source)


def test_byte_order_mark_is_accepted() -> None:
    """A file saved by an editor that writes a byte order mark loads."""
    assert read_strict(b"\xef\xbb\xbfa: 1") == {"a": "1"}


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_both_readers_read_the_same(path: Path) -> None:
    """What libyaml reads of each shipped rule file is what the reader in Python does."""
    text = path.read_text("utf-8")
    assert yaml.load(text, Loader=strict_yaml._FastLoader) == yaml.load(
        text, Loader=strict_yaml._StrictLoader
    )
