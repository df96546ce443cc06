import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginsen.gui.parameter_rows import groups_of, protocol_of, sentence_of, value_of, wrong
from ginsen.gui.quantity_text import duration_text, quantity_of, text_of
from ginsen.gui.sequence_values import values_of
from ginsen.protocols import PROTOCOLS, ParameterError


@pytest.mark.parametrize(("text", "value"), [
    ("10 mV", 0.01), ("10m", 0.01), ("0.01", 0.01), ("-5 V", -5.0), ("1e-3 V", 1e-3),
    (" 250 µV ", 2.5e-4), ("250uV", 2.5e-4), (".5", 0.5), ("2e1 mV", 0.02)])
def test_quantities_are_read_as_people_write_them(text, value):
    assert quantity_of(text, "V") == value


@pytest.mark.parametrize("text", ["", "V", "10 A", "ten", "1,5", "nan", "1_0", "10 m V x", "٣"])
def test_what_is_no_quantity_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"is no number in V, e\.g\. 10 mV or 0\.01"):
        quantity_of(text, "V")


def test_a_plain_number_has_no_prefix():
    assert quantity_of("0.5", "") == 0.5
    with pytest.raises(ValueError, match="no number"):
        quantity_of("5 m", "")


@given(st.floats(-1e9, 1e9).map(lambda value: float(f"{value:.9g}")),
       st.sampled_from(["V", "s", ""]))
def test_what_is_written_is_read_back(value, unit):
    assert quantity_of(text_of(value, unit), unit) == pytest.approx(value, rel=1e-9, abs=1e-15)


def test_durations():
    assert [duration_text(t) for t in (0.4, 45, 200, 7500)] == [
        "0 s", "45 s", "3 min 20 s", "2 h 5 min"]


@pytest.mark.parametrize("name", sorted(PROTOCOLS))
def test_every_parameter_of_every_protocol_has_one_field_that_takes_its_default(name):
    groups = groups_of(PROTOCOLS[name])
    rows = [row for group in groups for row in group.rows]
    protocol = PROTOCOLS[name]()
    assert sorted(row.name for row in rows) == sorted(
        set(protocol.parameter_objects()) - {"station"})
    for row in rows:
        assert wrong(protocol, row, row.text) == "" or row.name == "plan"
        assert value_of(row, row.text) == pytest.approx(getattr(PROTOCOLS[name](), row.name)) \
            if row.kind == "number" else True
    assert sentence_of(PROTOCOLS[name]).endswith(".")


def test_groups_are_in_the_order_of_the_protocol():
    groups = groups_of(PROTOCOLS["memory"])
    assert [group.title for group in groups][:2] == ["Pulse", "Read"]
    assert [row.label for row in groups[0].rows][:2] == ["Pulse voltage", "Pulse time"]


def test_a_protocol_is_made_of_what_the_fields_say():
    memory = protocol_of("memory", {"pulse_voltage": "4 V", "rest": "open", "read_duty": "0.1",
                                    "sample": " W3 ", "alternate": "False"})
    assert (memory.pulse_voltage, memory.rest, memory.sample) == (4.0, "open", "W3")
    with pytest.raises(ParameterError, match="Pulse voltage: 'x' is no number in V"):
        protocol_of("memory", {"pulse_voltage": "x"})
    with pytest.raises(ParameterError, match="-210 to 210 V"):
        protocol_of("memory", {"pulse_voltage": "1 kV"})


def test_a_sequence():
    memory = PROTOCOLS["memory"]()
    row = next(row for group in groups_of(PROTOCOLS["memory"]) for row in group.rows
               if row.name == "pulse_voltage")
    assert values_of(memory, row, "1 V, 200 mV, 3") == ("1 V", "200 mV", "3")
    assert values_of(memory, row, "1 V : 2 V : 3") == ("1 V", "1.5 V", "2 V")
    for wrong_text, why in (("", "Write values"), ("1 V : 2 V : x", "from 2 to 1000"),
                            ("1 V, 300 V", "-210 to 210")):
        with pytest.raises(ValueError, match=why):
            values_of(memory, row, wrong_text)
