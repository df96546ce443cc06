"""Looks on, from a process of its own, while `window_served.py` measures: the file and the bench.

    python benchmarks/window_onlooker.py FOLDER PORT

Prints a line of JSON for every change of the recording in FOLDER, with how many samples plain h5py
could read at that moment, and once a second what the bench at PORT answered to `:TIME?`.
"""

import json
import socket
import sys
import time
from pathlib import Path

import h5py
import numpy as np

TICK = 0.005
"""Seconds between two looks at the file's time of change."""
ASK_EVERY = 1.0
"""Seconds between two questions for the bench's time."""


def ask(port: int, question: str) -> str:
    """The answer to one question, on a connection of its own."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(question.encode() + b"\n")
        return wire.makefile(encoding="ascii").readline().strip()


def readable(path: Path) -> int | None:
    """How many samples are whole in every column; None while the file is being changed."""
    try:
        with h5py.File(path, locking=False) as file:
            columns = [file["samples"][name] for name in file["samples"]]
            rows = min(column.shape[0] for column in columns)
            unfilled = np.isnan(file["samples/time_s"][max(0, rows - 8192):rows])
            return rows - int(unfilled.sum())
    except (OSError, KeyError, RuntimeError):
        return None


def main() -> None:
    runs, port = Path(sys.argv[1]), int(sys.argv[2])
    path: Path | None = None
    changed, asked = 0, -ASK_EVERY
    while True:
        now = time.monotonic()
        if now - asked >= ASK_EVERY:
            asked = now
            bench = float(ask(port, ":TIME?"))
            print(json.dumps({"bench": bench, "answered": time.monotonic()}), flush=True)
        path = path or next(iter(runs.glob("*.h5")), None)
        if path is not None and (modified := path.stat().st_mtime_ns) != changed:
            rows = readable(path)
            if rows is not None:
                changed = modified
                print(json.dumps({"rows": rows, "read": time.monotonic()}), flush=True)
        time.sleep(TICK)


if __name__ == "__main__":
    main()
