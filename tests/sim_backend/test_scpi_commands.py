"""Headers and parameters: every legal spelling does the same, every illegal one has its error."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from probe_instrument import Probe

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.devices.resistor import Resistor
from ginsen.sim_backend.scpi import CommandTable, ScpiError, action, query, setting, string
from ginsen.sim_backend.scpi.errors import STANDARD_TEXTS
from ginsen.sim_backend.scpi.headers import HeaderTree, spellings

PATTERN = "[:SOURce[1]]:VOLTage[:LEVel][:IMMediate][:AMPLitude]"
PARTS = [["", "sour", "SOURCE", "Sour1", "source1"], ["VOLT", "voltage"],
         ["", "lev", "LEVel"], ["", "IMM", "immediate"], ["", "Ampl", "AMPLITUDE"]]


def test_all_short_long_and_optional_forms_are_one_command():
    tree: HeaderTree[str] = HeaderTree()
    tree.insert(PATTERN, "level")
    forms = [":".join(filter(None, parts)) for parts in itertools.product(*PARTS)]
    assert len(forms) == 270
    assert {tree.find(form) for form in forms} == {("level", ())}
    for wrong in ("VOL", "VOLTA", "SOUR2:VOLT", "LEV", "VOLT:AMPL:LEV", "VOLT1", "", "VOLT:"):
        assert tree.find(wrong) is None


def test_spellings_of_a_word():
    assert spellings("VOLTage[:DC]") == {"VOLT", "VOLTAGE", "VOLT:DC", "VOLTAGE:DC"}


@given(st.sampled_from(["*IDN?", "VOLT", ":sour:volt:lev", "FUNC", "ROUT:CLOS", "LIST", "DATA",
                        "COUN?", "VOLT? MAX", "SYST:ERR?", "Nonsense", "SENS:FUNC", "NAME"]),
       st.text("0123456789.eE+-'\"#(@),;:?* \nabAX$", max_size=12))
def test_any_message_is_carried_out_or_refused_with_a_known_error(header, rest):
    bench = Bench(Resistor(1.0))
    probe = Probe(bench, "probe")
    link = probe.connect(stream=False)
    probe.receive(link, f"{header} {rest}".encode(), True)
    bench.advance_to(20.0)
    assert not probe.busy
    while entry := probe.errors.pop():
        assert entry.code in STANDARD_TEXTS
    probe.device_clear(link)
    probe.receive(link, b"*CLS;*ESR?\n", True)
    bench.advance_to(21.0)
    assert probe.take(link, 100) == (b"0\n", True)


@pytest.mark.parametrize(("message", "code"), [
    ("VOLT 11", -222), ("VOLT -10.1", -222), ("VOLT 'x'", -104), ("VOLT", -109), ("VOLT 1,2", -108),
    ("VOLT UP", -104), ("VOLT 1 A", -131), ("VOLT 1 xV", -131), ("COUN 1 V", -138),
    ("SENS:FUNC 'RES'", -224), ("OUTP MAYBE", -224), ("OUTP 'ON'", -104),
    ("DATA 1", -104), ("ROUT:CLOS (1)", -104), ("ROUT:CLOS (@x)", -171), ("NAME x", -104),
    ("VOLTS 1", -113), ("READ", -113), ("DATA:X", -113), ("*OPC 1", -108), ("*SRE 256", -222),
    ("READ?", -221), ("CHAN:GAIN", -113),
])
def test_refusals(ask, message, code):
    assert ask(f"{message};*IDN?") is None
    assert ask("SYST:ERR?") == f'{code},"{STANDARD_TEXTS[code]}"'
    assert ask("SYST:ERR?") == '0,"No error"'


@pytest.mark.parametrize(("message", "reply"), [
    ("VOLT 3;VOLT?", "3.000000E+00"), ("sour1:volt:lev 20mV;LEV?", "2.000000E-02"),
    ("VOLT MIN;VOLT?", "-1.000000E+01"), ("VOLT DEF;VOLT?", "5.000000E-01"),
    ("VOLT? MAX", "1.000000E+01"), ("VOLT? def", "5.000000E-01"),
    ("VOLT 2;VOLT:RANG? MIN", "2.000000E+00"),
    ("COUN 2.6;COUN?", "3"), ("COUN MAX;COUN?", "100"),
    ("OUTP ON;OUTP?", "1"), ("OUTPUT:STATE off;:OUTP1?", "0"), ("OUTP 0.2;:OUTP?", "0"),
    ("SENS:FUNC 'CURR:DC';FUNC?", '"CURR"'), ("SENS:FUNC:ON volt;:SENS:FUNC?", '"VOLT"'),
    ("NAME 'a;\"b';NAME?", '"a;""b"'), ("DATA #13a;b;DATA?", "a;b"),
    ("LIST 1,2 , 3;LIST?", "1.000000E+00,2.000000E+00,3.000000E+00"), ("LIST;LIST?", ""),
    ("CHAN3:GAIN? max", "3,max"), ("CHANNEL:GAIN?", "1,None"),
    ("VOLT 1;*ESE 4;:*WAI;VOLT?", "1.000000E+00"), ("*ESE 4;*ESE?;", "4"),
    ("*IDN?", "GINSEN,PROBE,1,0"),
])
def test_what_is_set_can_be_asked_for(ask, message, reply):
    assert ask(message) == reply
    assert ask("SYST:ERR:COUN?") == "0"


def test_the_branch_of_a_header_lasts_through_the_message(ask, probe):
    ask("SOUR:VOLT:LEV 2;RANG 20;LEV 3")
    assert (probe.level, probe.range) == (3.0, 20.0)
    assert ask("SOUR:VOLT:LEV 2;:OUTP?") == "0"
    assert ask("SOUR:VOLT:LEV 2;OUTP?") is None
    assert ask("SYST:ERR?").startswith("-113")


def test_channel_lists_are_spelled_out(ask, probe):
    ask("ROUT:CLOS (@101, 103:105,7:6)")
    assert probe.closed == (101, 103, 104, 105, 7, 6)


def test_the_rest_of_a_message_is_discarded_after_an_error(ask, probe):
    assert ask("VOLT 1;VOLT?;VOLT 99;VOLT 2") == "1.000000E+00"
    assert probe.level == 1.0


def test_patterns_and_entries_must_agree():
    with pytest.raises(ValueError, match="question mark"):
        CommandTable({":A?": action(print)})
    with pytest.raises(ValueError, match="question mark"):
        CommandTable({":A": query(print)})
    with pytest.raises(ValueError, match="no header pattern"):
        CommandTable({"[:A": setting("a", string())})


def test_a_later_class_adds_to_the_commands_of_its_base():
    class Louder(Probe):
        commands = {":SHOUt?": query(lambda probe: "HEY")}  # noqa: RUF012

    assert isinstance(Louder.table.program("SHOUT?")[0], tuple)
    assert isinstance(Louder.table.program("VOLT?")[0], tuple)
    assert isinstance(Probe.table.program("SHOUT?")[0], ScpiError)
