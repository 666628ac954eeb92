"""The shop's own guides: short Markdown pages that staff and customers read and the assistant searches."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from shop.errors import ConflictError

if TYPE_CHECKING:
    from pathlib import Path


def shipped_guides() -> dict[str, str]:
    """File name -> Markdown with its front matter, by name."""
    folder = files(__package__).joinpath("guides")
    pages = (page for page in folder.iterdir() if page.name.endswith(".md"))
    return {page.name: page.read_text(encoding="utf-8") for page in sorted(pages, key=lambda page: page.name)}


def install_guides(directory: Path) -> int:
    """Copy the guides into a store's directory; returns how many were new.

    A file that is there already and reads the same is left alone. Raises ConflictError, before anything is
    written, when a file of the same name reads differently: somebody has changed it.
    """
    guides = shipped_guides()
    existing = {name for name in guides if (directory / name).exists()}
    changed = sorted(
        name for name in existing if (directory / name).read_text(encoding="utf-8") != guides[name]
    )
    if changed:
        raise ConflictError(
            f"{directory} has guides that somebody changed ({', '.join(changed)}): "
            "move them away or install into another directory"
        )
    directory.mkdir(parents=True, exist_ok=True)
    for name in guides.keys() - existing:
        (directory / name).write_text(guides[name], encoding="utf-8", newline="\n")
    return len(guides) - len(existing)
