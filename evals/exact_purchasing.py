"""HiGHS on a purchasing case: the proven bound, in a process of its own that keeps a deadline."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING, Any

from shop.joint_purchasing.market import NO_LIMIT

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from evals.purchasing_cases import Case

GRACE_SECONDS = 10.0


def exact(case: Case, seconds: float) -> tuple[float, float]:
    """Best worth found and the upper bound on it (home minor units); infinite bound without an answer.

    HiGHS keeps its own time limit badly on large models, so it runs in a process that is ended.
    """
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    worker = context.Process(target=_solve, args=(case, seconds, there))
    worker.start()
    there.close()
    answer = (float("-inf"), float("inf"))
    if here.poll(seconds + GRACE_SECONDS):
        answer = here.recv()
    worker.kill()
    worker.join()
    return answer


def _solve(case: Case, seconds: float, answer: Connection) -> None:
    import highspy  # noqa: PLC0415 - only the process that solves needs it

    model: Any = highspy.Highs()  # type: ignore[no-untyped-call] # the library is half typed
    model.setOptionValue("output_flag", False)  # noqa: FBT003 - the library's own signature
    model.setOptionValue("threads", 1)
    model.setOptionValue("time_limit", seconds)
    model.setOptionValue("mip_rel_gap", 1e-4)
    objective = _build(model, case)
    model.maximize(objective)
    info = model.getInfo()
    answer.send((info.objective_function_value, info.mip_dual_bound))
    answer.close()


def _build(model: Any, case: Case) -> Any:
    """The model: packs of each step of each offer, whether an offer is used, whether an order is placed."""
    placed = [model.addBinary() for _ in range(case.orders)]
    used, packs, cost, worth = [], [], [], []
    for offer in case.offers:
        use = model.addBinary()
        steps = [model.addIntegral(lb=0, ub=cap) for cap, _ in offer.steps]
        total = sum(steps[1:], start=1 * steps[0])
        _add(model, total >= offer.least * use)
        _add(model, total <= offer.most * use)
        for step, (cap, _) in zip(steps, offer.steps, strict=True):
            _add(model, step <= cap * use)
        _add(model, use <= placed[offer.order])
        used.append(use)
        packs.append(total)
        cost.append(offer.pack_cost * total)
        worth.append(
            _sum([each * step for step, (_, each) in zip(steps, offer.steps, strict=True)])
            - offer.fixed * use
        )
    _limits(model, case, placed, used, packs, cost)
    return _sum(worth) - case.order_cost * _sum(placed)


def _limits(
    model: Any, case: Case, placed: list[Any], used: list[Any], packs: list[Any], cost: list[Any]
) -> None:
    _add(model, _sum(cost) <= case.budget)
    by_item: dict[int, list[Any]] = {}
    for use, offer in zip(used, case.offers, strict=True):
        by_item.setdefault(offer.item, []).append(use)
    for uses in by_item.values():
        if len(uses) > 1:
            _add(model, _sum(uses) <= 1)
    for order in range(case.orders):
        rows = [row for row, offer in enumerate(case.offers) if offer.order == order]
        if not rows:
            continue
        _add(model, _sum([cost[row] for row in rows]) >= case.minimum * placed[order])
        if case.most_weight < NO_LIMIT:
            weight = _sum([case.offers[row].pack_weight * packs[row] for row in rows])
            _add(model, weight <= case.most_weight * placed[order])
        if order in case.order_budgets:
            _add(model, _sum([cost[row] for row in rows]) <= case.order_budgets[order])
    for category, amount in case.category_budgets.items():
        rows = [row for row, offer in enumerate(case.offers) if offer.category == category]
        if rows:
            _add(model, _sum([cost[row] for row in rows]) <= amount)


def _add(model: Any, constraint: Any) -> None:
    model.addConstr(constraint)


def _sum(terms: list[Any]) -> Any:
    import highspy  # noqa: PLC0415 - only the process that solves needs it

    return highspy.Highs.qsum(terms)
