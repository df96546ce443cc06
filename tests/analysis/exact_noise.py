"""Noise whose spectrum is known exactly and that is not periodic (Davies & Harte 1987)."""

import numpy as np
from scipy.fft import irfft, rfft
from scipy.signal import fftconvolve, firwin
from scipy.special import gamma

OVERSAMPLING = 8


def arfima(n, d, rng):
    """ARFIMA(0, d, 0) of unit innovation variance, by embedding its exact covariance."""
    k = np.arange(1, n + 1)
    covariance = gamma(1 - 2 * d) / gamma(1 - d) ** 2 * np.cumprod(
        np.concatenate([[1.0], (k - 1 + d) / (k - d)]))
    eigenvalues = rfft(np.concatenate([covariance, covariance[-2:0:-1]])).real
    assert eigenvalues.min() > -1e-8 * eigenvalues.max()
    m = 2 * n
    z = rng.standard_normal((2, n + 1))
    z[1, [0, -1]] = 0
    z[0, [0, -1]] *= np.sqrt(2)
    spectrum = np.sqrt(np.maximum(eigenvalues, 0) * m / 2) * (z[0] + 1j * z[1])
    return irfft(spectrum, m)[:n]


def fine_noise(n, beta, rng, times=OVERSAMPLING):
    """Noise of exponent beta at `times` the rate; cumulated until stationary increments remain."""
    sums = 0 if beta < 1 else 1 if beta < 3 else 2
    x = arfima(times * n, (beta - 2 * sums) / 2, rng)
    for _ in range(sums):
        x = np.cumsum(x)
    return x


def amplitude(beta, times=OVERSAMPLING):
    """One-sided density at 1 Hz of `noise` sampled at 1 Hz, low frequencies."""
    return 2 / times * (2 * np.pi / times) ** -beta


def noise(n, beta, rng):
    """Power-law noise sampled at 1 Hz behind a sharp anti-alias filter."""
    taps = 32 * OVERSAMPLING + 1
    x = fine_noise(n + 40, beta, rng)
    x -= x[x.size // 2]
    filtered = fftconvolve(x, firwin(taps, 0.96 / OVERSAMPLING, window=("kaiser", 8.0)), "valid")
    return filtered[::OVERSAMPLING][:n]


def integrated(n, beta, rng, duty=1.0, times=32):
    """The same, each sample the mean over the share `duty` of its interval."""
    x = fine_noise(n, beta, rng, times).reshape(n, times)
    return x[:, : round(duty * times)].mean(axis=1)
