"""The SENTIO driver: what it sends, what it believes, and what never happens to the probes."""

import pytest
import pyvisa
from pymeasure.test import expected_protocol

from ginsen.instruments import Die, InstrumentError
from ginsen.instruments.sentio import Sentio, SentioError
from ginsen.sim_backend.fault import fault_of
from ginsen.station import Station

GPIB, SOCKET = "GPIB0::29::INSTR", "TCPIP0::sentio::35555::SOCKET"
BENCH = f"""
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[instruments.prober]
model = "sentio"
address = ["{GPIB}", "{SOCKET}"]
dies = [[3, 4], [4, 4], [-1, 5]]
subdies_um = [[0, 0], [200, 0]]
contacts = ["smu.hi"]
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""
STATION = f"""
[station]
visa = "bench.toml@ginsen"
[smu]
driver = "keithley2450"
address = "GPIB0::18::INSTR"
limits = {{ voltage = "6 V", current = "1 mA" }}
[prober]
driver = "sentio"
address = "{GPIB}"
"""
NATIVE = ("*RCS 1", None)
UP = [("get_chuck_z C", "0,0,0.00"), ("get_chuck_z S", "0,0,300.00")]
DOWN = [("get_chuck_z C", "0,0,-300.00"), ("get_chuck_z S", "0,0,0.00")]


@pytest.fixture
def bench(tmp_path):
    """The VISA library of a bench with a SENTIO."""
    path = tmp_path / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    manager = pyvisa.ResourceManager(f"{path}@ginsen")
    yield f"{path}@ginsen"
    manager.close()


@pytest.fixture(params=[GPIB, SOCKET])
def prober(bench, request):
    return Sentio(request.param, visa_library=bench)


def bench_of(prober):
    return prober.adapter.manager.visalib.bench


def test_the_dies_are_told_without_a_motion(prober):
    assert "SENTIO" in prober.identify()
    prober.before_moving = lambda: pytest.fail("something moved")
    assert prober.dies() == (Die(3, 4), Die(3, 4, 1), Die(4, 4), Die(4, 4, 1), Die(-1, 5),
                             Die(-1, 5, 1))


def test_contact_with_a_die_and_release(prober):
    moved = []
    prober.before_moving = lambda: moved.append(bench_of(prober).touches("smu.hi"))
    assert not bench_of(prober).touches("smu.hi")
    prober.contact(Die(4, 4, 1))
    assert prober.in_contact is True
    assert bench_of(prober).touches("smu.hi")
    prober.contact(Die(-1, 5))
    assert prober.marks == {Die(4, 4, 1): 1, Die(-1, 5): 1}
    prober.release()
    assert prober.in_contact is False
    assert not bench_of(prober).touches("smu.hi")
    assert moved == [False, False, False, True, False, False, True]


def test_what_contact_sends():
    with expected_protocol(Sentio, [
            NATIVE, ("move_chuck_separation", "0,0,11700.0"), *DOWN,
            ("set_stepping_contact_mode StepToSeparation", "0,0,OK"), *DOWN,
            ("map:step_die 3, 4, 0", "1024,0,3,4,0"),  # also the last one of the route
            ("move_chuck_contact", "0,0,12000.0"), *UP]) as prober:
        prober.contact(Die(3, 4))
        assert prober.in_contact is True


@pytest.mark.parametrize("heights", [
    UP, [("get_chuck_z C", "0,0,-100.00"), ("get_chuck_z S", "0,0,200.00")]])
@pytest.mark.parametrize("command", ["map:step_die 3, 4, 0", "move_chuck_xy R, 10, 10",
                                     "vis:align_wafer auto", "map:bin_step_next_die 1"])
def test_nothing_moves_sideways_unless_out_of_contact(heights, command):
    with expected_protocol(Sentio, [NATIVE, *heights]) as prober:
        prober.before_moving = lambda: pytest.fail("it was to move")
        with pytest.raises(ValueError, match="release it first"):
            prober.command(command)


def test_outputs_that_are_not_off_keep_the_chuck_where_it_is(prober):
    def refused():
        raise InstrumentError("an output is on")

    prober.before_moving = refused
    for move in (prober.touch, prober.release, lambda: prober.move_to(Die(4, 4))):
        with pytest.raises(InstrumentError, match="an output is on"):
            move()
    assert prober.command("get_chuck_z S") == "0.00"


def test_a_refusal_has_its_number(prober):
    with pytest.raises(SentioError, match="refused map:step_die 9, 9, 0 with 8: No die") as told:
        prober.move_to(Die(9, 9))
    assert told.value.code == 8
    with pytest.raises(SentioError, match="with 3: Unknown command"):
        prober.command("get_nothing")


@pytest.mark.parametrize("reply", ["", "OK", "0;0;1.0", "x,0,1.0"])
def test_a_reply_without_a_code_is_an_error_and_the_next_finds_back(reply):
    with expected_protocol(Sentio, [
            NATIVE, ("map:subsite:get_num", reply), ("*IDN?", "0,0,2"), (None, "MPI,SENTIO"),
            ("get_chuck_z C", "0,0,-300.00")]) as prober:
        with pytest.raises(InstrumentError, match="a message were expected"):
            prober.command("map:subsite:get_num")
        assert prober.command("get_chuck_z C") == "-300.00"


def test_a_late_reply_is_taken_for_no_other(prober):
    prober.command("map:subsite:get_num")
    bench_of(prober).add_fault(fault_of({"kind": "late_reply", "delay_s": 8.0, "times": 1}))
    with pytest.raises(InstrumentError, match="did not answer map:subsite:get_num"):
        prober.command("map:subsite:get_num")
    assert prober.command("get_chuck_z S") == "0.00"


@pytest.mark.parametrize(("mode", "ends_up"),
                         [("BackToContact", True), ("StepToSeparation", False)])
def test_by_its_own_habit_a_step_ends_in_contact(prober, mode, ends_up):
    prober.command("move_chuck_separation")
    prober.command(f"set_stepping_contact_mode {mode}")
    assert prober.command("map:step_first_die") == "3,4,0"
    assert prober._ask_height() is ends_up
    prober.release()
    prober.move_to(Die(4, 4))
    assert prober._ask_height() is False


def test_locked_in_contact_it_does_not_step(prober):
    prober.touch()
    prober.write("set_stepping_contact_mode LockContact")
    prober.read()
    prober.write("map:step_next_die")
    assert prober.read().startswith("38,0,")


def test_at_the_end_of_the_route(prober):
    prober.command("map:step_die -1, 5, 1")
    prober.release()
    with pytest.raises(SentioError) as told:
        prober.command("map:step_next_die")
    assert told.value.code == 11


def test_another_instrument_is_no_sentio():
    with (expected_protocol(Sentio, [("*IDN?", "KEITHLEY,MODEL 2450,1,1")]) as prober,
          pytest.raises(InstrumentError, match="expects an MPI SENTIO")):
        prober.identify()


def test_in_a_station_the_chuck_is_lowered_at_the_end(tmp_path):
    (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")
    (tmp_path / "station.toml").write_text(STATION, encoding="utf-8")
    with Station.open(tmp_path / "station.toml") as lab:
        bench = lab._manager.visalib.bench
        lab.contact(lab.prober.dies()[2])
        assert bench.touches("smu.hi")
    assert not bench.touches("smu.hi")
