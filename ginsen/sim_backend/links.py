"""Ends of the wire, and what is wrong with the instrument behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Lost = Literal["closed", "silent"]

MOST_CLIENTS = 16
"""TCP connections an instrument has at once, unless its bench file says otherwise."""


class Link:
    """One session's end of the wire: what it has sent without an end, what it may still read.

    A `stream` of bytes, or messages framed by END. A `bus` (GPIB, serial) knows no connection that
    an instrument could lose by being switched off. `lost` says how the link came to its end:
    closed, so that it is told, or silent. `aside` holds what was answered at once.
    """

    def __init__(self, stream: bool, bus: bool = False) -> None:
        self.stream = stream
        self.bus = bus
        self.unfinished = b""
        self.received = bytearray()
        self.aside = bytearray()
        self.lost: Lost | None = None
        self.on_close: Callable[[], None] = lambda: None

    def lose(self, how: Lost) -> None:
        """Come to an end: nothing passes any more."""
        self.lost = how
        self.unfinished = b""
        self.received.clear()
        if how == "closed":
            self.on_close()


class Mailbox(Link):
    """A link with an output queue of its own: its replies, message by message.

    `gone` tells whether the client has hung up. `asking` is true from a service request this
    client was sent until it polls.
    """

    def __init__(self, stream: bool, bus: bool = False) -> None:
        super().__init__(stream, bus)
        self.replies: list[bytes] = []
        self.gone: Callable[[], bool] = lambda: False
        self.asking = False

    def lose(self, how: Lost) -> None:
        """See `Link.lose`."""
        self.replies.clear()
        super().lose(how)


class Detour(Mailbox):
    """Stands for a link while a message is carried out, and keeps the replies to it back."""

    def __init__(self, link: Link) -> None:
        super().__init__(link.stream, link.bus)


@dataclass
class Trouble:
    """What is wrong with an instrument now; counts of the faults that say so.

    `slow` is how many times its commands' usual cost they take, `locked` that another client has
    the VISA lock, `refusing` that no session is opened, `silent` that one opened is as good as
    dead, `off` that it has no power, `held` that its output stays on.
    """

    slow: float = 1.0
    locked: int = 0
    refusing: int = 0
    silent: int = 0
    off: int = 0
    held: int = 0
