"""Records made of phases, each a name, a level and its conductances."""

import numpy as np

from ginsen.types import Record, Samples, Span


def staged(*phases, dt=0.01, gap=0.1, limit=np.inf, **about):
    """Phases (name, level in V, G in S) sampled every `dt`, `gap` s apart, clamped at `limit` A."""
    parts, spans, start, first = [], [], 0.0, 0
    for name, level, G in phases:
        G = np.asarray(G, dtype=float)
        t = start + dt * np.arange(G.size)
        I = np.clip(G * level, -limit, limit)  # noqa: E741
        known = np.full(G.shape, np.nan)
        parts.append(Samples(t, np.full(G.shape, float(level)), I, np.abs(G * level) > limit,
                             known, known))
        spans.append(Span(name, level, t[0], t[-1], first, first + G.size))
        start, first = t[-1] + gap, first + G.size
    return Record(Samples.joined(parts), tuple(spans), about=about)
