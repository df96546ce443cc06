"""One long bias."""

import math

from ginsen.protocols import Noise
from ginsen.protocols.run import run


def test_a_long_bias_on_a_resistor_is_the_meters_noise(bench, tmp_path):
    station = bench(device='kind = "resistor"\nresistance_ohm = 1e5')
    protocol = Noise(folder=str(tmp_path), station=str(station), time=45.0)
    result = run(protocol)
    assert [span.name for span in result.record.spans] == ["bias"]
    bias = result.phases["bias"]
    assert bias.samples == 4501
    assert math.isclose(bias.conductance, 1e-5, rel_tol=1e-2)
    # 40 pA at one line cycle on the 10 µA range, at 0.2: 90 pA of 1 µA.
    assert 3e-5 < result.summary.finding.rms < 3e-4
    assert abs(result.summary.finding.drift) < 1e-4
