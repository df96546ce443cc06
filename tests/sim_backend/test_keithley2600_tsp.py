"""The virtual 2636B on the wire: what a script of Lua finds, and what its errors are."""

import struct

import numpy as np
import pytest
from keithley2600_on_resistors import SOCKET, SOURCE_1_V, keithley2600
from pyvisa import VisaIOError

from ginsen.sim_backend.fault import Fault


@pytest.fixture
def smu(tmp_path):
    with keithley2600(tmp_path) as session:
        yield session


def test_it_says_who_it_is(smu):
    assert smu.resource.query("*IDN?") == (
        "Keithley Instruments Inc., Model 2636B, 4400001, 3.3.5\n")
    assert smu.ask("localnode.model, localnode.serialno, localnode.linefreq") == (
        "2636B\t4400001\t5.00000e+01")


def test_the_2602b_has_other_ranges(tmp_path):
    with keithley2600(tmp_path, model="keithley2602b") as smu:
        assert smu.ask("localnode.model") == "2602B"
        smu("smua.source.limiti=0.5", "smua.source.rangev=30")
        assert smu.numbers("smua.source.rangev") == 40
        assert smu.refuses("smua.source.levelv=41") == 1102


@pytest.mark.parametrize("address", ["GPIB0::26::INSTR", SOCKET])
def test_a_reading_of_a_resistor(tmp_path, address):
    with keithley2600(tmp_path, address=address) as smu:
        smu(*SOURCE_1_V, "smua.source.output=1")
        current, voltage = smu.numbers("smua.measure.iv()")
        assert current == pytest.approx(1e-4, rel=5e-3)
        assert voltage == pytest.approx(1.0, abs=2e-3)
        assert smu.numbers("smua.measure.r(), smua.measure.p()") == pytest.approx(
            [1e4, 1e-4], rel=5e-3)
        assert smu.ask("smua.source.compliance") == "false"
        smu("smua.source.limiti=1e-5")
        assert smu.ask("smua.source.compliance") == "true"
        assert smu.numbers("smua.measure.i()") == pytest.approx(1e-5, rel=5e-2)


def test_the_other_channel_is_an_instrument_of_its_own(smu):
    smu(*SOURCE_1_V, "smua.source.output=1", "smub.source.levelv=2", "smub.source.output=1")
    assert smu.numbers("smua.source.levelv, smub.source.levelv") == pytest.approx([1, 2])
    assert smu.numbers("smub.measure.i()") == pytest.approx(0, abs=1e-9)  # wired to nothing
    smu("smub.reset()")
    assert smu.numbers("smua.source.output, smub.source.output").tolist() == [1, 0]
    smu("*RST")
    assert smu.numbers("smua.source.output, smua.source.levelv").tolist() == [0, 0]


@pytest.mark.parametrize(("mode", "conducts"), [("NORMAL", True), ("ZERO", True),
                                                ("HIGH_Z", False)])
def test_the_off_states(smu, mode, conducts):
    smu(*SOURCE_1_V, f"smua.source.offmode=smua.OUTPUT_{mode}", "smua.source.output=1",
        "smua.source.output=0")
    source = smu.bench.port("smu.hi_a").source
    assert source.connected == conducts
    assert source.voltage == 0 or not conducts
    if mode == "NORMAL":
        assert source.current_limit == 1e-3  # smua.source.offlimiti, whatever the measure range
    assert smu.numbers("smua.source.output") == 0


def test_output_2_opens_the_relay_whatever_the_off_mode(smu):
    smu(*SOURCE_1_V, "smua.source.output=1", "smua.source.output=smua.OUTPUT_HIGH_Z")
    assert not smu.bench.port("smu.hi_a").source.connected
    assert smu.numbers("smua.source.output, smua.source.offmode").tolist() == [2, 0]


