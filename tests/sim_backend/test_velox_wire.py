"""The virtual Velox on the wire: one reply a line, when the line has been carried out."""

import pytest
import pyvisa

BENCH = """
[instruments.prober]
model = "velox"
address = ["GPIB0::28::INSTR", "TCPIP0::velox::5026::SOCKET"]
dies = [[3, 4], [4, 4], [4, 5]]
index_um = [1000, 2000]
subdies_um = [[0, 0], [200, -100]]
[device]
kind = "resistor"
resistance_ohm = 1e4
"""


@pytest.fixture
def manager(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    manager = pyvisa.ResourceManager(f"{path}@ginsen")
    yield manager
    manager.close()


@pytest.fixture
def prober(manager):
    prober = manager.open_resource("GPIB0::28::INSTR")
    prober.timeout = 60_000
    return prober


@pytest.fixture
def ask(prober):
    return lambda command: prober.query(command).rstrip("\n")


@pytest.fixture
def lasts(manager, ask):
    """How long (bench seconds) a command takes until its reply is there."""
    def lasts(command):
        start = manager.visalib.clock.now()
        assert ask(command) == "0:"
        return manager.visalib.clock.now() - start
    return lasts


@pytest.mark.parametrize(("command", "reply"), [
    ("*IDN?", "Cascade Microtech,Velox,0,3.4"),
    ("ReportSoftwareVersion", "0: 3.4"),
    ("reportsoftwareversion", "0: 3.4"),
    ("IsAppRegistered WaferMap", "0: 1"),
    ("IsAppRegistered Somebody", "0: 0"),
    ("*RST", "0:"),
    ("SetChuckVacuum 0", "0:"),
    ("ReadChuckStatus", "0: 7 20 0 0 T 1 S 2 0 P 0"),
    ("ReadChuckIndex Y", "0: 1000.00 2000.00"),
    ("ReadChuckPosition", "0: 0.00 0.00 -300.00"),
    ("ReadChuckPosition Y Z", "0: 100000.00 100000.00 11700.00"),
    ("GetNumSelectedDies", "0: 3"),
    ("GetSelectedDieCoords 2", "0: 4 4"),
    ("GetSubDieData 1", "0: 1 200.0 -100.0"),
])
def test_what_it_answers(ask, command, reply):
    assert ask(command) == reply


@pytest.mark.parametrize(("command", "code"), [
    ("BakeACake", 509), ("GetSelectedDieCoords 0", 9004), ("GetSelectedDieCoords 4", 9004),
    ("GetSubDieData 2", 9004), ("StepNextDie 9 9", 9004), ("StepNextDie 3 4 2", 9004),
    ("MoveChuckContact 0", 9001), ("MoveChuckContact fast", 9001), ("MoveChuck 1 nan", 9001),
    ("MoveChuck 1 1 Q", 9001), ("MoveChuck 1 1 R J", 9001), ("SetChuckIndex 0 1", 9001),
    ("GetSelectedDieCoords 1.5", 9001), ("MoveChuck 100001 0", 9003),
])
def test_what_makes_no_sense_is_refused_with_a_code_and_words(ask, command, code):
    number, words = ask(command).split(": ")
    assert int(number) == code
    assert words
    assert ask("ReadChuckPosition") == "0: 0.00 0.00 -300.00"


@pytest.mark.parametrize(("moves", "home"), [
    (["MoveChuck 100 -200"], (100, -200)),
    (["MoveChuck 100 -200 R", "MoveChuck 1 1 R Y 50"], (101, -199)),
    (["MoveChuck 10 20 H I"], (254, 508)),
    (["MoveChuck 2 1 H X"], (2000, 2000)),
    (["MoveChuckIndex 2 -1", "MoveChuckIndex -1 0 R"], (1000, -2000)),
    (["MoveChuck 5 5", "MoveChuck 100000 100000 Z"], (0, 0)),
    (["MoveChuck 5 5", "MoveChuck 7 0 C"], (7, 0)),
    (["MoveChuck 5 5", "MoveChuck 1 2 D"], (6, 7)),
    (["SetChuckIndex 10 20 Y", "MoveChuck 1 1 H X"], (10, 20)),
    (["StepNextDie 4 5"], (1000, 2000)),
    (["StepNextDie 4 5 1"], (1200, 1900)),
])
def test_where_it_goes(ask, moves, home):
    for move in moves:
        assert ask(move).startswith("0:")
    x, y, _ = ask("ReadChuckPosition Y H").removeprefix("0: ").split()
    assert (float(x), float(y)) == home


def test_the_route_goes_through_subdies_and_dies_to_703(ask):
    steps = [ask("StepFirstDie"), *(ask("StepNextDie") for _ in range(6))]
    assert steps == ["0: 3 4 0 2", "0: 3 4 1 2", "0: 4 4 0 2", "0: 4 4 1 2", "0: 4 5 0 2",
                     "0: 4 5 1 2", "703: End of wafer."]
    assert ask("StepNextDie 4 4") == "0: 4 4 0 2"
    assert ask("StepNextDie") == "0: 4 4 1 2"


def test_a_motion_takes_its_time(lasts):
    assert lasts("MoveChuck 50000 10000") == pytest.approx(1.305)  # 50 mm at 50 mm/s, settling
    assert lasts("MoveChuck -50000 0 R Y 10") == pytest.approx(10.305)
    assert lasts("MoveChuckContact") == pytest.approx(0.425)  # 300 µm at 2.5 mm/s
    assert lasts("MoveChuckAlign 1") == pytest.approx(4.305)  # 100 µm
    assert lasts("MoveChuckAlign 1") == pytest.approx(0.305)  # it is there


@pytest.mark.parametrize("command", ["MoveChuck 1 1 R", "MoveChuckIndex 1 0", "StepNextDie",
                                     "StepFirstDie", "StepNextDie 4 4"])
def test_nothing_moves_sideways_in_contact(ask, command):
    ask("MoveChuckContact")
    assert ask(command).startswith("9002: ")
    assert ask("ReadChuckPosition") == "0: 0.00 0.00 0.00"
    ask("MoveChuckAlign")
    assert ask(command).startswith("0:")


def test_no_reply_before_the_motion_is_over(prober, ask):
    prober.timeout = 1000
    prober.write("MoveChuckSeparation")
    prober.write("MoveChuckContact 1")
    with pytest.raises(pyvisa.VisaIOError):
        prober.read()
    prober.timeout = 60_000
    assert prober.read() == "0:\n"


def test_a_motion_goes_on_after_a_device_clear(prober, ask, manager):
    prober.write("MoveChuckContact 1")
    manager.visalib.clock.sleep(1.0)
    prober.clear()
    assert ask("ReadChuckStatus").split()[7] == "C"
    assert manager.visalib.clock.now() == pytest.approx(12.3, abs=0.1)


def test_a_socket_never_loses_a_reply(manager):
    socket = manager.open_resource("TCPIP0::velox::5026::SOCKET", read_termination="\n")
    socket.write("*RST")
    assert socket.query("GetNumSelectedDies") == "0:"
    assert socket.read() == "0: 3"
