"""As much of numba's face as Ginsen uses: a jitted function is typed as the one it was made of."""

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

float64: Any
int64: Any
uint64: Any
boolean: Any
void: Any
types: Any
typeof: Any

def njit(
    signature: object = ..., *, cache: bool = ..., nogil: bool = ..., fastmath: object = ...,
    inline: str = ..., error_model: str = ..., boundscheck: bool = ...,
    no_cpython_wrapper: bool = ..., no_cfunc_wrapper: bool = ...,
) -> Callable[[F], F]: ...
