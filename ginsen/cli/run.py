"""`ginsen run` and `ginsen protocols`: what is done to a sample."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ginsen.cli.complaint import FAILED, WRONG_USE, complain
from ginsen.cli.conclusion import conclude_record, conclude_series

if TYPE_CHECKING:
    from ginsen.protocols.protocol import Protocol


def add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to those of `ginsen`."""
    run = commands.add_parser("run", add_help=False, help="run a protocol")
    run.add_argument("protocol", nargs="?", metavar="PROTOCOL",
                     help="one of those that `ginsen protocols` lists")
    run.add_argument("-h", "--help", action="store_true",
                     help="what the protocol does and its parameters")
    run.add_argument("--station", metavar="FILE",
                     help="station file (the bundled simulated one if left out)")
    run.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                     help="set a parameter; may be repeated")
    run.add_argument("--out", metavar="DIR", help="folder for recording and figure (runs)")
    run.add_argument("--seed", type=int, metavar="N",
                     help="what is random on a simulated bench comes from this number")
    run.add_argument("--json", action="store_true", help="last line of output is one JSON object")
    run.add_argument("--resume", type=Path, metavar="WHAT",
                     help="go on where a run (its recording) or a series (the folder of its runs) "
                     "was interrupted; nothing that stimulates is repeated")
    run.add_argument("--dry-run", action="store_true",
                     help="print and draw the stimulus; open and apply nothing")
    run.add_argument("--expect", type=float, metavar="G",
                     help="conductance in S to plan a dry run for")
    run.set_defaults(command=_run, parser=run)

    protocols = commands.add_parser("protocols", help="list the protocols")
    protocols.set_defaults(command=_protocols)


def _protocols(options: argparse.Namespace) -> int:
    from ginsen.protocols import PROTOCOLS

    for name, protocol in sorted(PROTOCOLS.items()):
        print(f"{name:12} {(protocol.__doc__ or '').splitlines()[0]}")
    return 0


def _run(options: argparse.Namespace) -> int:
    from ginsen.protocols import PROTOCOLS, Series

    if options.resume is not None:
        return _resume(options)
    if options.protocol is None:
        options.parser.print_help(sys.stdout if options.help else sys.stderr)
        return 0 if options.help else WRONG_USE
    if options.protocol not in PROTOCOLS:
        raise ValueError(f"there is no protocol {options.protocol!r}; there is "
                         f"{', '.join(sorted(PROTOCOLS))}.")
    protocol = PROTOCOLS[options.protocol](seed=options.seed)
    if options.help:
        print(_help(options.parser, protocol))
        return 0
    for assignment in options.set:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise ValueError(f"--set {assignment}: write it as NAME=VALUE.")
        protocol.set(name.strip(), value.strip())
    if options.station:
        protocol.set("station", options.station)
    if options.out:
        protocol.set("folder", options.out)
    if options.dry_run:
        previews = protocol.previews() if isinstance(protocol, Series) else [protocol]
        return max(_dry_run(each, number, expected=options.expect)
                   for number, each in enumerate(previews, start=1))
    return _conduct(protocol, as_json=options.json)


def _resume(options: argparse.Namespace) -> int:
    from ginsen.protocols.resume import resumed

    if options.set or options.out or options.seed is not None or options.dry_run:
        raise ValueError("--resume goes on with the parameters, folder and seed of before; only "
                         "--station may be given with it.")
    protocol = resumed(options.resume, options.station)
    if options.protocol not in (None, protocol.name):
        raise ValueError(f"{options.resume} is of {protocol.name!r}, not {options.protocol!r}.")
    return _conduct(protocol, as_json=options.json)


def _dry_run(protocol: Protocol, number: int, *, expected: float | None) -> int:
    from rich.console import Console

    from ginsen.planning import plan
    from ginsen.station_file import read_station
    from ginsen.station_instruments import sheet_of
    from ginsen.stimulus import stimulus_figure, stimulus_sentences, stimulus_table

    entry = read_station(protocol.station).source_meter(protocol.source_meter)
    planned = plan(protocol.stimulus(), sheet_of(entry), entry.limits, leads=entry.leads,
                   expected=expected)
    folder = Path(protocol.folder)
    folder.mkdir(parents=True, exist_ok=True)
    suffix = f"-{number}" if number > 1 else ""
    figure = folder / f"{protocol.name}_stimulus{suffix}.png"
    stimulus_figure(planned, figure, name=protocol.name)
    console = Console()
    console.print(stimulus_table(planned))
    for sentence in stimulus_sentences(planned):
        console.print(sentence, highlight=False, markup=False)
    console.print(f"figure    {figure}", highlight=False, soft_wrap=True)
    return FAILED if any(row.refusals for row in planned) else 0


def _conduct(protocol: Protocol, *, as_json: bool) -> int:
    from ginsen.protocols.signals import stopping

    stop = threading.Event()
    with stopping(stop):
        from ginsen.protocols import Series
        from ginsen.protocols.run import conduct
        from ginsen.records import RecordError, read_record
        from ginsen.report import nothing_recorded
        from ginsen.show import LiveShow

        with LiveShow(protocol.name) as show:
            outcome = conduct(protocol, show=show.update, stop=stop)
        path = protocol.recording_path
        if outcome.state != "finished":
            complain(str(outcome))
        if isinstance(protocol, Series) and protocol.cycles:
            conclude_series(protocol, as_json=as_json)
            return 0 if outcome.state == "finished" else FAILED
        try:
            files = protocol.recording_files
            record = read_record(*files) if files else None
        except RecordError as problem:
            complain(str(problem))
            record = None
        if record is not None and path is not None:
            conclude_record(record, path, path.with_suffix(".png"), as_json=as_json)
        elif as_json:
            print(json.dumps(nothing_recorded(outcome, path), ensure_ascii=False))
    return 0 if outcome.state == "finished" else FAILED


def _help(parser: argparse.ArgumentParser, protocol: Protocol) -> str:
    from inspect import cleandoc

    from ginsen.protocols.protocol import allowed

    lines = [parser.format_usage().strip().replace("[PROTOCOL]", protocol.name), "",
             cleandoc(protocol.__doc__ or ""), "", "Parameters, for --set NAME=VALUE:"]
    for name, parameter in protocol.parameter_objects().items():
        lines += [f"  {name} = {parameter}",
                  f"      {parameter.description}; {allowed(parameter)}."]
    return "\n".join(lines)
