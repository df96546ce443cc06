"""Protocols in PyMeasure's own window, offscreen."""

import logging
import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyqt5")


@pytest.mark.realtime
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_memory_run_in_a_managed_window(tmp_path):
    from pymeasure.display.windows import ManagedWindow
    from pyqtgraph.Qt import QtCore

    from ginsen.gui.application import application
    from ginsen.protocols import Memory
    from ginsen.records.reading import read_record

    handlers = list(logging.getLogger().handlers)
    app = application()  # kept, unlike one that this test alone had a name for
    window = ManagedWindow(
        procedure_class=Memory, inputs=["pulse_voltage", "read_time"],
        displays=["pulse_voltage", "read_time"], x_axis="Time (s)", y_axis="Conductance (S)")
    window.directory = str(tmp_path)
    procedure = window.make_procedure()
    for name, value in (("folder", str(tmp_path)), ("before_time", 1), ("pulse_time", 1),
                        ("read_time", 5)):
        procedure.set(name, value)
    window.queue(procedure)
    finished = []
    window.manager.finished.connect(finished.append)
    deadline = QtCore.QDeadlineTimer(30_000)
    while not finished and not deadline.hasExpired():
        app.processEvents()
    window.close()
    # PyMeasure's window leaves its handler on the root logger and is then deleted.
    logging.getLogger().handlers[:] = handlers
    assert finished
    assert read_record(procedure.recording_path).outcome.state == "finished"
