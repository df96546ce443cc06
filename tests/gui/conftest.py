import os
import threading

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest


def wait(condition, timeout=60.0):
    """Let the window go on until something is so."""
    from PyQt5.QtCore import QDeadlineTimer
    from PyQt5.QtTest import QTest

    deadline = QDeadlineTimer(round(1000 * timeout))
    while not condition():
        assert not deadline.hasExpired(), "it did not become so in time"
        QTest.qWait(5)


@pytest.fixture
def until():
    return wait


@pytest.fixture
def app():
    """The Qt application, for what needs no window."""
    from ginsen.gui.application import application

    return application()


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A desk with its window; afterwards its outputs are off and its thread is over."""
    from PyQt5 import sip
    from PyQt5.QtCore import QSettings

    from ginsen.gui.appearance import Appearance
    from ginsen.gui.application import Desk, application
    from ginsen.gui.language import speak

    app = application()
    folder = tmp_path_factory.mktemp("desk")
    made = Desk(Appearance(), QSettings(str(folder / "bench.ini"), QSettings.Format.IniFormat))
    made.window.resize(900, 600)
    made.window.show()
    yield made
    made.window.close()
    wait(made.bench.isFinished)
    speak("en")
    app.processEvents()
    # Here and now: later it would be collected as garbage, by any thread whose turn it is.
    sip.delete(made.window)


@pytest.fixture
def window(desk, tmp_path):
    """A window with the simulated station newly open, and a short memory run set up in it."""
    window = desk.window
    desk.bench.speed = float("inf")
    window.queue_panel.edited.emit(())
    window.open_station("simulated")
    window.setup.parameters.set_texts({
        "before_time": "1 s", "pulse_voltage": "5 V", "pulse_time": "500 ms", "read_time": "14 s",
        "folder": str(tmp_path / "runs"), "sample": "W3"})
    wait(window.setup.start_button.isEnabled)
    return window


@pytest.fixture
def stuck():
    """A call that blocks until it is let go; let go at the end in any case."""
    free = threading.Event()

    def block(*_, **__):
        assert free.wait(60)
        raise TimeoutError("the call that blocked was let go")

    block.free = free
    yield block
    free.set()
