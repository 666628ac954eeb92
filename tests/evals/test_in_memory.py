"""Throw-away databases lie in memory only where there is room for them."""

from pathlib import Path

from evals.in_memory import place_in_memory


def test_memory_with_room_is_taken(tmp_path: Path) -> None:
    """A directory that may be written and has more than what is needed is the place."""
    assert place_in_memory(tmp_path, needed=0) == tmp_path


def test_memory_without_room_is_left(tmp_path: Path) -> None:
    """A container's 64 MB hold no run: its stores go to the ordinary temporary directory."""
    assert place_in_memory(tmp_path, needed=2**62) is None
