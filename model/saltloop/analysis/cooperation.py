"""What it is worth that parks plan together: the gain of every coalition, the exchanges that carry it, and how it could be shared.

A coalition is worth what the whole plan gains when its members, and nobody else, may exchange with each other. Every case is one plan for all:
market tiers, brine and the rules of the scenario hold for all together and are divided as is best for all. So a gain is a gain of exchange alone;
nobody gains by taking a buyer from a neighbour. Sites that belong to no player are one player more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from saltloop.analysis.shares import coalitions, excess, marginal, members, shapley
from saltloop.data.read import meant
from saltloop.errors import INFEASIBLE, STOPPED, Place, Problems, SolveError, message
from saltloop.formulation.arrays import Arrays, arrays_of
from saltloop.formulation.case import Case
from saltloop.formulation.program import Program
from saltloop.formulation.rules.rule import sites_of
from saltloop.results.solved import per
from saltloop.solve.live import Options
from saltloop.solve.warm import Outcome, Warm

UNKNOWN_PLAYER = message(
    "R161",
    ("'{name}' is no area or site of this scenario.{nearest}", "“{name}”不是本情景中的区域或地点。{nearest}"),
    ("areas: {areas}; or the id of a site", "区域：{areas}；或地点的编号"),
)
TWICE = message(
    "R162",
    ("site '{site}' belongs to two players, '{first}' and '{second}'", "地点“{site}”同属两个参与方“{first}”和“{second}”"),
    ("name areas that do not overlap", "请给出互不重叠的区域"),
)
HOW_MANY = message(
    "R163",
    ("{count} players were found ({players}); two to {most} can be compared", "共有 {count} 个参与方（{players}）；可比较 2 至 {most} 个"),
    ("name areas or sites with --players; sites of none of them count as one player more", "请用 --players 给出区域或地点；其余地点合为另一个参与方"),
)
_NO_PLAN = (
    "without some of the exchanges there is no plan ({status}): a player depends on what others give, so being together has no finite value; "
    "make players larger, or give it another way to meet its demands and rules",
    "缺少部分交换时没有可行方案（{status}）：有参与方依赖他方供给，合作价值不是有限值；请合并参与方，或为其提供满足需求和规则的其他途径",
)
MOST, REST = 10, "rest"
SHARES = ["player", "alone", "together", "marginal", "shapley", "equal", "transfer", "unit"]
COALITIONS = ["coalition", "size", "objective", "gain", "shapley", "excess", "equal_excess", "unit"]
EXCHANGES = ["commodity", "origin", "destination", "period", "amount", "unit", "first_unit", "value_here", "value_there", "value_unit", "loss_without"]
_FELT, _ROUNDING, _DIGITS = 1e-9, 1e-8, 1e-12


@dataclass(frozen=True)
class Cooperation:
    """What planning together is worth.

    Args:
        shares: player; alone and together: what of the objective is booked at its sites when nobody exchanges, and when all do, as more or
            less of what is wanted (a cost counts negative); marginal: what it adds to all others; shapley, equal: shares of the gain; transfer: what it is
            paid by the others, or pays if negative, so that in the end it has alone + shapley; unit.
        coalitions: coalition (players with spaces between), size, objective (of the whole plan when only its members exchange), gain (against
            nobody), shapley (sum of its members' shares), excess (gain less that; above nothing it would do better on its own), equal_excess
            (the same for equal shares), unit.
        exchanges: commodity, origin, destination, period, amount (together), unit, first_unit (what the first unit is worth when nobody exchanges),
            value_here, value_there (marginal values together, at origin and destination), value_unit, loss_without (what all lose when this
            exchange alone is forbidden; nan: not asked).
        players: sites of each.
        nobody: objective of the plan in which nobody exchanges.
        everybody: objective of the plan in which all do.
        gain: what the second is better.
        in_core: whether no coalition would do better on its own than with its Shapley shares.
        equal_in_core: the same for equal shares.
    """

    shares: pd.DataFrame
    coalitions: pd.DataFrame
    exchanges: pd.DataFrame
    players: dict[str, tuple[str, ...]]
    nobody: float
    everybody: float
    gain: float
    in_core: bool
    equal_in_core: bool


def players_of(case: Case, named: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
    """Sites of each player; those of none are the player `rest`.

    Args:
        case: of the scenario.
        named: ids of areas or sites; none: the areas that lie directly in those of the scenario, or its sites if there are none.

    Raises:
        InputError: R161, R162, R163.
    """
    areas = case.pack.tables["areas"]
    within = {str(a): tuple(s for s in sites_of(case.pack, [str(a)]) if s in case.sites) for a in areas["area"]}
    known = {name: sites for name, sites in {**within, **{site: (site,) for site in case.sites}}.items() if sites}
    inner = [str(a) for a, parent in zip(areas["area"], areas["parent"], strict=True) if parent in case.choices.areas]
    wanted = list(dict.fromkeys(named or [a for a in inner if a in known] or case.sites))
    problems, owner = Problems(), dict[str, str]()
    for name in wanted:
        if name not in known:
            listed = ", ".join(area for area in within if within[area])
            problems.add(
                UNKNOWN_PLAYER.at(
                    Place(),
                    name=name,
                    nearest=meant(name, {key: title for key, title in case.pack.titles("areas", "sites").items() if key in known}),
                    areas=listed,
                )
            )
        for site in known.get(name, ()):
            if site in owner:
                problems.add(TWICE.at(Place(), site=site, first=owner[site], second=name))
            owner[site] = name
    problems.stop_if_any()
    rest = tuple(site for site in case.sites if site not in owner)
    players = {name: known[name] for name in wanted} | ({REST: rest} if rest else {})
    if not 2 <= len(players) <= MOST:
        problems.add(HOW_MANY.at(Place(), count=len(players), players=", ".join(players), most=MOST))
    problems.stop_if_any()
    return players


class _Game:
    """One plan for all, in which some players may exchange.

    Args:
        case, program: of the scenario.
        players: sites of each.
        options: how to solve.
    """

    def __init__(self, case: Case, program: Program, players: dict[str, tuple[str, ...]], options: Options | None) -> None:
        self.players = players
        self.program = replace(program, stages=program.stages[:1])
        self.arrays = arrays_of(self.program)
        self.sign = 1.0 if program.stages[0][0] == "maximise" else -1.0
        self.number = {site: n for n, sites in enumerate(players.values()) for site in sites}
        self.ships = self._ships(case)
        self.warm = Warm(self.arrays, options or Options(ranging=False))

    def _ships(self, case: Case) -> pd.DataFrame:
        """Columns of goods that pass from player to player."""
        span = self.program.across.span("ship")
        rows = []
        for column, (name, commodity, period, step) in enumerate(self.program.across.family("ship").written_keys(), span.start):
            link = case.links[str(name)]
            giver, taker = self.number[link.origin], self.number[link.destination]
            if giver != taker:
                rows.append((column, commodity, giver, taker, link.origin, link.destination, period, step))
        return pd.DataFrame(rows, columns=["column", "commodity", "giver", "taker", "origin", "destination", "period", "slice"])

    def among(self, coalition: int) -> np.ndarray:
        """Whether each passage lies within a coalition."""
        both = (1 << self.ships["giver"].to_numpy(dtype=np.int64)) | (1 << self.ships["taker"].to_numpy(dtype=np.int64))
        within: np.ndarray = (both & ~coalition) == 0
        return within

    def solve(self, allowed: np.ndarray) -> Outcome:
        """The best plan when only some passages are open.

        Raises:
            SolveError: there is none.
        """
        numbers = self.arrays.numbers.copy()
        upper = numbers[self.arrays.layout.parts["column_upper"]]
        upper[self.ships["column"].to_numpy(dtype=np.intp)[~allowed]] = 0.0
        self.warm.change(Arrays(self.arrays.layout, numbers))
        outcome = self.warm.solve()
        if outcome.status != "optimal":
            raise SolveError(
                INFEASIBLE if outcome.status == "infeasible" else STOPPED, lambda language: _NO_PLAN[language == "zh"].format(status=outcome.status)
            )
        return outcome

    def booked(self, outcome: Outcome) -> np.ndarray:
        """What of the objective is booked at the sites of each player, as more of what is wanted."""
        span, found = self.program.across.span("account"), np.zeros(len(self.players))
        worth = self.sign * self.arrays.costs() * outcome.values
        for column, key in enumerate(self.program.across.family("account").written_keys(), span.start):
            found[self.number[str(key[1])]] += worth[column]
        return found


def cooperation(case: Case, program: Program, players: dict[str, tuple[str, ...]], asked: int = 20, options: Options | None = None) -> Cooperation:
    """What planning together is worth to players, and how they could share it.

    Args:
        case: of the scenario.
        program: its arrays.
        players: sites of each, all sites of the case among them.
        asked: for so many exchanges it is worked out what is lost without each; the weightiest first.
        options: how to solve.

    Raises:
        SolveError: without exchange there is no plan.
    """
    game, count = _Game(case, program, players, options), len(players)
    everyone = (1 << count) - 1
    together = game.solve(game.among(everyone))
    best = together.objectives[0]
    outcomes = {each: game.solve(game.among(each)).objectives[0] for each in coalitions(count) if each != everyone} | {everyone: best}
    alone = game.solve(game.among(0))
    gains = {each: _unless_rounding(game.sign * (value - alone.objectives[0]), best) for each, value in outcomes.items()}
    fair, equal = shapley(count, gains), np.full(count, gains[everyone] / count)
    unhappy, unequal = excess(gains, fair), excess(gains, equal)
    room = _ROUNDING * max(1.0, abs(best))
    return Cooperation(
        _shares(game, alone, together, marginal(count, gains), fair, equal),
        _coalitions(game, outcomes | {1 << n: alone.objectives[0] for n in range(count)}, gains, fair, unhappy, unequal),
        _exchanges(game, alone, together, asked),
        players,
        alone.objectives[0],
        best,
        gains[everyone],
        max(unhappy.values()) <= room,
        max(unequal.values()) <= room,
    )


def _unless_rounding(gain: float, best: float) -> float:
    """The difference of two objectives; nothing if it is within the last digits of either."""
    return gain if abs(gain) > _DIGITS * max(1.0, abs(best)) else 0.0


def _shares(game: _Game, alone: Outcome, together: Outcome, adds: np.ndarray, fair: np.ndarray, equal: np.ndarray) -> pd.DataFrame:
    before, after = game.booked(alone), game.booked(together)
    columns = (list(game.players), before, after, adds, fair, equal, before + fair - after)
    return pd.DataFrame(dict(zip(SHARES, columns, strict=False))).assign(unit=game.program.objective_unit)


def _coalitions(
    game: _Game, outcomes: dict[int, float], gains: dict[int, float], fair: np.ndarray, unhappy: dict[int, float], unequal: dict[int, float]
) -> pd.DataFrame:
    names, rows = list(game.players), []
    for each in sorted(outcomes, key=lambda c: (c.bit_count(), c)):
        inside = members(each)
        name, share = " ".join(names[n] for n in inside), float(sum(fair[n] for n in inside))
        rows.append((name, len(inside), outcomes[each], gains.get(each, 0.0), share, unhappy[each], unequal[each], game.program.objective_unit))
    return pd.DataFrame(rows, columns=COALITIONS)


def _exchanges(game: _Game, alone: Outcome, together: Outcome, asked: int) -> pd.DataFrame:
    """What passes from player to player in the plan of all, what is missed most first; asked are those of the largest amount times worth of the first unit."""
    names, money, rows = list(game.players), game.program.objective_unit, []
    by = ["commodity", "giver", "taker", "period"]
    for _, part in _passing(game, alone, together).groupby(by, sort=False):
        commodity, giver, taker, period = (part[name].iloc[0] for name in by)
        amount, unit = float(part["amount"].sum()), str(part["unit"].iloc[0])
        if amount > _FELT:
            here, there = (float(np.average(part[c], weights=part["amount"])) for c in ("here", "there"))
            line = (commodity, names[giver], names[taker], period, amount, unit, float(part["first"].max()), here, there, per(money, unit), np.nan)
            rows.append((amount * max(line[6], 0.0), part["place"].to_numpy(), line))
    rows.sort(key=lambda row: -row[0])
    lines = []
    for n, (_, places, line) in enumerate(rows):
        lost = _loss_without(game, together, places) if n < asked else np.nan
        lines.append((*line[:-1], lost))
    frame = pd.DataFrame(lines, columns=EXCHANGES)
    return frame.sort_values("loss_without", ascending=False, kind="stable", na_position="last").reset_index(drop=True)


def _passing(game: _Game, alone: Outcome, together: Outcome) -> pd.DataFrame:
    """Every passage with its amount in the plan of all, what its first unit is worth without any, and the values at both ends."""
    position = game.program.position("balance", rows=True)
    column = game.ships["column"].to_numpy(dtype=np.intp)
    at = {
        end: position[list(game.ships[[end, "commodity", "period", "slice"]].itertuples(index=False, name=None))].to_numpy()
        for end in ("origin", "destination")
    }
    return game.ships.assign(
        place=np.arange(len(column)),
        amount=together.values[column],
        first=game.sign * alone.reduced_costs[column],
        here=-game.sign * together.duals[at["origin"]],
        there=-game.sign * together.duals[at["destination"]],
        unit=game.program.across.units()[column],
    )


def _loss_without(game: _Game, together: Outcome, places: np.ndarray) -> float:
    """What all lose when some passages alone are closed."""
    allowed = np.ones(len(game.ships), dtype=bool)
    allowed[places] = False
    return _unless_rounding(game.sign * (together.objectives[0] - game.solve(allowed).objectives[0]), together.objectives[0])
