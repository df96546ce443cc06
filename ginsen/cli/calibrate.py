"""`ginsen calibrate`: a twin fitted to records."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path


def add_calibrate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `ginsen`."""
    calibrate = commands.add_parser("calibrate", help="fit the fluctuating twin to records of one "
                                    "sample and say what they determine")
    calibrate.add_argument("records", type=Path, nargs="+", metavar="RECORD",
                           help="run files, or text of time, voltage, current")
    calibrate.add_argument("--out", type=Path, required=True, metavar="DEVICE.toml",
                           help="device file to write, which must not exist")
    calibrate.add_argument("--runs", type=int, default=48, metavar="N",
                           help="runs in each of the six rounds (48)")
    calibrate.add_argument("--wires", type=int, default=100, metavar="N",
                           help="wires of the twin (100); a run takes time in proportion")
    calibrate.add_argument("--pads", type=float, default=0.0, metavar="UM",
                           help="the network lies between contact pads that cover so many µm of "
                           "it (0: its two farthest wires are contacted)")
    calibrate.add_argument("--seed", type=int, default=0, metavar="N", help="what is random (0)")
    calibrate.add_argument("--until", type=float, default=math.inf, metavar="S",
                           help="leave out what was read after this time in s of the record")
    calibrate.add_argument("--integration", type=float, default=math.inf, metavar="S",
                           help="how long in s a reading took, where the record does not say "
                           "(the whole interval)")
    calibrate.add_argument("--floor", type=Path, metavar="RECORDING",
                           help="an open input read as the records were, for those that do not "
                           "know their meter's noise")
    calibrate.set_defaults(command=_calibrate)


def _calibrate(options: argparse.Namespace) -> int:
    from rich.console import Console

    from ginsen.analysis import with_phases
    from ginsen.calibration import TwinModel, calibrate, device_file
    from ginsen.calibration_report import calibration_sentences, calibration_table
    from ginsen.records.export import write_new
    from ginsen.records.reading import read_record

    if options.out.exists():
        raise ValueError(f"--out {options.out}: there is such a file already.")
    found = calibrate([with_phases(read_record(path)) for path in options.records],
                      base=TwinModel.of(options.wires, options.pads * 1e-6),
                      members=options.runs, seed=options.seed, until=options.until,
                      integration=options.integration,
                      floor=_floor(options.floor) if options.floor else 0.0,
                      told=lambda turn: print(f"round {turn} of 6", file=sys.stderr, flush=True))
    write_new(options.out, device_file(found, [path.name for path in options.records])
              .encode("utf-8"))
    console = Console()
    console.print(calibration_table(found))
    for sentence in calibration_sentences(found):
        console.print(sentence, highlight=False, markup=False)
    print(options.out)
    return 0


def _floor(path: Path) -> float:
    """The white noise (A²/Hz) in the longest phase of a recording."""
    from ginsen.analysis import with_phases
    from ginsen.analysis.noise_floor import white_level
    from ginsen.records.reading import read_record

    record = with_phases(read_record(path))
    if not record.spans:
        raise ValueError(f"--floor {path}: the recording has no phase.")
    return white_level(record, max(record.spans, key=lambda span: span.stop - span.start)).density
