"""`ginsen station check` and `ginsen station accept`: a look at a bench."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ginsen.cli.complaint import FAILED


def add_station(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `ginsen`."""
    station = commands.add_parser("station", help="look at a bench")
    actions = station.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="ask every instrument who it is; touch no output")
    check.add_argument("file", metavar="FILE", help="station file, or a bundled one by its name")
    check.set_defaults(command=_station_check)
    accept = actions.add_parser("accept", help="measure on parts one can trust whether a source "
                                "meter does what its data sheet says")
    accept.add_argument("file", metavar="FILE", help="station file, or a bundled one by its name")
    accept.add_argument("fixture", metavar="FIXTURE", help="what is between the probes: open, "
                        "'1 MΩ', or '1 MΩ, 10 nF' in series")
    accept.add_argument("--source-meter", default="", metavar="NAME",
                        help="its table in the station file (the first one)")
    accept.add_argument("--to", type=Path, metavar="REPORT.md",
                        help="file to add a dated section to (none: print it)")
    accept.set_defaults(command=_station_accept)


def _station_check(options: argparse.Namespace) -> int:
    from ginsen.station_check import as_lines, check_station

    answers = check_station(options.file)
    print("\n".join(as_lines(answers)))
    return FAILED if any(answer.problem for answer in answers) else 0


def _station_accept(options: argparse.Namespace) -> int:
    from ginsen.station_accept import Fixture, accept_station

    told, passed = accept_station(
        options.file, Fixture.named(options.fixture), options.source_meter,
        show=lambda finding: print(finding, file=sys.stderr, flush=True))
    if options.to is None:
        print(told, end="")
    else:
        with options.to.open("a", encoding="utf-8") as file:
            file.write(told)
    return 0 if passed else FAILED