def test_contact_is_checked_from_force_to_sense(smu):
    smu(*SOURCE_1_V, "smua.source.output=1")
    assert smu.ask("smua.contact.check()") == "true"
    end = smu.bench.break_off("A")
    assert smu.ask("smua.contact.check(), smua.contact.r()") == (
        "false\t9.91000e+37\t5.00000e-01")
    end()
    assert smu.ask("smua.contact.check()") == "true"
    smu("smua.source.offmode=smua.OUTPUT_HIGH_Z", "smua.source.output=0")
    assert smu.refuses("smua.contact.check()") == 5048


def test_readings_into_a_buffer_at_an_interval(smu):
    smu(*SOURCE_1_V, "smua.source.output=1", "smua.measure.count=20", "smua.measure.interval=0.01",
        "smua.nvbuffer1.clear()", "smua.nvbuffer1.collecttimestamps=1",
        "smua.nvbuffer1.collectsourcevalues=1", "smua.measure.i(smua.nvbuffer1)",
        "format.asciiprecision=10")
    assert smu.numbers("smua.nvbuffer1.n") == 20
    assert smu.printed("1,20,smua.nvbuffer1") == pytest.approx(np.full(20, 1e-4), rel=5e-3)
    assert np.diff(smu.printed("1,20,smua.nvbuffer1.timestamps")) == pytest.approx(
        np.full(19, 0.01), abs=2e-6)
    pairs = smu.printed("3,4,smua.nvbuffer1.sourcevalues,smua.nvbuffer1.statuses")
    assert pairs.tolist() == [1, 0, 1, 0]
    assert smu.numbers("smua.nvbuffer1[20], smua.nvbuffer1.readings[20]")[0] == pytest.approx(
        1e-4, rel=5e-3)
    assert smu.ask("smua.nvbuffer1[21]") == "nil"
    assert smu.refuses("printbuffer(1,21,smua.nvbuffer1)") == -224
    smu("smua.measure.i(smua.nvbuffer1)")
    assert smu.numbers("smua.nvbuffer1.n") == 20  # emptied first, unless it appends
    smu("smua.nvbuffer1.appendmode=1", "smua.measure.i(smua.nvbuffer1)")
    assert smu.numbers("smua.nvbuffer1.n") == 40


@pytest.mark.parametrize(("name", "order", "code"), [
    ("REAL32", "LITTLEENDIAN", "<f"), ("REAL64", "SWAPPED", "<d"), ("REAL32", "NETWORK", ">f"),
    ("DREAL", "BIGENDIAN", ">d")])
def test_binary_blocks(smu, name, order, code):
    smu(f"format.data=format.{name}", f"format.byteorder=format.{order}")
    smu.resource.write("printnumber(1.5, 2, 1e-3)")
    reply = smu.resource.read_raw()
    assert reply[:2] == b"#0"
    assert reply[-1:] == b"\n"
    assert struct.unpack(code[0] + "3" + code[1], reply[2:-1]) == pytest.approx([1.5, 2, 1e-3])
    smu("format.data=format.ASCII", "format.asciiprecision=3")
    assert smu.resource.query("printnumber(1.5, 2)") == "1.50e+00, 2.00e+00\n"


def test_pyvisa_reads_a_buffer_in_binary(smu):
    smu(*SOURCE_1_V, "smua.source.output=1", "smua.measure.count=100",
        "smua.measure.i(smua.nvbuffer1)", "format.data=format.REAL32")
    values = smu.resource.query_binary_values("printbuffer(1,100,smua.nvbuffer1)", "f",
                                              data_points=100)
    assert values == pytest.approx([1e-4] * 100, rel=5e-3)


def raw(smu, count):
    """As many bytes as were asked for, however they come."""
    data = b""
    while len(data) < count:
        data += smu.resource.read_raw()
    return data


