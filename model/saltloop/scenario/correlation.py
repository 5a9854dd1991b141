"""How the draws of a study hang together: what a correlation matrix must be, and what is wrong with one that is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from saltloop.errors import Words
from saltloop.scenario.draws import Draw

_NEGLIGIBLE = 1e-10


def why_no_correlation(of: Sequence[object], rows: Sequence[object], draws: Mapping[str, Draw]) -> Words | None:
    """What is wrong with a correlation matrix; None: nothing.

    Args:
        of: paths that it ties.
        rows: as written.
        draws: the distributions by path.
    """
    return _why_not_of([str(path) for path in of], draws) or _why_no_matrix(len(of), rows)


def _why_not_of(names: list[str], draws: Mapping[str, Draw]) -> Words | None:
    for name in names:
        if name not in draws:
            return Words(f"{name} has no distribution in states", f"{name} 在 states 中没有分布")
        if draws[name].kind == "discrete":
            return Words(f"{name} is discrete, and only numeric draws can be tied", f"{name} 为离散分布，只有数值分布才能相关")
        if names.count(name) > 1:
            return Words(f"{name} stands twice in of", f"{name} 在 of 中出现两次")
    return None


def _why_no_matrix(count: int, rows: Sequence[object]) -> Words | None:
    lengths = [len(row) if isinstance(row, list) else 0 for row in rows]
    if lengths != [count] * count:
        found = ", ".join(map(str, lengths))
        return Words(
            f"{count} rows of {count} numbers are needed, found {len(rows)} with {found}",
            f"需要 {count} 行、每行 {count} 个数，现有 {len(rows)} 行，各行个数为 {found}",
        )
    return _first_wrong_entry([list(row) for row in rows if isinstance(row, list)]) or _why_not_definite(np.array(rows, dtype=float))


def _first_wrong_entry(rows: list[list[object]]) -> Words | None:
    places = list(np.ndindex(len(rows), len(rows)))
    for i, j in places:
        if not _is_correlation(rows[i][j]):
            en, zh = _place(i, j)
            return Words(f"{en} is {rows[i][j]}, no number from -1 to 1", f"{zh}为 {rows[i][j]}，不是 -1 到 1 之间的数")
    for i, j in places:
        (en, zh), written, other = _place(i, j), rows[i][j], rows[j][i]
        if i == j and written != 1:
            return Words(f"{en} is {written}; on the diagonal stands 1", f"{zh}为 {written}；对角线上应为 1")
        if written != other:
            turned = _place(j, i)
            return Words(f"it is not symmetric: {en} is {written}, {turned[0]} is {other}", f"矩阵不对称：{zh}为 {written}，{turned[1]}为 {other}")
    return None


def _is_correlation(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= 1


def _place(row: int, column: int) -> tuple[str, str]:
    return f"row {row + 1}, column {column + 1}", f"第 {row + 1} 行第 {column + 1} 列"


def _why_not_definite(matrix: np.ndarray) -> Words | None:
    smallest = float(np.linalg.eigvalsh(matrix).min())
    if smallest > _NEGLIGIBLE:
        return None
    smallest = 0.0 if abs(smallest) <= _NEGLIGIBLE else smallest
    return Words(
        f"no draws can be tied like this; it is not positive definite (smallest eigenvalue {smallest:.3g}): take weaker correlations",
        f"不存在这样相关的随机量：矩阵非正定（最小特征值 {smallest:.3g}），请减弱相关系数",
    )
