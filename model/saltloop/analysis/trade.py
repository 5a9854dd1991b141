"""A programme with one row more for each account that is held while another is driven to its best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
import pandas as pd
from scipy import sparse

from saltloop.analysis.failure import on_failure
from saltloop.analysis.wish import HIGH, LOW, Wish, wishes
from saltloop.errors import STOPPED, SolveError, Words
from saltloop.formulation.arrays import Arrays, arrays_of
from saltloop.formulation.case import Case
from saltloop.formulation.lines import FamilyOfLines, Lines
from saltloop.formulation.program import Program, compile_program
from saltloop.formulation.terms import ledger_terms
from saltloop.formulation.tiers import Wanted, check_wanted
from saltloop.solve.basis import Basis
from saltloop.solve.highs import Options, solve
from saltloop.solve.levels import Answer, Levels
from saltloop.solve.warm import Warm

_HELD = "held"
_NO_END = ("stopped before the best of an account was found", "未求得账户的最优值即停止")


@dataclass(frozen=True, eq=False)
class Trade:
    """A scenario and the accounts that are weighed against each other.

    Args:
        case: of the scenario.
        program: of the scenario, as it stands.
        wishes: the accounts; the first is driven to its best, the others are held.
        held: the programme with a free row for each account that is held, behind its own rows.
        own: what the scenario's own plan comes to in each account.
    """

    case: Case
    program: Program
    wishes: tuple[Wish, ...]
    held: Program
    own: tuple[float, ...]

    def row(self, wish: int) -> int:
        """Position of the row of the second account (1) or the third (2)."""
        return len(self.program.down) + wish - 1

    def bounds(self, levels: Sequence[float]) -> dict[int, tuple[float, float]]:
        """Bounds of the rows that hold the second account, and the third, at some level or better."""
        sides = zip(range(1, len(self.wishes)), levels, strict=True)
        return {self.row(n): (-np.inf, level) if self.wishes[n].sense == LOW else (level, np.inf) for n, level in sides}

    def arrays(self) -> Arrays:
        """The numbers with the first account as the objective."""
        first = self.wishes[0]
        return arrays_of(replace(self.held, stages=((first.sense, first.weights),)))

    def levels(self, start: Basis | None = None) -> Levels:
        """The programme in the solver, ready to be asked at levels of the accounts that are held."""
        return Levels(self.arrays(), start)

    def reached(self, answer: Answer) -> tuple[float, ...]:
        """What a plan comes to in each account."""
        return tuple(float(np.sum(wish.weights * answer.values)) for wish in self.wishes)


@dataclass(frozen=True)
class End:
    """The best of one account, the others as good as they can then be.

    Args:
        best: position of the account that is at its best.
        reached: by account.
        basis: of the solver.
        duals: of every row, for the first account in order; those of a minimum.
    """

    best: int
    reached: tuple[float, ...]
    basis: Basis
    duals: np.ndarray


def trade_of(case: Case, accounts: Sequence[str]) -> Trade:
    """A case with the accounts to weigh.

    Args:
        case: of a scenario.
        accounts: as `wishes` takes them.

    Raises:
        InputError: unknown accounts; M325, an account that gains by what the tiers of a charge cost.
        SolveError: the scenario itself has no optimal plan.
    """
    program = compile_program(case, ledger_terms(case))
    found = wishes(case, program, accounts)
    check_wanted(case, program.across, program.down, program.matrix, (_wanted(wish) for wish in found))
    own = solve(program, on_failure(case, program), Options(ranging=False)).values
    return Trade(case, program, found, _held(program, found[1:]), tuple(float(np.sum(wish.weights * own)) for wish in found))


def _wanted(wish: Wish) -> Wanted:
    """An account as something that is driven to its best."""
    way = ("high", "高") if wish.sense == HIGH else ("low", "低")
    return Words(f"account '{wish.name}', wished {way[0]},", f"取{way[1]}的账户“{wish.name}”"), wish.sign * wish.weights


def _held(program: Program, several: Sequence[Wish]) -> Program:
    """The programme with a free row for each account."""
    units = {wish.name: wish.unit for wish in several}
    family = FamilyOfLines(_HELD, ("account",), tuple((wish.name,) for wish in several), (), units.__getitem__, 0)
    free = np.full(len(several), np.inf)
    down = Lines((*program.down.families, family), np.append(program.down.lower, -free), np.append(program.down.upper, free))
    rows = sparse.csr_array(np.vstack([wish.weights for wish in several]))
    return replace(program, down=down, matrix=sparse.csr_array(sparse.vstack([program.matrix, rows])))


def ends(trade: Trade) -> tuple[End, ...]:
    """The best of each account, then of the others in order.

    Raises:
        SolveError: an account has no limit in the direction in which it is wished.
    """
    count, found = len(trade.wishes), []
    orders = [next(order for order in permutations(range(count)) if order[0] == best) for best in range(count)]
    staged = [arrays_of(replace(trade.held, stages=tuple((LOW, -trade.wishes[n].sign * trade.wishes[n].weights) for n in order))) for order in orders]
    warm = Warm(staged[0])
    for order, arrays in zip(orders, staged, strict=True):
        warm.change(Arrays(staged[0].layout, arrays.numbers))
        outcome = warm.solve()
        if outcome.status != "optimal" or outcome.basis is None:
            raise _without_end(trade, [trade.wishes[n] for n in order])
        reached = tuple(float(np.sum(wish.weights * outcome.values)) for wish in trade.wishes)
        found.append(End(order[0], reached, outcome.basis or Basis(None), outcome.duals))
    return tuple(found)


def _without_end(trade: Trade, several: Sequence[Wish]) -> SolveError:
    """Why accounts have no best, in the words of the first of them that has none."""
    for wish in several:
        program = replace(trade.program, stages=((wish.sense, wish.weights),))
        try:
            solve(program, on_failure(trade.case, program), Options(ranging=False))
        except SolveError as error:
            return error
    return SolveError(STOPPED, lambda language: _NO_END[language == "zh"])


def accounts_frame(trade: Trade) -> pd.DataFrame:
    """role, account, wish, why_en, why_zh, title_en, title_zh, unit: the accounts that are weighed."""
    roles = ("first", "second", "third")
    rows = [(role, w.name, "high" if w.sense == HIGH else "low", str(w.why), w.why.zh, *w.title, w.unit) for role, w in zip(roles, trade.wishes, strict=False)]
    return pd.DataFrame(rows, columns=["role", "account", "wish", "why_en", "why_zh", "title_en", "title_zh", "unit"])
