"""What goes through the probes of the virtual Velox, and what lies under them."""

import re

import numpy as np
import pytest

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.bench_file import BenchFileError, load_bench
from ginsen.sim_backend.devices.device import Source
from ginsen.sim_backend.devices.resistor import Resistor
from ginsen.sim_backend.devices.wafer import Wafer
from ginsen.sim_backend.instruments.velox import VirtualVelox

BENCH = """
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[instruments.prober]
model = "velox"
address = "GPIB0::28::INSTR"
contacts = ["smu.hi"]
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
"""

NETWORK = """
kind = "nanowire_network"
per_die = true
[device.network]
wires = 40
box_um = 18
seed = 3
"""


class Chuck:
    """A bench with a source of 2 V on a device of two terminals, and the prober between them."""

    def __init__(self, device, contacts=("smu.hi",), **options):
        self.bench = Bench(device)
        self.bench.wire("smu.hi", "A", 100.0)
        self.bench.ground("B")
        self.bench.wired = {"smu.hi": "A", "smu.lo": "B"}
        self.prober = VirtualVelox(self.bench, "prober", contacts, **options)
        self.link = self.prober.connect(stream=False)
        self.port = self.bench.port("smu.hi")
        self.port.source = Source(2.0)

    def __call__(self, command):
        self.prober.receive(self.link, command.encode(), True)
        assert self.bench.wait(lambda: bool(self.prober.waiting(self.link)), self.bench.now + 60)
        return self.prober.take(self.link, 100)[0].decode()

    @property
    def current(self):
        return self.port.instant()[1]


@pytest.mark.parametrize("contacts", [["smu.hi"], ["smu.lo"], ["smu.hi", "smu.lo"]])
def test_current_flows_in_contact_only(contacts):
    chuck = Chuck(Resistor(900.0), contacts)
    seen = [chuck.current]
    for height in ("Contact", "Align", "Contact", "Separation"):
        chuck(f"MoveChuck{height}")
        seen.append(chuck.current)
    assert seen == pytest.approx([0, 2e-3, 0, 2e-3, 0], abs=1e-12)


def test_without_contacts_it_flows_always():
    chuck = Chuck(Resistor(900.0), [])
    chuck("MoveChuckSeparation")
    chuck("StepFirstDie")
    assert chuck.current == pytest.approx(2e-3)


def test_contact_is_made_at_the_end_of_the_way_up_and_lost_at_the_begin_of_the_way_down():
    chuck = Chuck(Resistor(900.0))
    chuck("MoveChuckContact")
    up = chuck.port.totals()
    assert up.charge == pytest.approx(0, abs=1e-12)
    chuck.bench.advance_to(chuck.bench.now + 1.0)
    before = chuck.port.totals()
    assert before.charge == pytest.approx(2e-3)
    chuck("MoveChuckSeparation")
    after = chuck.port.totals()
    assert after.charge - before.charge == pytest.approx(2e-3 * chuck.prober.command_cost)


def test_the_meter_sees_its_own_voltage_while_the_probes_are_up():
    chuck = Chuck(Resistor(100.0))
    chuck("MoveChuckContact")
    start = chuck.port.totals()
    assert start.flux == pytest.approx(2.0 * start.time)
    assert chuck.port.instant()[0] == pytest.approx(2.0)
    chuck("MoveChuckSeparation")
    stop = chuck.port.totals()
    assert stop.flux - start.flux == pytest.approx(2.0 * (stop.time - start.time))


def test_beside_the_map_contact_touches_nothing():
    chuck = Chuck(Resistor(900.0), dies=[[0, 0], [1, 0]])
    chuck("MoveChuck 1 0 H X")
    chuck("MoveChuckContact")
    assert chuck.current == pytest.approx(2e-3)
    chuck("MoveChuckSeparation")
    chuck("MoveChuck 0 1 H X")
    chuck("MoveChuckContact")
    assert chuck.current == pytest.approx(0, abs=1e-12)


