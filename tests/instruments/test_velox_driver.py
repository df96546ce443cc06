"""The Velox driver: what it sends, what it believes, and what never happens to the probes."""

import pytest
import pyvisa
from pymeasure.instruments.formfactor import velox as pymeasure_velox
from pymeasure.test import expected_protocol

from ginsen.instruments import Die, InstrumentError, Velox, VeloxError, velox

BENCH = """
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[instruments.prober]
model = "velox"
address = ["GPIB0::28::INSTR", "TCPIP0::velox::5026::SOCKET"]
dies = [[3, 4], [4, 4], [-1, 5]]
subdies_um = [[0, 0], [200, 0]]
[device]
kind = "resistor"
resistance_ohm = 1e4
"""
SOCKET = {"adapter": "TCPIP0::velox::5026::SOCKET", "read_termination": "\n",
          "write_termination": "\n"}
UP, DOWN = "0: 7 20 0 0 T 1 C 2 0 P 0", "0: 7 20 0 0 T 1 S 2 0 P 0"


@pytest.fixture
def library(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    manager = pyvisa.ResourceManager(f"{path}@ginsen")
    yield f"{path}@ginsen"
    manager.close()


@pytest.fixture
def prober(library):
    return Velox("GPIB0::28::INSTR", visa_library=library)


def conversation(*pairs):
    """A prober that expects these commands and gives these replies."""
    return expected_protocol(Velox, list(pairs))


def test_what_pymeasures_documentation_shows(library, prober):
    for driver in (pymeasure_velox.Velox("GPIB0::28::INSTR", visa_library=library), prober):
        places = [driver.wafermap.step_first_die()]
        while not driver.wafermap.end_reached:
            driver.chuck.move_contact()
            driver.chuck.move_separation()
            places.append(driver.wafermap.step_next_die())
        assert len(places) == 7
        assert driver.wafermap.enabled
        assert driver.version == "3.4" or driver.version == 3.4
        driver.chuck.index = (1000, 2000)
        assert driver.chuck.index == [1000, 2000]
        assert "Velox" in driver.id
    assert places[:2] == [Die(3, 4), Die(3, 4, 1)]
    assert places[-1] is None


def test_the_dies_are_told_without_a_motion(prober):
    places = prober.dies()
    assert places == (Die(3, 4), Die(3, 4, 1), Die(4, 4), Die(4, 4, 1), Die(-1, 5), Die(-1, 5, 1))
    assert [str(die) for die in places[1:3]] == ["C3R4S1", "C4R4"]
    assert prober.ask("ReadChuckPosition") == "0.00 0.00 -300.00"


def test_a_map_without_subdies_has_one_place_a_die():
    with conversation(("GetNumSelectedDies", "0: 1"), ("GetSubDieData 0", "9: none"),
                      ("GetSelectedDieCoords 1", "0: 5 6")) as prober:
        assert prober.dies() == (Die(5, 6),)


def test_contact_with_a_die_releases_moves_and_touches():
    with conversation(("MoveChuckSeparation 100", "0:"), ("ReadChuckStatus", DOWN),
                      ("ReadChuckStatus", DOWN), ("StepNextDie 3 4 0", "0: 3 4 0 2"),
                      ("MoveChuckContact 100", "0:"), ("ReadChuckStatus", UP)) as prober:
        assert prober.in_contact is None
        prober.contact(Die(3, 4))
        assert prober.in_contact is True
        assert prober.touchdowns == 1
        assert prober.quality == "contact not verified"


def test_contact_and_release_where_the_chuck_stands(prober):
    prober.contact()
    assert prober.in_contact is True
    prober.release()
    assert prober.in_contact is False
    assert prober.touchdowns == 1
    assert prober.ask("ReadChuckPosition") == "0.00 0.00 -300.00"


@pytest.mark.parametrize("move", [
    lambda prober: prober.move_to(Die(4, 4)),
    lambda prober: prober.chuck.move(10, 10, "relative"),
    lambda prober: prober.chuck.move_index(1, 1),
    lambda prober: prober.wafermap.step_next_die(),
    lambda prober: prober.write("movechuckvelocity + + 0"),
    lambda prober: prober.write("CleanProbeTip 1"),
])
@pytest.mark.parametrize("height", ["C", "O", "0", "X"])
def test_nothing_moves_sideways_unless_out_of_contact(height, move):
    moved = []
    with conversation(("ReadChuckStatus", f"0: 7 20 0 0 T 1 {height} 2 0 P")) as prober:
        prober.before_moving = lambda: moved.append(1)
        with pytest.raises(ValueError, match="is in contact, or at a height it has no name for"):
            move(prober)
    assert not moved


def test_every_motion_asks_first_and_none_follows_a_refusal(prober):
    asked = []
    prober.before_moving = lambda: asked.append(prober.ask("ReadChuckStatus").split()[6])
    prober.contact(Die(4, 4))
    assert asked == ["S", "S", "S"]
    prober.release()
    assert asked[-1] == "C"

    def refuse():
        raise InstrumentError("an output is on")

    prober.before_moving = refuse
    for motion in (prober.contact, prober.release, lambda: prober.contact(Die(3, 4)),
                   lambda: prober.move_to(Die(3, 4)), prober.chuck.move_align,
                   prober.wafermap.step_first_die, prober.shutdown, prober.reset):
        with pytest.raises(InstrumentError, match="an output is on"):
            motion()
    assert prober.ask("ReadChuckStatus").split()[6] == "S"
    assert prober.ask("ReadChuckPosition Y H").startswith("5000.00 0.00")


@pytest.mark.parametrize(("motion", "command", "status", "says"), [
    (Velox.contact, "MoveChuckContact 100", DOWN, "sent to contact and does not say"),
    (Velox.release, "MoveChuckSeparation 100", UP, "sent to separation and does not say"),
    (Velox.release, "MoveChuckSeparation 100", "0: 7 7", "at least seven fields"),
])
def test_a_chuck_that_does_not_say_where_it_is_is_not_believed(motion, command, status, says):
    with conversation((command, "0:"), ("ReadChuckStatus", status)) as prober, \
            pytest.raises(InstrumentError, match=says):
        motion(prober)


def test_going_to_another_die_is_an_error():
    with conversation(("ReadChuckStatus", DOWN), ("StepNextDie 3 4 1", "0: 3 4 0 2")) as prober, \
            pytest.raises(InstrumentError, match="asked for die C3R4S1, the chuck went to C3R4"):
        prober.move_to(Die(3, 4, 1))


def test_an_error_code_is_raised_with_its_words(prober):
    with pytest.raises(VeloxError, match=r"refused BakeACake with 509: Unknown") as caught:
        prober.ask("BakeACake")
    assert caught.value.code == 509
    assert prober.version == "3.4" or prober.version == 3.4
    with pytest.raises(VeloxError) as caught:
        prober.move_to(Die(9, 9))
    assert caught.value.code == 9004


def test_the_end_of_the_map_is_no_error_when_stepping_only():
    end = "703: End of wafer."
    with conversation(("ReadChuckStatus", DOWN), ("StepNextDie", end), ("ReadChuckStatus", DOWN),
                      ("StepNextDie 3 4 0", end)) as prober:
        assert prober.wafermap.step_next_die() is None
        assert prober.wafermap.end_reached
        with pytest.raises(VeloxError):
            prober.move_to(Die(3, 4))


@pytest.mark.parametrize(("reply", "says"), [
    ("3", "a code and a colon were expected"), ("", "a code and a colon were expected"),
    ("zero: 3", "a code and a colon were expected"), ("0: many", "1 whole numbers were expected"),
    ("0: 1 2", "1 whole numbers were expected"), ("0:", "1 whole numbers were expected"),
])
def test_a_reply_that_makes_no_sense_is_said(reply, says):
    with conversation(("GetNumSelectedDies", reply)) as prober, \
            pytest.raises(InstrumentError, match=says):
        prober.dies()


def test_the_unread_reply_to_a_reset_shifts_nothing(library):
    theirs = pymeasure_velox.Velox(**SOCKET, visa_library=library)
    theirs.reset()
    assert theirs.chuck.index != [5000, 5000]  # it has read the reset's reply
    theirs.adapter.connection.clear()
    ours = Velox(**SOCKET, visa_library=library)
    ours.reset()
    assert ours.chuck.index == [5000, 5000]


def test_a_station_that_does_not_answer_a_reset_is_understood_too():
    with conversation(("*RST", None), ("*IDN?", "Cascade Microtech,Velox,0,3.4"),
                      ("GetNumSelectedDies", "0: 3")) as prober:
        prober.reset()
        assert prober.ask("GetNumSelectedDies") == "3"


def test_a_slow_motion_is_waited_for(prober):
    prober.chuck.move_contact(1)  # 12 s
    prober.release()
    assert prober.in_contact is False


@pytest.mark.parametrize("how", [{"adapter": "GPIB0::28::INSTR"}, SOCKET])
def test_a_late_reply_is_never_taken_for_another(library, monkeypatch, how):
    prober = Velox(**how, visa_library=library)
    prober.release()
    monkeypatch.setattr(velox, "MOTION_TIME", 2.0)
    with pytest.raises(InstrumentError, match="did not answer MoveChuckContact 1: "):
        prober.chuck.move_contact(1)
    assert prober.in_contact is None
    monkeypatch.setattr(velox, "MOTION_TIME", 60.0)
    assert prober.ask("GetNumSelectedDies") == "3"
    prober.release()
    assert prober.in_contact is False


def test_after_a_senseless_reply_the_next_one_is_in_step():
    with conversation(("GetNumSelectedDies", "what?"), ("*IDN?", "Velox"),
                      ("GetNumSelectedDies", "0: 3")) as prober:
        with pytest.raises(InstrumentError):
            prober.ask("GetNumSelectedDies")
        assert prober.ask("GetNumSelectedDies") == "3"


def test_another_instrument_is_refused(library):
    with pytest.raises(InstrumentError, match="the station expects a FormFactor Velox"):
        Velox("GPIB0::18::INSTR", visa_library=library).identify()


def test_opening_and_identifying_moves_nothing():
    with conversation(("*IDN?", "Cascade Microtech,Velox,0,3.4")) as prober:
        prober.before_moving = pytest.fail
        assert prober.identify() == "Cascade Microtech,Velox,0,3.4"
