"""How a gain that several players make together could be shared among them.

Players are numbered from 0; a coalition is a whole number whose bit n says whether player n belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import factorial

import numpy as np


def members(coalition: int) -> tuple[int, ...]:
    """The players of a coalition."""
    return tuple(n for n in range(coalition.bit_length()) if coalition >> n & 1)


def coalitions(count: int) -> Iterator[int]:
    """All coalitions of two players and more, the largest first; each differs from the one before it in few players (Gray's order)."""
    everyone = (1 << count) - 1
    for n in range(1 << count):
        coalition = everyone ^ (n ^ n >> 1)
        if coalition.bit_count() > 1:
            yield coalition


def marginal(count: int, gains: Mapping[int, float]) -> np.ndarray:
    """What each player adds to all the others: the most that he can ask for, and seldom a way to share, for it need not add up.

    Args:
        count: of players.
        gains: of every coalition of two and more.
    """
    everyone = (1 << count) - 1
    return np.array([gains[everyone] - gains.get(everyone ^ 1 << n, 0.0) for n in range(count)])


def shapley(count: int, gains: Mapping[int, float]) -> np.ndarray:
    """What each player adds on average over all orders in which the players could join.

    Args:
        count: of players.
        gains: of every coalition of two and more; alone nobody gains.

    Source: Shapley, A value for n-person games (1953).
    """
    shares, orders = np.zeros(count), factorial(count)
    for coalition in range(1, 1 << count):
        size = coalition.bit_count()
        weight = factorial(size - 1) * factorial(count - size) / orders
        for n in members(coalition):
            shares[n] += weight * (gains.get(coalition, 0.0) - gains.get(coalition ^ 1 << n, 0.0))
    return shares


def excess(gains: Mapping[int, float], shares: np.ndarray) -> dict[int, float]:
    """What each coalition would gain on its own more than its members are given; a share where nobody has any lies in the core.

    Args:
        gains: of every coalition of two and more; a player alone gains nothing.
        shares: of each player.
    """
    alone = {1 << n: -float(share) for n, share in enumerate(shares)}
    return alone | {coalition: gain - float(sum(shares[n] for n in members(coalition))) for coalition, gain in gains.items()}
