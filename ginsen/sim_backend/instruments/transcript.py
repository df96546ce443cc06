"""A virtual instrument that answers as a real one did: out of what `capturing` wrote down.

It knows nothing but what was said. A message is sought from where the last one was found onwards;
one that comes later no more is answered as it was last, as who polls expects; one that never came
is not answered at all.
"""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import ClassVar

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.plain import PlainInstrument
from ginsen.sim_backend.links import Link
from ginsen.sim_backend.scpi.message import split_messages


class VirtualTranscript(PlainInstrument):
    """The instrument at `of` in the capture `file`; `of` may be left out where there is but one."""

    options: ClassVar[dict[str, type]] = {"file": str, "of": str}
    command_cost: ClassVar[float] = 1e-3

    def __init__(self, bench: Bench, name: str, file: str = "", of: str = "") -> None:
        super().__init__(bench, name)
        self._exchanges = exchanges(Path(file), of)
        self._next = 0

    def execute(self, message: str, link: Link) -> Waiting[None]:
        """Answer as it was answered."""
        yield self.command_cost
        reply = self._reply_to(message.strip())
        if reply:
            self.reply(link, reply)

    def _reply_to(self, message: str) -> bytes:
        told = self._exchanges
        for at in chain(range(self._next, len(told)), range(self._next - 1, -1, -1)):
            if told[at][0] == message:
                self._next = max(self._next, at + 1)
                reply: bytes = told[at][1]
                return reply
        return b""


def exchanges(path: Path, of: str) -> list[tuple[str, bytes]]:
    """Each message sent to an address, and all that was received before the next one.

    Raises ValueError, in one sentence, for a file that is no capture, or an address not in it.
    """
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        addresses = {str(line["address"]) for line in lines}
        pieces = [(str(line["address"]), "sent" in line,
                   str(line["sent"] if "sent" in line else line["received"]).encode("latin-1"))
                  for line in lines]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as problem:
        raise ValueError(f"file: {path} is no capture: {problem!r}") from None
    if not of and len(addresses) == 1:
        of = addresses.pop()
    elif of not in addresses:
        raise ValueError(f"of: the capture {path} is of {', '.join(sorted(addresses)) or 'nothing'}"
                         f"; {of!r} is not among them")
    found: list[tuple[str, bytes]] = []
    for address, sent, data in pieces:
        if address == of and sent:
            found += [(message.strip(), b"") for message in split_messages(data, True)[0]
                      if message.strip()]
        elif address == of and found:
            found[-1] = found[-1][0], found[-1][1] + data
    return found
