"""When a guard acts, as a state machine on a virtual clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginsen.guard.orders import Orders
from ginsen.guard.watch import Watch
from ginsen.types import Emergency


def after(*words, silence=5.0):
    watch = Watch(silence)
    for now, word in words:
        watch = watch.hearing(word, now)
    return watch


def test_an_end_without_a_word_is_acted_upon_watching_or_not():
    for words in ((), ((0, "watch"),), ((0, "watch"), (1, "rest"))):
        watch = after(*words, (2, None))
        assert watch.over
        assert watch.reason == "the program ended without a word"
        assert not watch.hung


def test_done_is_the_one_word_after_which_nothing_is_done():
    watch = after((0, "watch"), (1, "rest"), (2, "done"))
    assert watch.over
    assert not watch.reason


def test_a_silence_counts_only_while_watching():
    assert after().left(1e9) is None
    assert not after((0, "watch"), (1, "rest")).passing(1e9).reason
    watch = after((0, "watch"), (3, "beat"))
    assert watch.left(7.9) == pytest.approx(0.1)
    assert not watch.passing(7.9).reason
    hung = watch.passing(8.0)
    assert hung.hung
    assert hung.reason == "no heartbeat for 5 s"


def test_a_hang_is_acted_upon_once_until_the_run_watches_again():
    hung = after((0, "watch")).passing(5.0)
    assert not hung.passing(1e6).reason
    assert not hung.hearing("beat", 6.0).passing(1e6).reason
    assert hung.hearing("watch", 6.0).passing(11.0).hung


def test_it_acts_when_told_and_goes_on_listening():
    watch = after((0, "watch"), (1, "act OUTPUT OFF was pressed"))
    assert watch.reason == "OUTPUT OFF was pressed"
    assert not watch.over
    assert not watch.hearing("beat", 2.0).reason


def test_it_knows_where_the_run_is_recorded():
    assert after((0, "record /a/b c.h5"), (1, "beat")).record == "/a/b c.h5"


@given(st.lists(st.floats(0.0, 4.999), max_size=50))
def test_beats_in_time_never_trip_it(gaps):
    watch, now = after((0, "watch")), 0.0
    for gap in gaps:
        now += gap
        watch = watch.passing(now)
        assert not watch.reason
        watch = watch.hearing("beat", now)


EMERGENCY = Emergency("smu", "GPIB0::18::INSTR", "", (":ABOR", ":OUTP OFF"), ":OUTP?;*IDN?", "0;",
                      "MODEL 2450")


def test_orders_come_back_as_they_were_given():
    orders = Orders("@py", (EMERGENCY,), 42, 5.0)
    assert Orders.from_line(orders.to_line()) == orders


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"emergencies": [{}]}', "beat"])
def test_what_are_no_orders_is_said(line):
    with pytest.raises(ValueError, match=r"no orders for a guard|Expecting value"):
        Orders.from_line(line)