@pytest.mark.parametrize("address", ["GPIB0::26::INSTR", SOCKET])
def test_a_time_trace_as_qcodes_asks_for_it(tmp_path, address):
    """One write, lines ended as on Windows, and a reply in which bytes may be line feeds."""
    with keithley2600(tmp_path, address=address) as smu:
        smu("smua.source.rangev=2", "smua.source.limiti=1e-3", "smua.source.levelv=1",
            "smua.measure.rangei=1e-3", "smua.measure.nplc=0.01", "smua.source.output=1",
            "display.screen = display.SMUA_SMUB", "display.sendkey(75)")
        smu.resource.write("\r\n".join((
            "loadandrunscript", "smua.measure.count=300", "before=smua.measure.interval",
            "smua.measure.interval=0.001", "smua.nvbuffer1.clear()",
            "smua.measure.i(smua.nvbuffer1)", "smua.measure.interval=before",
            "smua.measure.count=1", "format.data = format.REAL32",
            "format.byteorder = format.LITTLEENDIAN",
            "printbuffer(1, 300, smua.nvbuffer1.readings)", "endscript")))
        data = raw(smu, 4 * 300 + 3)
        assert (data[:2], data[-1:]) == (b"#0", b"\n")
        currents = np.frombuffer(data[2:-1], "<f4")
        assert currents == pytest.approx(np.full(300, 1e-4), rel=1e-2)


def test_a_sweep_by_a_loop_in_a_script(smu):
    smu(*SOURCE_1_V)
    smu.resource.write("\r\n".join((
        "loadandrunscript", "smua.source.output = 1", "start = 0.0", "step = 0.1",
        "smua.nvbuffer1.clear()", "smua.nvbuffer1.appendmode = 1", "for index = 1, 11 do",
        "  level = start + (index-1)*step", "  smua.source.levelv = level",
        "  smua.measure.i(smua.nvbuffer1)", "end", "format.data = format.REAL32",
        "printbuffer(1, 11, smua.nvbuffer1.readings)", "endscript")))
    currents = np.frombuffer(raw(smu, 4 * 11 + 3)[2:-1], "<f4")
    assert currents == pytest.approx(np.arange(11) * 1e-5, abs=1e-6)


def test_a_script_is_loaded_run_and_kept(smu):
    smu.resource.write("loadandrunscript\nfor i = 1, 3 do\n  print(i) -- don't stop\nend\n"
                       "endscript")
    assert [smu.resource.read() for _ in range(3)] == ["1.00000e+00\n", "2.00000e+00\n",
                                                       "3.00000e+00\n"]
    smu.resource.write("loadscript pulse\nfunction pulse_once(level)\nsmua.source.levelv = level\n"
                       "delay(0.01)\nsmua.source.levelv = 0\nreturn 2 * level\nend\nendscript")
    assert smu.ask("pulse_once") == "nil"  # loaded, not run
    smu("pulse()", "pulse.run()")
    before = smu.clock.now()
    assert smu.numbers("pulse_once(1.5)") == 3
    assert smu.clock.now() - before >= 0.01
    assert smu.error() == 0


def test_errors_go_to_the_queue_and_the_script_goes_on(smu):
    assert smu.ask("errorqueue.next()") == (
        "0.00000e+00\tQueue Is Empty\t0.00000e+00\t0.00000e+00")
    smu.resource.write("smua.source.levelv = 500 smua.source.levelv = 2")
    assert smu.ask("errorqueue.count, errorqueue.next()") == (
        "1.00000e+00\t1.10200e+03\tParameter too big\t2.00000e+01\t1.00000e+00")
    assert smu.numbers("smua.source.levelv") == 2
    smu.resource.write("smua.source.levelv = 1 nonsense() smua.source.levelv = 3")
    assert smu.error() == -286
    assert smu.numbers("smua.source.levelv") == 1  # a run-time error ends a script
    assert smu.refuses("smua.source.levelv = 3 end") == -285
    assert smu.numbers("smua.source.levelv") == 1  # of a syntax error nothing is carried out


