"""A twin fitted to measured records, and what those records leave open."""

from ginsen.calibration.calibrate import Calibration, calibrate
from ginsen.calibration.device_file import device_file
from ginsen.calibration.twin import TwinModel

__all__ = ["Calibration", "TwinModel", "calibrate", "device_file"]