def test_each_die_is_a_sample_of_its_own():
    chuck = Chuck(Wafer(lambda number: Resistor(900.0 + 1000 * number)),
                  dies=[[0, 0], [1, 0], [2, 0]])
    seen = {}
    for column in (0, 2, 1, 0):
        chuck(f"StepNextDie {column} 0")
        chuck("MoveChuckContact")
        seen[column] = chuck.current
        chuck("MoveChuckSeparation")
    assert seen == pytest.approx({0: 2e-3, 1: 1e-3, 2: 2 / 3e3})


def test_each_die_lives_through_all_the_time(monkeypatch):
    lived = {}
    advance = Resistor.advance

    def counted(die, dt, sources):
        key = die.resistance, sources[0].connected
        lived[key] = lived.get(key, 0.0) + dt
        return advance(die, dt, sources)

    monkeypatch.setattr(Resistor, "advance", counted)
    chuck = Chuck(Wafer(lambda number: Resistor(1.0 + number)), [], dies=[[0, 0], [1, 0]])
    chuck("StepNextDie 1 0")
    arrived = chuck.bench.now
    chuck.bench.advance_to(arrived + 1.0)
    chuck.port.totals()
    assert lived == pytest.approx({(1.0, True): arrived, (2.0, False): arrived, (2.0, True): 1.0})


def wafer(tmp_path, text=BENCH):
    path = tmp_path / "bench.toml"
    path.write_text(text, encoding="utf-8")
    return load_bench(str(path))


def test_a_die_keeps_its_state_and_forgets_while_it_is_alone(tmp_path):
    text = BENCH.replace('kind = "resistor"\nresistance_ohm = 1e4', NETWORK.strip()).replace(
        'contacts = ["smu.hi"]', 'contacts = ["smu.hi"]\ndies = [[0, 0], [1, 0]]')
    bench = wafer(tmp_path, text)
    device = bench.device
    first, second = device.dies
    assert len(first.network.junctions) != len(second.network.junctions)
    driven, grounded = Source(2.0), Source()
    device.advance(2.0, (driven, grounded))
    written = first.state()["filaments"]
    assert np.any(written)
    device.select(1)
    assert not np.any(second.state()["filaments"])
    device.advance(0.05, (driven, grounded))
    assert first.state()["filaments"] is written
    device.select(0)
    expected = type(first)(first.network, first.model, first.electrodes, filaments=written)
    expected.advance(0.05, (Source(connected=False),) * 2)
    assert first.state()["filaments"] == pytest.approx(expected.state()["filaments"])
    assert not np.array_equal(first.state()["filaments"], written)


@pytest.mark.parametrize(("old", "new", "says"), [
    ('contacts = ["smu.hi"]', 'contacts = ["smu.high"]', "[instruments.prober]: contacts: nothing "
     "is wired to 'smu.high'; wired are smu.hi, smu.lo"),
    ('contacts = ["smu.hi"]', 'dies = [[0, 0], [0, 0]]', "dies: give each die once"),
    ('contacts = ["smu.hi"]', 'dies = [[0, 0.5]]', "dies: give each die once, as whole numbers"),
    ('contacts = ["smu.hi"]', 'dies = [3]', "dies: 3 must be two numbers, such as [0, 0]"),
    ('contacts = ["smu.hi"]', 'index_um = [0, 1]', "index_um: the size of a die is greater than 0"),
    ('contacts = ["smu.hi"]', 'subdies_um = ["a"]', "subdies_um: 'a' must be two numbers"),
    ('kind = "resistor"', 'kind = "resistor"\nper_die = true',
     "[device]: per_die: dies differ by the seed of their network, and there is none"),
    ('kind = "resistor"', 'kind = "resistor"\nper_die = 1', "[device]: per_die cannot be 1"),
])
def test_one_clear_sentence(tmp_path, old, new, says):
    assert old in BENCH
    with pytest.raises(BenchFileError, match=re.escape(says)) as caught:
        wafer(tmp_path, BENCH.replace(old, new))
    assert "\n" not in str(caught.value)


def test_the_bundled_wafer_has_a_network_a_die():
    device = load_bench("wafer").device
    assert isinstance(device, Wafer)
    networks = [die.network.junctions for die in device.dies]
    assert len(networks) == 5
    assert len({len(junctions) for junctions in networks}) > 1
    assert networks[0].shape == load_bench("simulated").device.network.junctions.shape
