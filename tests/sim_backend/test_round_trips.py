"""Every setting of every SCPI instrument, set to what it says, says it again."""

from pathlib import Path

import pytest

from ginsen.sim_backend.bench_file import build_bench
from ginsen.sim_backend.models import MODELS
from ginsen.sim_backend.scpi.commands import Setting
from ginsen.sim_backend.scpi.headers import spellings
from ginsen.sim_backend.scpi.instrument import ScpiInstrument

TSP = {"keithley2602b", "keithley2636b"}
SCPI = {name: kind for name, kind in MODELS.items()
        if issubclass(kind, ScpiInstrument) and name not in TSP}
"""Models whose language is a table."""

BEFORE = {
    "[:SENSe[1]]:VOLTage[:DC]:RANGe": ":SOUR:FUNC CURR",  # not while it sources what it measures
    ":SOURce[1]:VOLTage:STEP": ":SOUR:VOLT:STOP 1",  # a step of 0 goes nowhere
    ":SOURce[1]:CURRent:STEP": ":SOUR:CURR:STOP 1E-3",
    ":SOURce[1]:LIST:VOLTage": ":SOUR:LIST:VOLT 0.5,1",  # empty after *RST
    ":SOURce[1]:LIST:CURRent": ":SOUR:LIST:CURR 1E-6,2E-6",
}
"""What a 2400 is told before, by how the pattern of the setting begins."""


OPTIONS = {"keithley2400": {"contact_check": True}}
"""What an instrument is built with, so that it has all its settings."""


def settings_of(model):
    return [pytest.param(model, pattern, id=f"{model} {pattern}")
            for pattern, entry in SCPI[model].all_commands().items() if isinstance(entry, Setting)
            and not [kind for kind in entry.query.kinds if kind.required]]


@pytest.fixture(scope="module")
def asked():
    """Ask an instrument of a model, one for the whole file."""
    links = {}

    def ask(model, message):
        if model not in links:
            bench = build_bench({
                "instruments": {"it": {"model": model, "address": "GPIB0::7::INSTR",
                                       **OPTIONS.get(model, {})}},
                "device": {"kind": "resistor", "resistance_ohm": 1e3}}, Path())
            it = bench.addresses["GPIB0::7::INSTR"]
            links[model] = bench, it, it.connect(stream=False)
        bench, it, link = links[model]
        it.receive(link, message.encode("latin-1"), True)
        assert bench.wait(lambda: bool(it.waiting(link)), bench.now + 10.0), it.errors.pop()
        return it.take(link, 1 << 20)[0].decode("latin-1").strip()

    return ask


@pytest.mark.parametrize(("model", "pattern"), [
    each for model in sorted(SCPI) for each in settings_of(model)])
def test_a_setting_says_what_it_was_set_to(asked, model, pattern):
    header = min(spellings(pattern.replace("<n>", "1")), key=len)
    before = [told for start, told in BEFORE.items()
              if model == "keithley2400" and pattern.startswith(start)]
    asked(model, ";".join(("*RST", "*CLS", *before, "*OPC?")))
    value = asked(model, f"{header}?")
    assert asked(model, f"{header} {value};*ESR?") == "0", f"{header} {value}"
    assert asked(model, f"{header}?") == value
