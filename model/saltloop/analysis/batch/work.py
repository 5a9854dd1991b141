"""One chunk of cases, solved where it is sent: in this process, in one of a pool, or on a machine of a cluster."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import pyarrow as pa

from saltloop.analysis.batch.engine import Answer, Engine, Job
from saltloop.results.cases import ACCOUNT_COLUMNS, RULE_COLUMNS, CaseReader, account_table, rule_table
from saltloop.results.study import STATUS_COLUMNS
from saltloop.scenario.space import Values


@dataclass(frozen=True)
class Task:
    """One case to be solved.

    Args:
        case: its id as text.
        values: by path.
        frozen: the plan whose capacities it keeps; empty: none.
    """

    case: str
    values: Values
    frozen: str = ""


@dataclass(frozen=True)
class Done:
    """What became of a chunk.

    Args:
        name: made from the ids of its cases and their limit of time, since a case that stopped is solved again with more.
        counts: cases by status.
        tables: status, accounts and rules.
    """

    name: str
    counts: dict[str, int]
    tables: dict[str, pa.Table]


def solve_chunk(engine: Engine, tasks: list[Task], stop: Callable[[], bool] = lambda: False) -> Done:
    """Solve cases one after another.

    Args:
        engine: of the study.
        tasks: neighbours, so that the basis of one is a good start for the next.
        stop: asked before each case; True: what is finished is all there will be.
    """
    answers: list[tuple[str, Answer]] = []
    for task in tasks:
        if stop():
            break
        # Tables need no plan, and a chunk of them would be the largest thing in memory.
        answers.append((task.case, replace(engine.solve(task.values, task.frozen), plan=None)))
    said = " ".join([*(case for case, _ in answers), str(engine.job.time_limit)])
    name = hashlib.sha256(said.encode()).hexdigest()[:16]
    return Done(name, dict(Counter(answer.status for _, answer in answers)), _tables(answers, engine.job))


def _tables(answers: list[tuple[str, Answer]], job: Job) -> dict[str, pa.Table]:
    rows = [
        (case, a.status, a.objective, str(a.reason), a.reason.zh, a.certificate, a.start, a.seconds, job.time_limit) for case, a in answers
    ]  # in the order of STATUS_COLUMNS
    kinds = [pa.string(), pa.string(), pa.float64(), pa.string(), pa.string(), pa.float64(), pa.string(), pa.float64(), pa.float64()]
    columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
    status = pa.table({name: pa.array(column, type=kind) for name, column, kind in zip(STATUS_COLUMNS, columns, kinds, strict=True)})
    readers: dict[int, CaseReader] = {id(a.reader): a.reader for _, a in answers if a.reader is not None}
    accounts, rules = [], []
    for reader in readers.values():
        own = [(case, a) for case, a in answers if a.reader is reader]
        cases = [case for case, _ in own]
        accounts.append(account_table(reader, cases, [a.accounts for _, a in own if a.accounts is not None]))
        rules.append(rule_table(reader, cases, [a.rules for _, a in own if a.rules is not None]))
    return {"status": status, "accounts": _joined(accounts, _ACCOUNTS), "rules": _joined(rules, _RULES)}


_WORD = pa.dictionary(pa.int32(), pa.string())
_ACCOUNT_KINDS = [_WORD, pa.int64(), _WORD, _WORD, pa.float64(), pa.float64(), pa.float64(), _WORD]
_RULE_KINDS = [_WORD, pa.int64(), _WORD, _WORD, _WORD, *[pa.float64()] * 3, pa.bool_(), pa.float64(), _WORD, _WORD]
_ACCOUNTS = pa.schema(list(zip(ACCOUNT_COLUMNS, _ACCOUNT_KINDS, strict=True)))
_RULES = pa.schema(list(zip(RULE_COLUMNS, _RULE_KINDS, strict=True)))


def _joined(tables: list[pa.Table], schema: pa.Schema) -> pa.Table:
    """Tables of several structures in one; every part of a study has the same columns."""
    return pa.concat_tables([t.cast(schema) for t in tables]).unify_dictionaries() if tables else schema.empty_table()
