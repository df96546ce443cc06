"""A DAQ card in a station: what the file must say, and whole runs on the virtual one."""

from pathlib import Path

import numpy as np
import pytest

from ginsen import Station, run
from ginsen.cli import main
from ginsen.protocols import Memory, Noise
from ginsen.records.reading import read_record
from ginsen.station_check import check_station
from ginsen.station_file import StationError, read_station

EXAMPLE = Path(__file__).parents[1] / "examples" / "daq.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
BENCH = """
[instruments.card]
model = "daq_with_amplifier"
address = "TCPIP0::ginsen-daq::inst0::INSTR"
amplifiers = [{ gain_V_per_A = 2e5, bandwidth_Hz = 1e4, offset_V = 2e-3 }]
[device]
"""
WIRING = """
[wiring]
"card.ao0" = { terminal = "A", series_resistance_ohm = 1e5 }
"card.ai0" = { terminal = "B" }
"""


def told(folder, text):
    (folder / "station.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StationError) as problem:
        read_station(folder / "station.toml")
    return str(problem.value)


@pytest.fixture
def on(tmp_path):
    """The example's station on another device."""
    def on(device):
        (tmp_path / "daq_bench.toml").write_text(BENCH + device + WIRING, encoding="utf-8")
        (tmp_path / "station.toml").write_text(TEXT, encoding="utf-8")
        return tmp_path / "station.toml"

    return on


def test_the_example_answers():
    assert [each.identity for each in check_station(EXAMPLE)] == [
        "GINSEN,DAQ WITH AMPLIFIERS,0,1"]


def coloured(count, beta, seed=1):
    """Noise of variance 1 with the spectrum f^-β, periodic."""
    f = np.fft.rfftfreq(count)
    random = np.random.default_rng(seed)
    parts = random.standard_normal((2, f.size))
    parts[:, 1:] *= f[1:] ** (-beta / 2)
    noise = np.fft.irfft(parts[0] + 1j * parts[1], count)
    return noise / noise.std()


def test_a_noise_run_has_the_samples_beta(on, tmp_path):
    time = np.arange(17_000) * 2.5e-3  # eight times as fine as it is read
    G = 1e-5 * (1 + 0.02 * coloured(time.size, 1.0))
    np.savetxt(tmp_path / "old.txt", np.column_stack([time, np.ones_like(G), G]), fmt="%.9e",
               header="time (s)\tvoltage (V)\tcurrent (A)", comments="", delimiter="\t")
    with Station.open(on('kind = "replay"\nrecord_file = "old.txt"')) as lab:
        result = run(Noise(voltage=1.0, time=40.0, interval=0.02, nplc=1.0, compliance=1e-4,
                           folder=str(tmp_path)), lab)
    assert str(result.record.outcome) == "finished"
    assert len(result.record.samples) == 2001
    fit = result.phases["bias"].fit
    assert fit.beta == pytest.approx(1.0, abs=0.15)
    assert fit.beta_low < 1.05
    assert fit.beta_high > 0.95


def test_a_memory_run_finishes(on, tmp_path):
    with Station.open(on('file = "nanowire_network.toml"')) as lab:
        result = run(Memory(read_time=5.0, before_time=1.0, folder=str(tmp_path)), lab)
        assert not lab._manager.visalib.bench.addresses[
            "TCPIP0::ginsen-daq::inst0::INSTR"].output_on
    assert str(result.record.outcome) == "finished"
    assert {span.name for span in result.record.spans} == {"before", "pulse", "read"}
    assert np.isfinite(result.record.samples.current).all()


def test_every_further_input_has_a_recording_that_can_be_analysed(tmp_path, capsys):
    with Station.open(EXAMPLE) as lab:
        result = run(Memory(pulse_time=1.0, read_time=10.0, before_time=1.0,
                            folder=str(tmp_path)), lab)
    path, = tmp_path.glob("*_memory/ai1.h5")
    further, record = read_record(path), result.record
    assert str(further.outcome) == "finished"
    assert [span.name for span in further.spans] == ["before", "pulse", "read"]
    assert further.samples.time.tolist() == record.samples.time.tolist()
    pulse = record.spans[1].part
    across = [each.voltage[pulse] - 1e5 * each.current[pulse]
              for each in (record.samples, further.samples)]
    assert across[0] == pytest.approx(across[1], abs=1e-9)  # one node, one voltage
    assert np.median(further.samples.current[pulse]) > 1e-8
    assert main(["analyse", str(path), "--json"]) == 0
    assert '"read"' in capsys.readouterr().out
    assert any(f"{path.parent.name}/ai1.h5" in note for note in record.notes)


@pytest.mark.parametrize(("old", "new", "words"), [
    ('series_resistance = "100 kΩ"', "", "series_resistance is missing. A DAQ card does not limit"),
    ('safe_state = "zero"', 'safe_state = "open"', "a DAQ card has no relay, so it must be zero"),
    ('mains = "50 Hz"', 'terminals = "rear"', "'terminals' is not known here"),
    ('mains = "50 Hz"', 'mains = "0 Hz"', "mains is '0 Hz'; it must be above zero"),
    ('"ai1"', '"ai0"', "two inputs have the same channel"),
    ('gain = "200 kV/A"', 'gain = "0 V/A"', "input 1: gain is '0 V/A'; it must be above zero"),
    ('gain = "200 kV/A"', 'gain = "100"', 'input 1: gain is \'100\'; it must be a text'),
    ('offset = "2 mV"', 'offset = "20 V"', "input 1: offset is '20 V'; it must be within ± 10 V"),
    ("    { ", "    { colour = 1, ", "input 1: 'colour' is not known here"),
])
def test_what_a_station_may_say_of_a_card(tmp_path, old, new, words):
    assert words in told(tmp_path, TEXT.replace(old, new, 1))


def test_without_inputs(tmp_path):
    text = TEXT[:TEXT.index("inputs")]
    assert "inputs are missing. Say what is before each input" in told(tmp_path, text)


def test_limits_beyond_the_card(on):
    path = on('kind = "resistor"\nresistance_ohm = 1e5')
    path.write_text(TEXT.replace("1 mA", "6 mA"), encoding="utf-8")
    with pytest.raises(StationError, match=r"a limit of 0\.006 A is more than a DAQ card"):
        Station.open(path)
