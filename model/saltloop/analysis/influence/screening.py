"""Morris screening: how much each of several numbers moves a result while the others vary too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_LEVELS = 4


def screening(result: Callable[[np.ndarray], float], inputs: int, trajectories: int, seed: int) -> list[tuple[float, float]] | None:
    """Elementary effects of inputs, each from -1 to 1 over its range.

    Args:
        result: at a point; nan where there is none.
        inputs: how many.
        trajectories: each solves inputs + 1 points.
        seed: of the trajectories.

    Returns:
        for each input the mean size of its effect over its whole range (mu*) and its standard deviation (sigma; large where the input interacts
        or bends); None if some point has no result.
    """
    from SALib.analyze import morris as effects
    from SALib.sample import morris as plan

    problem = {"num_vars": inputs, "names": [str(n) for n in range(inputs)], "bounds": [[0.0, 1.0]] * inputs}
    points = plan.sample(problem, trajectories, num_levels=_LEVELS, seed=seed)
    known: dict[bytes, float] = {}
    for point in points:
        known.setdefault(point.tobytes(), result(2 * point - 1))
    results = np.array([known[point.tobytes()] for point in points])
    if np.isnan(results).any():
        return None
    found = effects.analyze(problem, points, results, num_levels=_LEVELS, conf_level=0.95, num_resamples=10, seed=seed)
    return list(zip(map(float, found["mu_star"]), map(float, found["sigma"]), strict=True))
