"""The guard's own process: `python -m ginsen.guard`, started by a station, never by hand.

It is told its orders and then a word now and then on its standard input (see `watch`). It opens no
instrument, and holds no lock, until it must act.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

import pyvisa

from ginsen.guard.orders import Orders
from ginsen.guard.safe import make_safe
from ginsen.guard.watch import Watch, Word


def main() -> int:
    """Watch until the run is done or over; returns 0 unless an output could not be proved off."""
    # The run's own signals must not end its guard: Ctrl-C goes to a whole terminal, SIGTERM to all.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    orders = Orders.from_line(sys.stdin.readline())
    manager = pyvisa.ResourceManager(orders.visa)
    with contextlib.suppress(OSError):  # nobody may be there any more to be told
        print("ready", flush=True)
    words: queue.SimpleQueue[Word] = queue.SimpleQueue()
    # A thread, since a pipe cannot be waited for with a time limit on every system.
    threading.Thread(target=_listen, args=(words,), daemon=True).start()
    watch, failed = Watch(orders.silence), False
    while not watch.over:
        try:
            word = words.get(timeout=watch.left(time.monotonic()))
        except queue.Empty:
            watch = watch.passing(time.monotonic())
        else:
            watch = watch.hearing(word, time.monotonic())
        if watch.reason:
            failed = not _act(manager, orders, watch)
    return int(failed)


def _listen(words: queue.SimpleQueue[Word]) -> None:
    for line in sys.stdin:
        words.put(line.strip())
    words.put(None)


def _act(manager: pyvisa.ResourceManager, orders: Orders, watch: Watch) -> bool:
    """Make everything safe and say so; whether every output was proved off."""
    def free() -> None:
        # A hung program may hold the one session its instrument has; what it measured is on disk.
        if watch.hung:
            with contextlib.suppress(OSError):
                os.kill(orders.watched, signal.SIGKILL if hasattr(signal, "SIGKILL")
                        else signal.SIGTERM)

    efforts = make_safe(manager, orders.emergencies, free=free)
    text = f"{watch.reason}; {'; '.join(map(str, efforts))}."
    with contextlib.suppress(OSError):
        print(f"ginsen guard: {text}", file=sys.stderr, flush=True)
    if watch.record:
        stamp = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        with (contextlib.suppress(OSError),
              Path(f"{watch.record}.guard.txt").open("a", encoding="utf-8") as file):
            file.write(f"{stamp} {text}\n")
    return all(effort.proved.is_set() for effort in efforts)


if __name__ == "__main__":
    sys.exit(main())