@pytest.mark.parametrize(("line", "code"), [
    ("smua.source.levelv='a'", -224), ("smua.source.levelv=0/0", -224),
    ("smua.source.limiti=1e-12", 1101), ("smua.source.limiti=2", 1102),
    ("smua.measure.nplc=26", 1102), ("smua.measure.nplc=1e-4", 1101),
    ("smua.source.func=2", -224), ("smua.source.output=3", -224), ("smua.source.func=nil", -224),
    ("smua.source.rangev=1e3", 1102), ("smua.measure.i(3)", -224), ("smua.measure.i({})", -224),
    ("smua.makebuffer()", -109), ("smua.makebuffer(1e9)", 1102), ("delay(-1)", 1101),
    ("delay()", -109), ("smua.trigger.source.listv(1)", -224),
    ("smua.trigger.source.listv({})", -224), ("smua.trigger.source.listv({'x'})", 1102),
    ("smua.trigger.source.linearv(0,1)", -109), ("smua.trigger.measure.iv(smua.nvbuffer1)", -109),
    ("smua.measure.overlappedi()", -109), ("printbuffer(1,2)", -109),
    ("printbuffer(1,2,'x')", -224), ("format.data=9", -224), ("*ABC", -113),
    ("smua.trigger.source.logv(1,-1,5)", -222), ("printbuffer(1,1e300,smua.nvbuffer1)", 1102),
])
def test_what_it_refuses(smu, line, code):
    smu("smua.source.func=1")
    assert smu.refuses(line) == code
    assert smu.error() == 0


def test_a_level_must_fit_a_fixed_range_and_the_envelope(smu):
    smu("smua.source.rangev=2")
    assert smu.refuses("smua.source.levelv=3") == 1102
    smu("smua.source.levelv=2")
    assert smu.refuses("smua.source.rangev=0.2") == -221
    smu("smua.source.limiti=0.5")
    assert smu.refuses("smua.source.rangev=200") == -221  # no more than 0.1 A there
    smu("smua.source.limiti=0.1", "smua.source.rangev=200")
    assert smu.refuses("smua.source.limiti=0.5") == -221


SWEEP = (
    "trigger.timer[1].delay=0.02", "trigger.timer[1].count=9", "trigger.timer[1].passthrough=true",
    "trigger.timer[1].stimulus=smua.trigger.ARMED_EVENT_ID",
    "smua.trigger.source.listv({1,2})", "smua.trigger.source.action=smua.ENABLE",
    "smua.trigger.source.stimulus=trigger.timer[1].EVENT_ID",
    "smua.trigger.measure.action=smua.ENABLE", "smua.nvbuffer1.collecttimestamps=1",
    "smua.trigger.measure.iv(smua.nvbuffer1,smua.nvbuffer2)", "smua.trigger.count=10",
    "smua.source.levelv=0.5")


def test_a_sweep_runs_by_itself_and_can_be_read_meanwhile(smu):
    smu(*SOURCE_1_V, *SWEEP, "smua.source.output=1", "format.asciiprecision=10")
    smu("smua.trigger.initiate()")
    smu.clock.sleep(0.1)
    ready, sweeping = smu.numbers("smua.nvbuffer1.n, status.operation.sweeping.condition")
    assert 3 <= ready <= 6
    assert sweeping == 2
    assert smu.refuses("smua.measure.i()") == -221
    assert smu.refuses("smua.trigger.initiate()") == -213
    smu("waitcomplete()")
    assert smu.numbers("smua.nvbuffer1.n, status.operation.sweeping.condition").tolist() == [10, 0]
    assert smu.printed("1,10,smua.nvbuffer2") == pytest.approx([1, 2] * 5, abs=3e-3)
    assert np.diff(smu.printed("1,10,smua.nvbuffer1.timestamps")) == pytest.approx(
        np.full(9, 0.02), abs=2e-6)
    assert smu.bench.port("smu.hi_a").source.voltage == pytest.approx(0.5, abs=2e-3)  # idle again


def test_pulses_return_to_the_programmed_level_between_readings(smu):
    smu(*SOURCE_1_V, *SWEEP, "smua.trigger.source.listv({2})", "smua.source.levelv=0",
        "smua.trigger.endpulse.action=smua.SOURCE_IDLE", "smua.measure.delay=5e-3",
        "smua.source.output=1")
    before = smu.bench.port("smu.hi_a").totals()
    smu("smua.trigger.initiate()", "waitcomplete()")
    after = smu.bench.port("smu.hi_a").totals()
    # 2 V for 5 ms and a reading of 2.1 ms in each of ten.
    assert after.flux - before.flux == pytest.approx(10 * 2 * 7.1e-3, rel=0.05)


