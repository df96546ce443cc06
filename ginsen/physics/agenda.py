"""Which junction is due next: a binary heap over all junctions that knows where each one stands."""

from __future__ import annotations

from ginsen.physics.kernel import Indices, inner, kernel
from ginsen.types import Array


@kernel
def arrange(heap: Indices, stands: Indices, due: Array) -> None:
    """Bring the whole `heap` of junctions into order of `due` (s); `stands` says who is where."""
    for place in range(heap.size // 2 - 1, -1, -1):
        _sink(heap, due, place)
    for place in range(heap.size):
        stands[heap[place]] = place


@kernel
def rearrange(heap: Indices, stands: Indices, due: Array, junction: int) -> None:
    """Move one junction to where it belongs after its `due` has changed."""
    place = stands[junction]
    time = due[junction]
    while place > 0:
        above = (place - 1) // 2
        if due[heap[above]] <= time:
            break
        heap[place] = heap[above]
        stands[heap[place]] = place
        place = above
    while True:
        below = 2 * place + 1
        if below >= heap.size:
            break
        if below + 1 < heap.size and due[heap[below + 1]] < due[heap[below]]:
            below += 1
        if due[heap[below]] >= time:
            break
        heap[place] = heap[below]
        stands[heap[place]] = place
        place = below
    heap[place] = junction
    stands[junction] = place


@inner
def _sink(heap: Indices, due: Array, place: int) -> None:
    """Let what stands at a place sink to where it belongs among those below."""
    junction = heap[place]
    while True:
        below = 2 * place + 1
        if below >= heap.size:
            break
        if below + 1 < heap.size and due[heap[below + 1]] < due[heap[below]]:
            below += 1
        if due[heap[below]] >= due[junction]:
            break
        heap[place] = heap[below]
        place = below
    heap[place] = junction
