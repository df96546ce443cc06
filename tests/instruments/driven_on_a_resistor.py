"""Drivers on a virtual instrument with 10 kΩ on it, and what the tests of several ask of them."""

from contextlib import contextmanager

from ginsen.types import Limits, Phase, Samples

BENCH = """
[instruments.smu]
model = "{model}"
address = {addresses}
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi{end}" = {{ terminal = "A" }}
"smu.lo{end}" = {{ terminal = "B" }}
"""
HOLD = Phase("hold", 1.0, 2.0, 0.05, 1e-3)


@contextmanager
def drivers(folder, driver, *, model, addresses, end):
    """Opens drivers at one of the addresses, the first if none is told; the bench is closed after.

    `end` is what the ends of the channel are called by, "_a".
    """
    path, opened = folder / "bench.toml", []
    path.write_text(BENCH.format(model=model, addresses=list(addresses), end=end),
                    encoding="utf-8")

    def open_at(address=addresses[0], **settings):
        opened.append(driver(address, visa_library=f"{path}@ginsen",
                             limits=Limits(voltage=6.0, current=2e-3), **settings))
        return opened[-1]

    yield open_at
    if opened:
        opened[0].adapter.manager.close()


def bench_of(smu):
    return smu.adapter.manager.visalib.bench


def everything(smu, pause=0.1):
    parts = []
    while True:
        running = smu.busy()
        parts.append(smu.fetch())
        if not running:
            return Samples.joined(parts)
        smu.clock.sleep(pause)
