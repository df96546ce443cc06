"""Every fault of the safety work, from the side of the person at the window."""

import errno
import os
import threading
from pathlib import Path

import numpy as np
import pytest
import pyvisa

import ginsen.records.recording as recording_module
from ginsen.protocols.protocol import Protocol
from ginsen.records import RecordError, read_record
from ginsen.records.disk import DiskFile
from ginsen.records.recording import Recording
from ginsen.sim_backend.fault import KINDS
from ginsen.station import BENCH, Station


def ended(window):
    return bool(window.queue) and window.queue[-1].state not in ("waiting", "running")


def started(window, until):
    window.bench.speed = 1.0
    window.setup.start_button.click()
    until(lambda: window.live.count > 3)


def faults(window, *commands):
    """Tell the simulated bench to break something, from outside, as a cable is pulled."""
    with pyvisa.ResourceManager(window.bench._lab.file.visa).open_resource(BENCH) as bench:
        for command in commands:
            bench.write(command)


def another_run(window, until):
    """The queue is not wedged: the next run is made, to its end."""
    window.bench.speed = float("inf")
    window.setup.parameters.set_texts({"read_time": "2 s"})
    before = len(window.queue)
    until(window.setup.start_button.isEnabled)
    window.setup.start_button.click()
    until(lambda: len(window.queue) == before + 1 and ended(window))
    assert window.queue[-1].state == "finished", window.queue[-1].why


def test_the_guard_is_called_where_a_call_blocks(window, until, stuck, monkeypatch):
    reasons = []
    monkeypatch.setattr(Station, "call_guard", lambda self, why: reasons.append(why) or True)
    started(window, until)
    monkeypatch.setattr(window.bench.running.lab.smu, "fetch", stuck)
    window.strip.off_button.click()
    until(lambda: reasons, timeout=10)
    assert reasons == ["OUTPUT OFF was pressed and nothing read back as off"]
    assert "its guard was called" in window.message.text()
    until(lambda: "through a session of its own" in window.message.text(), timeout=10)
    stuck.free.set()
    until(lambda: ended(window))


def test_an_instrument_that_is_gone_in_the_middle_of_a_run(window, until):
    started(window, until)
    faults(window, """:FAULT:ADD 'kind = "disconnect", instrument = "smu"'""")
    window.bench.speed = float("inf")
    until(lambda: ended(window))
    entry = window.queue[-1]
    assert entry.state == "failed"
    assert "could not be read back as off" in window.message.text()
    assert read_record(entry.recording).outcome.state == "failed"
    until(lambda: window.strip.lamp.word.text().endswith("OUTPUT UNKNOWN"))
    faults(window, ":FAULT:CLE")
    window.open_station("simulated")
    another_run(window, until)


HEALED = {
    "late_reply": 'instrument = "smu", delay_s = 2.0',
    "lost_reply": 'instrument = "smu", times = 2',
    "garbled_reply": 'instrument = "smu", match = ":TRAC", times = 2',
    "truncated_reply": 'instrument = "smu", match = ":TRAC", times = 2',
    "disconnect": 'instrument = "smu", duration_s = 0.5',
    "lock": 'instrument = "smu", duration_s = 1.0',
    "slow": 'instrument = "smu", factor = 5.0',
    "clock": 'instrument = "smu", ppm = 500',
    "lift": "",
    "shunt": "",
}
"""Faults that a run survives with every sample, and what makes them pass."""
ENDING = {
    "lock": ('instrument = "smu"', "could not be read back as off", "OUTPUT UNKNOWN"),
    "error": ('instrument = "smu"', "the 2450 reports -310", "OUTPUT OFF"),
    "power_cycle": ('instrument = "smu"', "the 2450's buffer fell from", "OUTPUT OFF"),
    "stuck_on": ('instrument = "smu"', "could not be read back as off", "OUTPUT ON"),
}
"""Faults that end a run: what the window then says, and what its lamp shows."""


def test_every_kind_of_fault_is_tried():
    assert set(HEALED) | set(ENDING) == set(KINDS)


