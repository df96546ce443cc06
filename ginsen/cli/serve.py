"""`ginsen serve`: a simulated bench on TCP ports."""

from __future__ import annotations

import argparse
import threading


def add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `ginsen`."""
    serve = commands.add_parser("serve", help="put a simulated bench on TCP ports, in real time")
    serve.add_argument("bench", metavar="BENCH", help="bench file, or a bundled bench by its name")
    serve.add_argument("--port", type=int, default=5025, metavar="N",
                       help="port of the first instrument, the next one up (5025); 0: any free")
    serve.add_argument("--speed", type=float, metavar="K", help="bench seconds per second "
                       "(what the bench file says; 1 where it says virtual)")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1)")
    serve.add_argument("--expose", action="store_true",
                       help="allow a host that other machines can reach")
    serve.set_defaults(command=_serve)


def _serve(options: argparse.Namespace) -> int:
    from ginsen.protocols.signals import stopping
    from ginsen.sim_backend.bench_file import load_bench
    from ginsen.sim_backend.server import BenchServer

    stop = threading.Event()
    with stopping(stop), BenchServer(
            load_bench(options.bench), host=options.host, port=options.port, speed=options.speed,
            expose=options.expose) as server:
        for door in server.doors:
            print(f"{door.name:12} {door.address:42} {door.identity}")
        print("At a socket a message ends with a line feed. Ctrl-C stops.", flush=True)
        server.run(stop.is_set)
    return 0
