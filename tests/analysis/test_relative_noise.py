import numpy as np
import pytest
from exact_noise import amplitude, noise
from staged import staged

from ginsen.analysis import summarise


def test_the_density_of_known_noise(rng):
    dt, scale = 0.01, 1e-4
    x = noise(20_000, 1.0, rng)
    record = staged(("bias", 0.1, 1e-5 * (1 + scale * x)), dt=dt, protocol="noise")
    found = summarise(record).finding
    # Sampled at 1/dt, S(f) = scale² A dt (f dt)^-1, whose density at 1 Hz is scale² A.
    assert found.density == pytest.approx(scale**2 * amplitude(1.0), rel=0.2)
    assert found.rms == pytest.approx(scale * np.std(x), rel=0.02)
    assert abs(found.drift) < 10 * scale * np.std(x)


def test_a_drift_is_told():
    G = 1e-5 * (1 + np.linspace(0, 0.1, 2000))
    found = summarise(staged(("bias", 0.1, G), protocol="noise")).finding
    assert found.drift == pytest.approx(0.09 / 1.05, rel=0.01)
    assert np.isnan(found.density)


def test_nothing_but_compliance_has_no_noise():
    record = staged(("bias", 0.1, [1e-3] * 100), limit=1e-6, protocol="noise")
    assert summarise(record).finding is None