def short_run(window, until, kind, keys):
    """A short run, in the midst of which something breaks."""
    window.setup.parameters.set_texts({"read_time": "2 s"})
    until(window.setup.start_button.isEnabled)
    started(window, until)
    faults(window, f""":FAULT:ADD '{", ".join(filter(None, (f'kind = "{kind}"', keys)))}'""")
    window.bench.speed = float("inf")
    until(lambda: ended(window))
    return window.queue[-1]


@pytest.mark.parametrize("kind", HEALED)
def test_a_fault_that_passes_costs_no_sample(window, until, kind):
    entry = short_run(window, until, kind, HEALED[kind])
    assert entry.state == "finished", entry.why
    record = read_record(entry.recording)
    assert len(record.samples) == window.live.count == 113
    until(lambda: window.strip.lamp.word.text().endswith("OUTPUT OFF"))
    # A sample that suddenly conducts is seen as such, wherever something is drawn.
    limited = kind == "shunt"
    assert record.samples.compliance.any() == limited
    assert np.isfinite(window.live.limited.curve()[1]).any() == limited
    assert (window.strip.conductance.text() == "in compliance") == limited
    faults(window, ":FAULT:CLE")


@pytest.mark.parametrize("kind", ENDING)
def test_a_fault_that_ends_a_run_is_said_and_the_lamp_is_true(window, until, kind):
    keys, sentence, lamp = ENDING[kind]
    entry = short_run(window, until, kind, keys)
    assert entry.state == "failed"
    assert sentence in entry.why
    assert sentence in window.message.text()
    assert sentence in window.strip.phase.text()
    assert window.queue_panel.list.item(len(window.queue) - 1).toolTip() == entry.why
    assert sentence in str(read_record(entry.recording).outcome)
    assert len(read_record(entry.recording).samples) == window.live.count
    until(lambda: window.strip.lamp.word.text().endswith(lamp))
    faults(window, ":FAULT:CLE")
    window.open_station("simulated")
    another_run(window, until)


def test_a_full_disk_is_told_in_words_and_the_run_goes_on(window, until, tmp_path, monkeypatch):
    full, put = [], DiskFile._put

    def fail(file, parts):
        if full and "runs" in str(file.path):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file.path))
        put(file, parts)

    monkeypatch.setattr(DiskFile, "_put", fail)
    monkeypatch.setattr(recording_module, "folders_elsewhere",
                        lambda asked, avoid: (tmp_path / "elsewhere",))
    started(window, until)
    full.append(True)
    until(lambda: "can no longer be written; the recording goes on in" in window.message.text())
    window.bench.speed = float("inf")
    until(lambda: ended(window))
    assert window.queue[-1].state == "finished"
    more, = (tmp_path / "elsewhere").glob("*.h5")
    assert len(read_record(Path(window.queue[-1].recording), more).samples) == window.live.count


def test_an_error_while_shutting_down_does_not_wedge_the_queue(window, until, monkeypatch):
    def broken(self, outcome):
        raise RecordError("the file could not be closed")

    with monkeypatch.context() as patch:
        patch.setattr(Recording, "close", broken)
        window.bench.speed = float("inf")
        window.setup.start_button.click()
        until(lambda: ended(window))
    assert window.queue[-1].state == "failed"
    assert "the file could not be closed" in window.message.text()
    another_run(window, until)


def test_not_even_an_error_nobody_thought_of_wedges_the_queue(window, until, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Protocol, "shutdown", lambda self: 1 / 0)
        window.bench.speed = float("inf")
        window.setup.start_button.click()
        until(lambda: ended(window))
    assert window.queue[-1].state == "failed"
    another_run(window, until)


def test_off_also_reaches_a_run_that_has_not_begun(window, until):
    free = threading.Event()
    window.bench._jobs.put(free.wait)  # the thread of the bench is held up
    window.setup.start_button.click()
    assert window.queue[-1].state == "running"
    window.strip.off_button.click()
    free.set()
    until(lambda: ended(window))
    assert window.queue[-1].state == "aborted"
    assert window.live.count == 0


@pytest.mark.parametrize("paused", [False, True])
def test_off_reaches_a_run_at_any_time(window, until, paused):
    started(window, until)
    if paused:
        window.strip.pause_button.click()
        until(lambda: "output off" in window.message.text())
    window.strip.off_button.click()
    until(lambda: ended(window))
    assert window.queue[-1].state == "aborted"
    until(lambda: "Every output is off" in window.message.text())
