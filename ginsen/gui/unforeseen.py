"""What nobody thought of, said in words: a window must not go down while an output is on."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from types import TracebackType

log = logging.getLogger(__name__)


def tell_unforeseen(say: Callable[[str], object]) -> None:
    """Have `say` told of every error that nobody caught, and go on.

    Qt would else end the process at the first one in a slot, with the run under way.
    """
    def tell(kind: type[BaseException], problem: BaseException,
             trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):
            sys.__excepthook__(kind, problem, trace)
            return
        log.error("nobody caught this", exc_info=(kind, problem, trace))
        try:
            say(f"{kind.__name__}: {problem}")
        except Exception as another:  # the last that can be done for the run is to stay
            log.error("nor could it be said: %s", another)

    sys.excepthook = tell
