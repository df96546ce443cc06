"""How numeric kernels are compiled: cached on disk, without the GIL, divisions as numpy's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Indices = npt.NDArray[np.int64]
"""What kernels are told of nodes, edges and junctions: their numbers, from 0."""

Flags = npt.NDArray[np.bool_]
"""Yes or no, for each of them."""

_SUMS = {"reassoc", "contract", "nsz"}

kernel = njit(cache=True, nogil=True, error_model="numpy")
"""Decorate a kernel."""

summing = njit(cache=True, nogil=True, error_model="numpy", fastmath=_SUMS)
"""Decorate a kernel whose sums may be taken in any order, so that the processor takes many at once.

Infinities and NaN keep their meaning.
"""

inner = njit(cache=True, nogil=True, error_model="numpy",
             no_cpython_wrapper=True, no_cfunc_wrapper=True)
"""Decorate a kernel that only kernels call: without a door to Python it compiles much faster."""

inner_summing = njit(cache=True, nogil=True, error_model="numpy", fastmath=_SUMS,
                     no_cpython_wrapper=True, no_cfunc_wrapper=True)
"""Both."""
