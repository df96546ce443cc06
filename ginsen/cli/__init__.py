"""The command line: parsing and printing, one file a family of commands."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

from ginsen.cli.calibrate import add_calibrate
from ginsen.cli.complaint import FAILED, WRONG_USE, complain
from ginsen.cli.records import add_records
from ginsen.cli.run import add_run
from ginsen.cli.serve import add_serve
from ginsen.cli.station import add_station

__all__ = ["FAILED", "WRONG_USE", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code, 0 only where all went well."""
    for library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(library, "1")  # our matrices are small; threads only get in the way
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # µ, Ω and β fail on other consoles
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given[:1] == ["gui"]:  # it has arguments of its own
            from ginsen.gui import main as open_window

            return open_window(given[1:])
        options = _parser().parse_args(given)
        return int(options.command(options))
    except (ValueError, OSError, RuntimeError) as problem:
        complain(str(problem))
        return WRONG_USE
    except KeyboardInterrupt:
        complain("interrupted")
        return FAILED


class _Parser(argparse.ArgumentParser):
    """Says what it does not understand as everything else is said."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        complain(message)
        raise SystemExit(WRONG_USE)


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = _Parser(
        prog="ginsen", description="Measure neuromorphic nanowire networks, real or simulated.")
    parser.add_argument("--version", action="version", version=f"ginsen {version('ginsen')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_run(commands)
    commands.add_parser("gui", help="open the bench window")
    add_records(commands)
    add_calibrate(commands)
    add_station(commands)
    add_serve(commands)
    return parser