def test_a_sweep_that_is_aborted_leaves_the_programmed_level(smu):
    smu(*SOURCE_1_V, *SWEEP, "smua.source.output=1", "smua.trigger.initiate()")
    smu.clock.sleep(0.05)
    smu("smua.abort()")
    assert smu.numbers("status.operation.sweeping.condition") == 0
    assert smu.bench.port("smu.hi_a").source.voltage == pytest.approx(0.5, abs=2e-3)
    smu.clock.sleep(0.2)  # the timer goes on meanwhile, and would not hear that it is to start
    smu("smua.trigger.initiate()", "waitcomplete()")


def test_the_bus_trigger_starts_a_sweep_that_waits_for_it(smu):
    smu(*SOURCE_1_V, *SWEEP, "smua.trigger.arm.stimulus=trigger.EVENT_ID", "smua.source.output=1",
        "smua.trigger.initiate()")
    smu.clock.sleep(1.0)
    assert smu.numbers("smua.nvbuffer1.n") == 0
    smu("*TRG", "waitcomplete()")
    assert smu.numbers("smua.nvbuffer1.n") == 10


def test_linear_and_logarithmic_sweeps(smu):
    smu(*SOURCE_1_V, *SWEEP, "smua.source.rangev=20", "smua.source.output=1",
        "smua.trigger.source.linearv(0, 1.8, 10)", "smua.trigger.initiate()", "waitcomplete()")
    assert smu.printed("1,10,smua.nvbuffer2") == pytest.approx(np.arange(10) * 0.2, abs=8e-3)
    smu("smua.trigger.source.logv(0.01, 10, 4)", "smua.trigger.initiate()", "waitcomplete()")
    assert smu.printed("1,4,smua.nvbuffer2") == pytest.approx([0.01, 0.1, 1, 10], abs=1.5e-2)


def test_overlapped_readings(smu):
    smu(*SOURCE_1_V, "smua.source.output=1", "smua.measure.count=50",
        "smua.measure.overlappediv(smua.nvbuffer1,smua.nvbuffer2)")
    assert 0 <= smu.numbers("smua.nvbuffer1.n") < 50
    assert smu.resource.query("*OPC?") == "1\n"
    assert smu.numbers("smua.nvbuffer2.n") == 50


def test_a_script_that_never_ends_is_ended_by_abort_or_a_device_clear(smu):
    smu.resource.timeout = 200
    for end in (lambda: smu.resource.write("abort"), smu.resource.clear):
        smu.resource.write("while true do local x = smua.source.compliance end")
        with pytest.raises(VisaIOError):
            smu.resource.read()
        end()
        assert smu.ask("7") == "7.00000e+00"
    assert smu.refuses("while true do end") == -286


def test_printing_for_ever_fills_the_output_queue_and_nothing_else(smu):
    smu.resource.timeout = 200
    smu.resource.write("local text = ('x'):rep(1e6) while true do print(text) end")
    smu.clock.sleep(0.1)
    smu.resource.clear()
    assert smu.error() == -350


def test_buffers_of_scripts_share_a_bounded_memory(smu):
    smu("b = smua.makebuffer(100000)")
    assert smu.refuses("c = smua.makebuffer(100000)") == -225
    smu("b = nil", "c = smua.makebuffer(100000)", "smua.measure.i(c)")
    assert smu.numbers("c.n, c.capacity").tolist() == [1, 100000]


def test_what_was_printed_waits_until_it_is_read(smu):
    smu.resource.write("print(1)")
    smu.resource.write("print(2)")  # no -410 on a 2600
    assert [smu.resource.read(), smu.resource.read()] == ["1.00000e+00\n", "2.00000e+00\n"]
    smu.resource.write("print(1)")
    smu("*CLS")
    assert smu.ask("3") == "3.00000e+00"


def test_status_byte(smu):
    smu("*SRE 16")
    smu.resource.write("print(1)")
    assert smu.resource.stb & 16
    smu.resource.read()
    smu.resource.write("nonsense()")
    assert smu.resource.stb & 4
    assert int(smu.numbers("status.condition")[0]) & 4


