"""Plans to be shown beside a front: finished runs, and scenarios that are solved for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from saltloop.analysis.pareto import Place
from saltloop.analysis.trade import Trade
from saltloop.analysis.wish import OBJECTIVE, Wish, wishes
from saltloop.data.read import nearest
from saltloop.errors import InputError, message
from saltloop.errors import Place as Where
from saltloop.formulation.rules.rule import sites_of
from saltloop.results.run import MANIFEST, Run, open_run
from saltloop.scenario.resolve import load_scenario

LACKS = message(
    "R413",
    ("'{path}' has no account '{account}', so it has no place on this front", "“{path}”没有账户“{account}”，无法置于该前沿"),
    ("place plans whose pack keeps that account.{nearest}", "请选用数据包含该账户的方案{nearest}"),
)
_FILES = ("*.yaml", "*.yml")


def places_of(trade: Trade, paths: Iterable[Path], data: str | None = None) -> Iterator[Place]:
    """Where plans lie.

    Args:
        trade: the accounts.
        paths: finished runs, scenario files, or folders of scenario files.
        data: folder that holds packs, for scenarios.

    Raises:
        InputError: what is named cannot be read, or lacks an account.
        SolveError: a scenario has no plan.
    """
    for path in paths:
        files = sorted(file for kind in _FILES for file in path.glob(kind)) if path.is_dir() else []
        if files:
            yield from (_of_scenario(trade, file, data) for file in files)
        else:
            yield _of_scenario(trade, path, data) if path.suffix in (".yaml", ".yml") else _of_run(trade, open_run(path))


def _of_scenario(trade: Trade, path: Path, data: str | None) -> Place:
    from saltloop.analysis.plan import solve_scenario
    from saltloop.solve.highs import Options

    scenario = load_scenario(path, data)
    solved = solve_scenario(scenario, Options(ranging=False)).solved
    found = wishes(solved.case, solved.program, [_written(wish) for wish in trade.wishes])
    title = scenario.title
    return Place(str(path), (title["en"], title["zh"]), tuple(float(np.sum(wish.weights * solved.solution.values)) for wish in found))


def _written(wish: Wish) -> str:
    return f"{'max' if wish.sign > 0 else 'min'}:{wish.name}"


def _of_run(trade: Trade, run: Run) -> Place:
    title = run.manifest["scenario"]["title"]
    return Place(str(run.folder), (title["en"], title["zh"]), tuple(_reached(trade, run, wish) for wish in trade.wishes))


def _reached(trade: Trade, run: Run, wish: Wish) -> float:
    """An account of a run over the sites of the wish that it has, its periods weighted as in its objective."""
    if wish.account == OBJECTIVE:
        return float(run.manifest["objective"]["stages"][0]["value"])
    accounts, names = run.table("accounts"), run.table("names")
    if wish.account not in set(accounts["account"]):
        known = sorted(set(accounts["account"]))
        raise InputError(LACKS.at(Where(str(run.folder / MANIFEST)), path=run.folder, account=wish.account, nearest=nearest(wish.account, known)))
    place = wish.name.partition("@")[2]
    sites = set(sites_of(trade.case.pack, [place])) if place else set(names[names["kind"] == "site"]["id"])
    weights = {int(year): weight for year, weight in run.manifest["objective"]["period_weights"].items()}
    own = accounts[(accounts["account"] == wish.account) & accounts["area"].isin(sites)]
    return float((own["value"] * own["period"].map(weights)).sum())
