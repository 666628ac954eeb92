"""The suites whose cases lie in a directory of data instead of YAML: by name, loaded when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shop.errors import SetupError

if TYPE_CHECKING:
    from pathlib import Path

    from evals.harness.running import Tasks

FROM_DATA: Final = {
    "tau2_retail": "tau2-bench's retail tasks: a customer's orders, changed as the task wants",
    "ordering": "InventoryBench: how much to order of an article, period by period",
    "replay": "a real sales log: how much to order of an article, week by week",
}


def tasks_named(name: str, data: Path | None) -> Tasks | None:
    """The tasks of a name, None for a name that is none of these.

    Raises SetupError without a directory, ImportFileError for one that does not hold them.
    """
    if name not in FROM_DATA:
        return None
    if data is None:
        raise SetupError(f"{name} is played from data: give --data, the directory that holds it")
    if name == "tau2_retail":
        from evals.tau2_retail.suite import RetailTasks  # noqa: PLC0415 - only for this suite

        return RetailTasks(data / name)
    if name == "replay":
        from evals.replay_suite import ReplayTasks  # noqa: PLC0415 - loads numba

        return ReplayTasks(data)
    from evals.ordering_suite import OrderingTasks  # noqa: PLC0415 - loads numba

    return OrderingTasks(data)
