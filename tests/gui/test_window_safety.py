"""What goes wrong, from the side of the person at the window."""

import threading

from ginsen.station import Station


def ended(window):
    return window.queue[-1].state not in ("waiting", "running")


def lamp(window):
    return window.strip.lamp.word.text()[2:]


def test_off_works_while_a_call_blocks(window, until, stuck, monkeypatch):
    window.bench.speed = 1.0
    window.setup.start_button.click()
    until(lambda: window.live.count > 3)
    meter = window.bench.running.lab.smu
    monkeypatch.setattr(meter, "fetch", stuck)
    assert meter.source_enabled
    window.strip.off_button.click()
    until(lambda: "through a session of its own" in window.message.text(), timeout=10)
    assert not meter.source_enabled
    stuck.free.set()
    until(lambda: ended(window))
    assert window.queue[-1].state in ("failed", "aborted")


def test_an_output_that_stays_on_is_said(window, until, monkeypatch):
    def still_on(self):
        return {"smu": "the output could not be read back as off. Look at the bench."}

    window.setup.start_button.click()
    monkeypatch.setattr(Station, "off", still_on)
    until(lambda: ended(window))
    assert window.queue[-1].state == "failed"
    assert "Look at the bench" in window.message.text()
    monkeypatch.undo()


def test_the_lamp_tells_the_read_back_and_not_the_wish(window, until):
    # Somebody switches the output on at the front panel: no run, no wish, and yet it is on.
    meter = window.bench._lab.smu
    done = threading.Event()
    window.bench._jobs.put(lambda: (meter.write(":OUTP ON"), done.set()))
    assert done.wait(5)
    until(lambda: lamp(window) == "OUTPUT ON")
    window.strip.off_button.click()
    until(lambda: lamp(window) == "OUTPUT OFF")


def test_an_instrument_that_does_not_answer_is_not_known(window, until, monkeypatch):
    def silent(self):
        raise OSError("VI_ERROR_TMO")

    monkeypatch.setattr(type(window.bench._lab.smu), "source_enabled", property(silent))
    until(lambda: lamp(window) == "OUTPUT UNKNOWN")
    assert "VI_ERROR_TMO" in window.stations.cards["smu"].state.text()
    monkeypatch.undo()
    until(lambda: lamp(window) == "OUTPUT OFF")


def test_a_station_that_cannot_be_opened_says_why(desk, until, tmp_path):
    window = desk.window
    window.open_station(str(tmp_path / "nowhere.toml"))
    until(lambda: "there is no station file" in window.message.text())
    assert not window.setup.start_button.isEnabled()
    window.open_station("simulated")
    until(window.setup.start_button.isEnabled)


def test_a_run_that_fails_does_not_wedge_the_queue(window, until, tmp_path):
    (tmp_path / "file").write_text("no folder")
    window.setup.parameters.set_texts({"folder": str(tmp_path / "file" / "runs")})
    until(window.setup.start_button.isEnabled)
    window.setup.start_button.click()
    until(lambda: ended(window))
    assert window.queue[-1].state == "failed"
    window.setup.parameters.set_texts({"folder": str(tmp_path / "runs"), "read_time": "2 s"})
    until(window.setup.start_button.isEnabled)
    window.setup.start_button.click()
    until(lambda: len(window.queue) == 2 and ended(window))
    assert window.queue[-1].state == "finished"
