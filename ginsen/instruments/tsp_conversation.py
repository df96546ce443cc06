"""Questions to an instrument whose language is Lua: every one is something to print."""

from __future__ import annotations

from ginsen.instruments.conversation import Conversation


class TspConversation(Conversation):
    """A `Conversation` with a script processor (Reference Manual 2600BS-901-01).

    Where `Conversation` takes a query of SCPI, here stands an expression of Lua.
    """

    def _number(self, expression: str) -> float:
        """The value of an expression, a number, with ten digits whatever the format in force."""
        return float(self._numbers(f'print(string.format("%.9e",{expression}))', 1)[0])

    def _switch(self, expression: str) -> bool:
        """An expression that is 0 or 1."""
        return super()._switch(f'print(string.format("%d",{expression}))')

    def _whole_number(self, expression: str) -> int:
        """An expression that is a whole number, 0 or more."""
        return super()._whole_number(f'print(string.format("%d",{expression}))')

    def _errors(self) -> list[str]:
        """What the error queue held; it is empty now. As code,"words"."""
        found: list[str] = []
        for _ in range(self._whole_number("errorqueue.count")):
            code, words, *_ = str(self.ask("print(errorqueue.next())")).split("\t")
            found.append(f'{float(code):g},"{words}"')
        return found

    def _echo(self, number: int, question: str) -> str:
        """The number, the answer if there is a question, and the model, as `Conversation` has it.

        Nothing but the model tells the instrument; there is no *IDN? within Lua.
        """
        answer, place = (f",{question}", "%d;") if question else ("", "")
        return f'print(string.format("%d;{place}MODEL %s",{number}{answer},localnode.model))'
