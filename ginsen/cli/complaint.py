"""How the command line says that something went wrong: one sentence and an exit code."""

from __future__ import annotations

import sys

FAILED, WRONG_USE = 1, 2
"""Exit codes: what was asked did not come about; it could not be asked so."""


def complain(sentence: str) -> None:
    """Say on the error stream what is wrong."""
    print(f"ginsen: {printable(sentence)}", file=sys.stderr)


def printable(sentence: str) -> str:
    """The sentence, control characters spelt out: a file's name must not steer a terminal."""
    return "".join(each if each.isprintable() or each == "\n" else ascii(each)[1:-1]
                   for each in sentence)