def test_power_lost_is_all_forgotten(smu):
    smu("x = 3", "smua.source.levelv=1", "smua.source.output=1")
    smu.bench.add_fault(Fault("power_cycle", duration=1.0))
    smu.clock.sleep(2.0)
    session = smu.manager.open_resource("GPIB0::26::INSTR")
    assert session.query("print(x, smua.source.output)") == "nil\t0.00000e+00\n"


def test_autozero_and_delays_take_their_time(smu):
    smu(*SOURCE_1_V, "smua.source.output=1", "smua.measure.nplc=1")

    def taken(line):
        before = smu.clock.now()
        smu.numbers(line)
        return smu.clock.now() - before

    plain = taken("smua.measure.i()")
    assert plain == pytest.approx(0.02, abs=2e-3)
    smu("smua.measure.autozero=smua.AUTOZERO_AUTO")
    assert taken("smua.measure.i()") == pytest.approx(0.06, abs=2e-3)
    smu("smua.measure.autozero=smua.AUTOZERO_OFF", "smua.measure.delay=0.1")
    assert taken("smua.measure.i()") == pytest.approx(0.12, abs=2e-3)
    assert taken("smua.measure.iv()") == pytest.approx(0.12, abs=2e-3)  # both at once


def test_a_limit_shows_in_the_status_once_something_was_measured(smu):
    condition = "status.measurement.instrument.smua.condition"
    smu(*SOURCE_1_V, "smua.source.output=1")
    assert smu.numbers(f"smua.measure.i(), {condition}")[1] == 0
    smu("smua.source.limiti=1e-5")
    assert smu.numbers(condition) == 0
    assert smu.numbers(f"smua.measure.i(), {condition}")[1] == 2
    assert smu.numbers("status.measurement.current_limit.condition") == 2  # SMUA
    event = "status.measurement.instrument.smua.event"
    assert smu.numbers(f"{event}, {event}").tolist() == [2, 0]
    smu("smua.source.func=0", "smua.source.leveli=1e-3", "smua.source.limitv=1",
        "smua.source.output=1")
    assert smu.ask("smua.source.compliance") == "true"
    assert smu.numbers(condition) == 1


def test_what_is_enabled_in_the_measurement_registers_reaches_the_status_byte(smu):
    smu(*SOURCE_1_V, "smua.source.output=1",
        "status.measurement.instrument.smua.enable=status.measurement.instrument.smua.BAV",
        "status.measurement.instrument.enable=status.measurement.instrument.SMUA",
        "status.measurement.enable=status.measurement.INST")
    assert int(smu.resource.query("*STB?")) & 1 == 0
    smu("smua.measure.i(smua.nvbuffer1)")
    assert smu.numbers("status.measurement.instrument.smua.condition") == 256
    assert int(smu.resource.query("*STB?")) & 1 == 1
    smu("*CLS")
    assert int(smu.resource.query("*STB?")) & 1 == 0


def test_its_names_can_be_found_as_keithley2600_finds_them(smu):
    smu("mt = getmetatable(smua.source)")
    assert smu.ask("mt.Getters.levelv, mt.Setters.levelv") == "true\ttrue"
    assert smu.ask("mt.Getters.compliance, mt.Setters.compliance") == "true\tnil"
    smu("mt = getmetatable(smua)")
    assert smu.ask("mt.Objects.source, mt.Objects.reset") == "table: 0x1\tfunction: 0x1"
    smu("mt.Objects.reset()", "mt = getmetatable(trigger.blender)")
    assert smu.ask("mt.Objects[1], mt.Objects[7]") == "table: 0x1\tnil"
    assert smu.ask("getmetatable(smua.nvbuffer1).luatype, "
                   "getmetatable(smua.nvbuffer1.readings).luatype") == (
        "reading_buffer\tsynchronous_table")
    assert smu.ask("next(smua)") == "nil"
    smu("getmetatable(smua).Getters.source = nil")  # of a copy
    assert smu.ask("smua.source.func") == "1.00000e+00"


