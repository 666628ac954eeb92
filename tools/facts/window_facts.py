"""The windows that the rules speak of, worked out for one action: itself and its kind's earlier actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.windows import Dimension, Window
from shop.money import Money
from tools.facts.gathering import Gathered, Scene
from tools.ledger import windows
from tools.ledger.windows import Entry

_Groups = Mapping[str | None, Sequence[Entry]]


def add_windows(asked_for: Sequence[Window], kind: str, scene: Scene, into: Gathered) -> None:
    """Add each window to the facts and to the card.

    An action whose lines fall into several groups (categories, SKUs) has the worst of them as its fact. What
    has no category, or no customer, is a group of its own. Without lines there are no windows: the judge
    then denies.
    """
    if not into.entries:
        if asked_for and not into.missing:
            into.missing.append("nothing is known of the action's lines, so nothing can be added up")
        return
    for window in asked_for:
        groups = _grouped(window.by, scene, into.entries)
        earlier = _earlier(window, kind, groups, scene)
        own = {group: _own(window, lines) for group, lines in groups.items()}
        worst = max(groups, key=lambda group: earlier[group] + own[group])
        before, after = earlier[worst], earlier[worst] + own[worst]
        into.values[window.name] = _typed(window, after, scene)
        name = "" if worst is None or window.by not in _NAMED else f" ({worst})"
        words = window.in_words()
        into.show(
            f"{words[0].upper()}{words[1:]}{name}",
            _typed(window, before, scene),
            _typed(window, after, scene),
        )


_NAMED = frozenset({"category", "sku"})
"""The dimensions in which the lines of one action may differ: the card says which of them it is."""


def _grouped(by: Dimension, scene: Scene, lines: Sequence[Entry]) -> _Groups:
    groups: dict[str | None, list[Entry]] = {}
    for line in lines:
        groups.setdefault(_group(by, scene, line), []).append(line)
    return groups


def _group(by: Dimension, scene: Scene, line: Entry) -> str | None:
    if by == "all":
        return None
    if by == "requester":
        return scene.asked.on_behalf_of or scene.asked.requester  # one budget, with and without the assistant
    of: str | None = getattr(line, by)
    return of


def _earlier(window: Window, kind: str, groups: _Groups, scene: Scene) -> Mapping[str | None, int]:
    asked = scene.asked
    since = asked.now - window.period
    if window.by == "all":
        whole = windows.measure(
            scene.snapshot, window.measure, asked.tenant, kind, since, without=asked.action_id
        )
        return {None: whole}
    found = windows.measure_by(
        scene.snapshot,
        window.measure,
        asked.tenant,
        kind,
        since,
        window.by,
        list(groups),
        without=asked.action_id,
    )
    return {group: found.get(group, 0) for group in groups}


def _own(window: Window, lines: Sequence[Entry]) -> int:
    if window.measure == "spend":
        return sum(line.money.minor for line in lines)
    return 1 if window.measure == "count" else sum(line.pieces for line in lines)


def _typed(window: Window, units: int, scene: Scene) -> Money | int:
    return Money(units, scene.home) if window.measure == "spend" else units
