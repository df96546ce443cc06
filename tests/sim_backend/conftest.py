from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import pyvisa
from probe_instrument import BENCH_FILE, PROBE_ADDRESSES, Probe

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.devices.resistor import Resistor
from ginsen.sim_backend.models import MODELS


@pytest.fixture
def bench() -> Bench:
    bench = Bench(Resistor(900.0), seed=5)
    bench.wire("probe.hi", "A", 100.0)
    bench.ground("B")
    return bench


@pytest.fixture
def probe(bench: Bench) -> Probe:
    return Probe(bench, "probe")


@pytest.fixture
def bench_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A bench file with the probe on every interface; mode and speed can be chosen."""
    monkeypatch.setitem(MODELS, "probe", Probe)

    def write(mode: str = "virtual", speed: float = 1.0) -> Path:
        path = tmp_path / f"{mode}.toml"
        addresses = ", ".join(f'"{each}"' for each in PROBE_ADDRESSES)
        path.write_text(BENCH_FILE.format(mode=mode, speed=speed, addresses=addresses),
                        encoding="utf-8")
        return path

    return write


@pytest.fixture
def manager(bench_file: Callable[..., Path]) -> Iterator[pyvisa.ResourceManager]:
    manager = pyvisa.ResourceManager(f"{bench_file()}@ginsen")
    yield manager
    manager.close()


@pytest.fixture
def ask(bench: Bench, probe: Probe) -> Callable[[str], str | None]:
    """Send one message to the probe as a bus would; the reply, or None within 10 bench seconds."""
    link = probe.connect(stream=False)

    def exchange(message: str) -> str | None:
        probe.receive(link, message.encode("latin-1"), True)
        if not bench.wait(lambda: bool(probe.waiting(link)), bench.now + 10.0):
            return None
        data, end = probe.take(link, 1 << 20)
        assert end
        return data.decode("latin-1").removesuffix("\n")

    return exchange
