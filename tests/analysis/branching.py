"""Known processes: branching with a mean number of offspring, and independent events."""

import numpy as np

LARGEST = 5_000


def branching(offspring, count, rng):
    """Activity per generation of `count` trees of Poisson offspring, an idle bin between two."""
    activity = []
    for _ in range(count):
        alive, total = 1, 1
        activity.append(0)
        while alive and total < LARGEST:
            activity.append(alive)
            alive = int(rng.poisson(offspring * alive))
            total += alive
    return np.array([*activity, 0])


def walk_of_events(activity, rng, quiet=1e-3):
    """A conductance that jumps by ±1 once for every event, one sample a bin."""
    jumps = np.sign(rng.normal(size=activity.size)) * (activity > 0)
    return 100 + np.cumsum(jumps + quiet * rng.normal(size=activity.size))
