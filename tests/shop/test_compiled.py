"""Compiled kernels are never older than their source."""

from pathlib import Path

import numba
import pytest

from shop.compiled import cache_directory, compiled_before, state_of_kernels


def test_a_changed_kernel_has_another_cache(tmp_path: Path) -> None:
    """Any change of any kernel's text names another directory; other files do not count."""
    (tmp_path / "a.py").write_text("@njit\ndef f(): ...\n")
    (tmp_path / "b.py").write_text("def g(): ...\n")
    before = state_of_kernels(tmp_path)
    (tmp_path / "b.py").write_text("def g(): return 1\n")
    assert state_of_kernels(tmp_path) == before
    (tmp_path / "a.py").write_text("@njit\ndef f(): return 1\n")
    assert state_of_kernels(tmp_path) != before


def test_what_kernels_rest_on_names_their_cache(tmp_path: Path) -> None:
    """The columns that a kernel imports, and how fits are kept, name another directory when they change."""
    (tmp_path / "forecasting").mkdir()
    (tmp_path / "a.py").write_text("from shop.places import FIRST\n@njit\ndef f(): ...\n")
    kept = [tmp_path / "places.py", tmp_path / "forecasting" / "fits.py", tmp_path / "demand.py"]
    for path in kept:
        path.write_text("FIRST = 0\n")
    names = {state_of_kernels(tmp_path)}
    for path in kept:
        path.write_text("FIRST = 1\n")
        names.add(state_of_kernels(tmp_path))
    assert len(names) == 1 + len(kept)


def test_whether_kernels_were_compiled_is_known_by_their_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty cache tells of a first run, which says so; one kernel in it does not."""
    monkeypatch.setitem(vars(numba.config), "CACHE_DIR", str(tmp_path))
    assert not compiled_before()
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "demand.fit_block-77.nbi").touch()
    assert compiled_before()


def test_the_users_directory_is_kept_apart_by_state(tmp_path: Path) -> None:
    """Where somebody names a cache directory, each state has its own place in it."""
    assert cache_directory(str(tmp_path), "0123") == tmp_path / "0123"
