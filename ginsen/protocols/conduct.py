"""Take a protocol from its beginning to its end, whatever that is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from ginsen.protocols.acquisition import News
from ginsen.protocols.protocol import Protocol
from ginsen.protocols.signals import stopping
from ginsen.types import Outcome

log = logging.getLogger(__name__)


def conduct(protocol: Protocol, *, show: Callable[[News], None] | None = None,
            stop: threading.Event | None = None) -> Outcome:
    """Run a protocol to its end, whatever that is. Never raises; the outcome says how it went.

    Once `stop` is set, or Ctrl-C, SIGTERM or SIGHUP come, the run ends at its next look: output
    off, data kept, outcome `aborted`.
    """
    stop = stop or threading.Event()
    with stopping(stop):
        return carry_out(protocol, should_stop=stop.is_set, show=show)


def carry_out(protocol: Protocol, *, should_stop: Callable[[], bool],
              show: Callable[[News], None] | None = None) -> Outcome:
    """As `conduct`, for who listens to the signals already."""
    protocol.emit = lambda topic, record: None
    protocol.should_stop = should_stop
    if show is not None:
        protocol.show = show
    try:
        protocol.startup()
        protocol.execute()
    except BaseException as problem:  # the protocol has made it its outcome
        log.debug("%s", problem, exc_info=True)
    finally:
        protocol.shutdown()
    return protocol.outcome
