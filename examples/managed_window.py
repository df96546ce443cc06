"""The same procedures in PyMeasure's own window."""

import sys

from pymeasure.display.Qt import QtWidgets
from pymeasure.display.windows import ManagedWindow

from ginsen.protocols import Activation

app = QtWidgets.QApplication(sys.argv)
window = ManagedWindow(procedure_class=Activation, inputs=["voltage", "time", "threshold"],
                       displays=["voltage", "time"], x_axis="Time (s)", y_axis="Conductance (S)")
window.show()
sys.exit(app.exec())
