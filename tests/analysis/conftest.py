import os
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(20190722)


@pytest.fixture
def reference():
    """A function that gives the path of a reference record."""
    folder = os.environ.get("GINSEN_REFERENCE_DATA")
    if not folder:
        pytest.skip("GINSEN_REFERENCE_DATA is not set: no reference records here")

    def path(name):
        found = Path(folder) / name
        if not found.exists():
            pytest.skip(f"{found} is absent")
        return found

    return path
