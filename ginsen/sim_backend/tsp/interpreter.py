"""A sandboxed Lua in which scripts wait in bench time: what touches the instrument is a request."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any, Literal

Kind = Literal["table", "attribute", "constant", "function", "buffer", "column"]
"""What a name is: a table of more, a value to read and set, to read, a call, a buffer, its data."""

Request = tuple[Any, ...]
"""("get", path), ("set", path, value), ("call", path, ...), and those of a reading buffer."""

BUFFER, LIST, OTHER = "\1", "\2", "\3"
"""How a text that stands for something begins: a buffer, a table's numbers, anything else."""

MOST_MEMORY = 16 << 20
"""Bytes that scripts and their data may take."""

MOST_INSTRUCTIONS = 1_000_000
"""What a script may compute between two requests; they take no bench time."""


class ScriptError(Exception):
    """A script that does not compile (-285) or failed while it ran (-286)."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(text)


class Interpreter:
    """Lua with the instrument's names in it.

    `names` says what each dotted name is, `members` the same of a reading buffer, `factory` is a
    script that defines what is there from the start. Neither files nor processes, debugger,
    coroutines or Python can be reached from a script; its memory and what it computes between two
    requests are bounded.
    """

    def __init__(self, names: Mapping[str, Kind], members: Mapping[str, Kind],
                 factory: str = "") -> None:
        # Only a bench with such an instrument on it needs Lua. 5.2 has one kind of number, as the
        # 5.0 of the real one has, and yields anywhere.
        from lupa import lua52

        self._lua52 = lua52
        self._names = dict(names)
        self._members = dict(members)
        self._factory = factory
        self.forget()

    def forget(self) -> None:
        """Begin anew, without any global: as when power is lost."""
        lua = self._lua52.LuaRuntime(
            register_eval=False, register_builtins=False, unpack_returned_tuples=True,
            encoding="latin-1", max_memory=MOST_MEMORY, attribute_filter=_nothing)
        prelude = resources.files(__package__).joinpath("prelude.lua").read_text(encoding="utf-8")
        self._face = lua.execute(prelude, lua.table_from(self._names),
                                 lua.table_from(self._members), MOST_INSTRUCTIONS,
                                 self._factory)

    def script(self, source: str, name: str = "") -> Script:
        """A script ready to run. Raises ScriptError (-285) where it makes no sense."""
        return Script(self, self._compiled(source, name or "script"))

    def keep(self, source: str, name: str) -> Script:
        """A script that stays under its name, or as the anonymous one, ready to run."""
        compiled = self._compiled(source, name or "script")
        self._face.keep(name, compiled, source)
        return Script(self, compiled)

    def live_buffers(self) -> set[str]:
        """The buffers that a script can still reach."""
        return set(str(self._face.alive()).split("\n"))

    def started(self, compiled: Any) -> Any:
        """A coroutine that runs `compiled`."""
        return self._face.run.coroutine(compiled)

    def step(self, thread: Any, answer: Any) -> Request | None:
        """Let a script go on with the answer to its request; its next one, None at its end.

        Raises ScriptError (-286) where it fails.
        """
        try:
            request: Request = thread.send(answer)
        except StopIteration:
            return None
        except self._lua52.LuaMemoryError:
            self.forget()
            raise ScriptError(-286, "out of memory; every global was dropped") from None
        except self._lua52.LuaError as problem:
            raise ScriptError(-286, _one_line(problem)) from None
        return request

    def _compiled(self, source: str, name: str) -> Any:
        try:
            compiled, problem = self._face.compile(source, name)
        except self._lua52.LuaMemoryError:
            self.forget()
            raise ScriptError(-286, "out of memory; every global was dropped") from None
        if compiled is None:
            raise ScriptError(-285, _one_line(problem))
        return compiled


class Script:
    """A compiled script; each run of it begins anew."""

    def __init__(self, interpreter: Interpreter, compiled: Any) -> None:
        self._interpreter = interpreter
        self._compiled = compiled

    def run(self) -> Run:
        """A run of it, not begun yet."""
        return Run(self._interpreter, self._interpreter.started(self._compiled))


class Run:
    """A script under way."""

    def __init__(self, interpreter: Interpreter, thread: Any) -> None:
        self._interpreter = interpreter
        self._thread = thread

    def step(self, answer: Any = None) -> Request | None:
        """As `Interpreter.step`; the first answer is to nothing, None."""
        return self._interpreter.step(self._thread, answer)


def _nothing(thing: object, name: object, setting: bool) -> object:
    raise AttributeError("nothing of Python can be reached")


def _one_line(problem: object) -> str:
    return " ".join(str(problem).split())[:200] or "error"
