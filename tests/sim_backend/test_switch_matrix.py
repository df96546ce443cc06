"""A switch matrix on the bench: what leads through it is open unless its channel is closed."""

import pytest

from ginsen.sim_backend.bench_file import BenchFileError, build_bench

TABLE = {
    "instruments": {
        "smu": {"model": "keithley2450", "address": "GPIB0::18::INSTR"},
        "matrix": {"model": "keithley2700", "address": "GPIB0::16::INSTR",
                   "contacts": {"101": "smu.hi", "110": "smu.lo"}}},
    "device": {"kind": "resistor", "resistance_ohm": 1e3},
    "wiring": {"smu.hi": {"terminal": "A"}, "smu.lo": {"terminal": "B"}},
}


def told(bench, instrument, message):
    link = instrument.connect(stream=False)
    instrument.receive(link, message.encode(), True)
    bench.wait(lambda: bool(instrument.waiting(link)), bench.now + 5.0)
    return instrument.take(link, 1 << 20)[0].decode().strip()


def test_current_flows_only_while_both_ends_are_closed(tmp_path):
    bench = build_bench(TABLE, tmp_path)
    smu, matrix = (bench.addresses[f"GPIB0::{number}::INSTR"] for number in (18, 16))
    told(bench, smu, ":SOUR:VOLT:ILIM 0.01;:SOUR:VOLT 1;:SENS:FUNC 'CURR';:OUTP ON;*OPC?")

    def current():
        return float(told(bench, smu, ":READ?"))

    assert abs(current()) < 1e-6
    told(bench, matrix, ":ROUT:MULT:CLOS (@101,110);*OPC?")
    assert current() == pytest.approx(1e-3, rel=1e-2)
    told(bench, matrix, ":ROUT:MULT:OPEN (@110);*OPC?")
    assert abs(current()) < 1e-6
    told(bench, matrix, ":ROUT:MULT:CLOS (@110);*OPC?")
    assert current() == pytest.approx(1e-3, rel=1e-2)
    told(bench, matrix, ":ROUT:OPEN:ALL;*OPC?")
    assert abs(current()) < 1e-6


@pytest.mark.parametrize(("change", "sentence"), [
    ({"contacts": {"999": "smu.hi"}}, "contacts: '999' is no channel of its cards"),
    ({"contacts": {"101": "smu.up"}}, "contacts: nothing is wired to 'smu.up'"),
    ({"cards": ["7700"]}, 'cards: give "7709" or "none" for each of 2 slots'),
])
def test_what_the_bench_file_gets_wrong_is_one_sentence(tmp_path, change, sentence):
    table = {**TABLE, "instruments": {
        **TABLE["instruments"], "matrix": {**TABLE["instruments"]["matrix"], **change}}}
    with pytest.raises(BenchFileError, match=sentence):
        build_bench(table, tmp_path)
