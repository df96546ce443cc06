from ginsen.instruments.source_meter import OutputNotOff
from ginsen.station import Station


def test_the_window_closes_only_after_the_output_is_off(window, until, monkeypatch):
    window.bench.speed = 1.0
    window.setup.start_button.click()
    until(lambda: window.live.count > 3)
    close = Station.close

    def not_off(self):
        close(self)
        raise OutputNotOff("the output could not be read back as off")

    monkeypatch.setattr(Station, "close", not_off)
    window.close()
    assert window.isVisible()
    until(lambda: "close the window again" in window.message.text())
    assert window.isVisible()
    assert "could not be read back as off" in window.message.text()
    monkeypatch.undo()
    window.open_station("simulated")
    until(window.setup.start_button.isEnabled)
    meter = window.bench._lab.smu
    offs = []
    off = meter.off
    monkeypatch.setattr(meter, "off", lambda: offs.append(off()))
    window.close()
    assert window.isVisible()
    until(lambda: not window.isVisible())
    assert offs
    assert not window.bench.isRunning()
