"""When a guard acts: a heartbeat that stopped, a pipe that ended, a word."""

from __future__ import annotations

from dataclasses import dataclass, replace

DONE = "done"
"""Every output was read back as off and the station is closed."""

Word = str | None
"""A line from the run: `watch`, `beat`, `rest`, `record PATH`, `act REASON`, `done`; None at the
end of the file."""


@dataclass(frozen=True)
class Watch:
    """What a guard knows; a new one comes of every word heard and of the time passing.

    While `watching` a word is due every `silence` s, the last having come at `heard` (s). `reason`
    says why the instruments must be made safe now, if they must; `over` that there is nothing left
    to wait for.
    """

    silence: float
    watching: bool = False
    heard: float = 0.0
    record: str = ""
    reason: str = ""
    hung: bool = False
    over: bool = False

    def hearing(self, word: Word, now: float) -> Watch:
        """After a word at the time `now` (s)."""
        told = replace(self, heard=now, reason="", hung=False)
        if word is None:
            return replace(told, over=True, reason="the program ended without a word")
        verb, _, rest = word.partition(" ")
        if verb == "watch":
            return replace(told, watching=True)
        if verb == "rest":
            return replace(told, watching=False)
        if verb == "record":
            return replace(told, record=rest)
        if verb == "act":
            return replace(told, watching=False, reason=rest)
        return replace(told, over=verb == DONE)

    def left(self, now: float) -> float | None:
        """How long (s) the next word may take; None for ever."""
        return max(0.0, self.heard + self.silence - now) if self.watching else None

    def passing(self, now: float) -> Watch:
        """At the time `now`, no word having come: a run that has hung is not watched again.

        It takes a new `watch` for that.
        """
        left = self.left(now)
        if left is None or left > 0:
            return replace(self, reason="", hung=False)
        return replace(self, watching=False, hung=True,
                       reason=f"no heartbeat for {self.silence:g} s")
