"""Program messages taken apart: IEEE 488.2 chapter 7 against hand-written cases and any bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginsen.sim_backend.scpi import definite_block
from ginsen.sim_backend.scpi.errors import STANDARD_TEXTS
from ginsen.sim_backend.scpi.message import Unit, split_messages, split_units


def only(message: str) -> Unit:
    (unit,) = split_units(message)
    return unit


@pytest.mark.parametrize(("sent", "end", "messages", "left"), [
    (b"A\nB\n", False, ["A", "B"], b""),
    (b"A\r\n", True, ["A\r"], b""),
    (b"A", True, ["A"], b""),
    (b"A", False, [], b"A"),
    (b"A #15a\nb;c\nB", False, ["A #15a\nb;c"], b"B"),
    (b"A #15a\n", False, [], b"A #15a\n"),
    (b"A '#15'\nB\n", False, ["A '#15'", "B"], b""),
])
def test_messages_end_at_line_feeds_outside_blocks(sent, end, messages, left):
    assert split_messages(sent, end) == (messages, left)


def test_headers_of_a_chain():
    headers = [unit.header for unit in split_units(" :a:b 1; c? ;;*RST;:*CLS ; ")]
    assert headers == [":a:b", "c?", "*RST", ":*CLS"]


@pytest.mark.parametrize(("text", "value", "suffix"), [
    ("1", 1.0, ""), ("+.5", 0.5, ""), ("-2.", -2.0, ""), ("1e-3", 1e-3, ""),
    ("1.5 E +2", 150.0, ""), ("20 mV", 20.0, "MV"), ("3kOhm", 3.0, "KOHM"),
    ("#H1f", 31.0, ""), ("#q17", 15.0, ""), ("#B101", 5.0, ""),
])
def test_numbers(text, value, suffix):
    (token,) = only(f"A {text}").tokens
    assert (token.kind, token.value, token.suffix) == ("number", value, suffix)


@pytest.mark.parametrize(("text", "kind", "content"), [
    ("'it''s; #1'", "string", "it's; #1"), ('"say ""a"""', "string", 'say "a"'),
    ("MIN", "word", "MIN"), ("VOLT:DC", "word", "VOLT:DC"),
    ("#15a;,b'", "block", "a;,b'"), ("#0rest;all", "block", "rest;all"),
    ("(@101,103:105)", "expression", "@101,103:105"),
])
def test_other_data(text, kind, content):
    (token,) = only(f"A {text}").tokens
    assert (token.kind, token.text) == (kind, content)


@pytest.mark.parametrize(("message", "code"), [
    ("A 1,", -102), ("A ,1", -102), ("A 1 2", -103), ("A'x'", -111), ("A 'x", -151),
    ("A (@1", -171), ("A #9", -161), ("A #15ab", -161), ("A +", -121), ("A 1e999", -123),
    ("A #HFFFFFFFFFFFFFFFFF", -123), ("A $", -101), ("$", -101), ("1A", -102), ("A?1", -111),
])
def test_faults(message, code):
    fault = only(message).fault
    assert fault is not None
    assert fault.code == code


def test_a_fault_ends_the_message():
    assert [unit.header for unit in split_units("A 1;B $;C")] == ["A", "B"]


@given(st.binary(max_size=300))
def test_a_block_comes_back_as_it_went(data):
    messages, left = split_messages(b"A " + definite_block(data) + b",1\n", False)
    assert left == b""
    block, one = only(messages[0]).tokens
    assert block.text.encode("latin-1") == data
    assert one.value == 1.0


@given(st.binary(max_size=60) | st.text("aA:;?*#'\"(),01.eE+- \n$@", max_size=40).map(str.encode),
       st.booleans())
def test_any_bytes_end_in_units_or_a_known_error(data, end):
    messages, left = split_messages(data, end)
    assert "\n".join(messages) in data.decode("latin-1") or "#" in data.decode("latin-1")
    assert not (end and left)
    for message in messages:
        units = list(split_units(message))
        assert all(unit.fault is None for unit in units[:-1])
        if units and units[-1].fault:
            assert units[-1].fault.code in STANDARD_TEXTS


@given(st.lists(st.binary(max_size=20).filter(lambda data: b"#" not in data and b"'" not in data
                                              and b'"' not in data), max_size=4))
def test_how_the_bytes_are_cut_up_does_not_matter(pieces):
    whole = b"".join(pieces)
    expected = split_messages(whole, False)
    messages, left = [], b""
    for piece in pieces:
        more, left = split_messages(left + piece, False)
        messages += more
    assert (messages, left) == expected