def test_a_reading_by_the_function_of_its_column(smu):
    smu(*SOURCE_1_V, "smua.source.output=1", "smua.measure.i(smua.nvbuffer1)")
    one, other = smu.numbers("smua.nvbuffer1.readings.getreading(1), smua.nvbuffer1.readings[1]")
    assert one == other == pytest.approx(1e-4, rel=5e-3)


SWEEP_TO_BLENDER = (
    "smua.trigger.source.listv({0.5, 1})", "smua.trigger.source.action=1", "smua.trigger.count=2",
    "smua.trigger.measure.iv(smua.nvbuffer1, smua.nvbuffer2)", "smua.trigger.measure.action=1",
    "smua.nvbuffer1.clear()", "smua.nvbuffer2.clear()",
    "smua.trigger.source.stimulus=trigger.blender[1].EVENT_ID",
    "trigger.blender[1].stimulus[1]=smua.trigger.ARMED_EVENT_ID")


def test_a_blender_passes_any_of_its_events_on(smu):
    smu(*SOURCE_1_V, *SWEEP_TO_BLENDER, "trigger.blender[1].orenable=true",
        "trigger.blender[1].stimulus[2]=smua.trigger.PULSE_COMPLETE_EVENT_ID",
        "smua.source.output=1", "smua.trigger.initiate()", "waitcomplete()")
    np.testing.assert_allclose(smu.printed("1, 2, smua.nvbuffer2"), [0.5, 1.0], atol=2e-3)


def test_a_blender_waits_for_each_of_its_events(smu):
    smu(*SOURCE_1_V, *SWEEP_TO_BLENDER, "trigger.blender[1].stimulus[4]=trigger.EVENT_ID",
        "smua.source.output=1", "smua.trigger.initiate()", "delay(1)")
    assert smu.numbers("smua.nvbuffer1.n") == 0
    smu.resource.write("*TRG")
    smu("delay(1)")
    assert smu.numbers("smua.nvbuffer1.n") == 1  # the second pass waits: it is armed only once
    smu("smua.abort()", "trigger.blender[1].reset()")
    assert smu.numbers("trigger.blender[1].stimulus[1]") == 0


def test_the_sweeps_of_the_factory_script(smu):
    smu("smua.source.limiti=1e-3", "smua.source.levelv=0.3", "smua.measure.nplc=0.01",
        "smua.measure.rangei=1e-4")
    before = smu.clock.now()
    smu("SweepVLinMeasureI(smua, -1, 1, 0.1, 5)")
    assert smu.clock.now() - before == pytest.approx(0.5, abs=0.05)  # waits on each step
    assert smu.numbers("smua.nvbuffer1.n") == 5
    assert smu.printed("1,5,smua.nvbuffer1.sourcevalues") == pytest.approx(
        [-1, -0.5, 0, 0.5, 1], abs=1e-6)
    assert smu.printed("1,5,smua.nvbuffer1.readings") == pytest.approx(
        [-1e-4, -5e-5, 0, 5e-5, 1e-4], abs=1e-6)
    assert np.diff(smu.printed("1,5,smua.nvbuffer1.timestamps")) == pytest.approx(
        np.full(4, 0.1), abs=5e-3)
    assert smu.numbers("smua.source.output, smua.source.levelv, smua.source.autorangev").tolist(
        ) == [0, 0.3, 1]
    smu("SweepVListMeasureI(smua, {0.1, 3, -1}, 0, 3)")
    assert smu.printed("1,3,smua.nvbuffer1.sourcevalues") == pytest.approx([0.1, 3, -1], abs=1e-6)
    smu("SweepILogMeasureV(smua, 1e-6, 1e-4, 1e-3, 3)")
    assert smu.printed("1,3,smua.nvbuffer1") == pytest.approx([1e-2, 0.1, 1], abs=2e-3)
    assert smu.numbers("smua.source.func") == 1
    assert smu.refuses("SweepVLinMeasureI(smua, 0, 1, 0, 1)") == -286
    smu("SweepVLinMeasureI = nil", "smua.reset()")
    assert smu.ask("SweepVLinMeasureI") == "nil"
