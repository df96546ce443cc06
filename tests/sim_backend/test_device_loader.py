from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

try:
    import tomllib
except ModuleNotFoundError:
    import tomli as tomllib

from ginsen.sim_backend.devices.device import GROUND, Source
from ginsen.sim_backend.devices.loader import DeviceFileError, load_device

HERE = Path()
SMALL = {"kind": "nanowire_network", "network": {"wires": 40, "box_um": 18, "seed": 1}}


def changed(section, **entries):
    return {**SMALL, section: {**SMALL.get(section, {}), **entries}}


def bundled():
    text = (files("ginsen.sim_backend.devices") / "nanowire_network.toml").read_text("utf-8")
    return load_device(tomllib.loads(text), HERE)


def current(device, dt, volts):
    return device.advance(dt, (Source(volts), GROUND)).final_current[0]


def test_resistor():
    device = load_device({"kind": "resistor", "resistance_ohm": 1000}, HERE)
    assert current(device, 1.0, 1.0) == pytest.approx(1e-3)


def test_units_and_seed():
    device = load_device(changed("junction", gap_nm=4, area_nm2=0.2), HERE)
    assert device.model.gap == pytest.approx(4e-9)
    assert device.model.area == pytest.approx(0.2e-18)
    assert np.ptp(device.network.centres) < 18e-6
    again = load_device(changed("junction", gap_nm=4, area_nm2=0.2), HERE)
    assert np.array_equal(device.network.wires, again.network.wires)


def test_spread_is_lognormal_and_keeps_thresholds_in_proportion():
    table = changed("junction", threshold_spread=0.2, rate_spread=0.7)
    table["network"] = {"wires": 400, "box_um": 40, "seed": 1}
    model = load_device(table, HERE).model
    assert np.std(np.log(model.set_voltage)) == pytest.approx(0.2, rel=0.08)
    assert np.std(np.log(model.boost)) == pytest.approx(0.7, rel=0.08)
    assert np.median(model.set_voltage) == pytest.approx(1e-2, rel=0.03)
    np.testing.assert_allclose(model.set_voltage / model.reset_voltage, 2.0)
    assert abs(np.corrcoef(np.log(model.boost), np.log(model.set_voltage))[0, 1]) < 0.1


def test_network_from_files(tmp_path):
    (tmp_path / "wires.csv").write_text("xa,ya,xb,yb\n0,0,10,0\n9,-5,9,5\n8,4,20,4\n")
    (tmp_path / "joints.csv").write_text("i,j,x,y\n0,1,9,0\n")
    table = {"kind": "nanowire_network",
             "network": {"wires_file": "wires.csv", "electrodes": [2, 0]}}
    device = load_device(table, tmp_path)
    assert device.electrodes == (2, 0)
    assert device.network.junctions.tolist() == [[0, 1], [1, 2]]
    table["network"]["junctions_file"] = "joints.csv"
    device = load_device(table, tmp_path)
    assert device.network.junctions.tolist() == [[0, 1]]
    np.testing.assert_allclose(device.network.positions, [[9e-6, 0]])


@pytest.mark.parametrize(("text", "sentence"), [
    ("xa,ya,xb,yb\n1,2,3\n", "4 columns"), ("xa\n1,2,3,4\n1,2\n", "cannot be read"),
    ("xa\n1,2,3,four\n", "cannot be read"),
    ("xa,ya,xb,yb\n", "4 columns"), (None, "cannot be read"),
])
def test_bad_wires_file(tmp_path, text, sentence):
    if text is not None:
        (tmp_path / "w.csv").write_text(text)
    with pytest.raises(DeviceFileError, match=rf"\[network\] wires_file: .*{sentence}"):
        load_device({"kind": "nanowire_network", "network": {"wires_file": "w.csv"}}, tmp_path)


@pytest.mark.parametrize(("table", "sentence"), [
    ({}, "kind: is missing"),
    ({"kind": "capacitor"}, 'kind: must be "nanowire_network" or'),
    ({"kind": "resistor"}, "resistance_ohm: is missing"),
    ({"kind": "resistor", "resistance_ohm": -1}, "resistance_ohm: must be a number greater than 0"),
    ({"kind": "resistor", "resistance_ohm": True}, "resistance_ohm: must be a number"),
    ({"kind": "resistor", "resistance_ohm": 1, "ohm": 1}, "ohm: is unknown"),
    ({"kind": "nanowire_network", "network": 3}, "network: must be a table"),
    ({"kind": "nanowire_network"}, r"\[network\] wires: is missing"),
    (changed("network", wires=1), r"\[network\] wires: must be a whole number of at least 2"),
    (changed("network", wires=10.5), r"\[network\] wires: must be a whole number"),
    (changed("network", seed=-1), r"\[network\] seed: must be a whole number of at least 0"),
    (changed("network", length=1), r"\[network\] length: is unknown; allowed are .*box_um"),
    (changed("network", electrodes=[0, 40]), r"\[network\] electrodes: .* from 0 to 39"),
    (changed("network", electrodes=[3, 3]), r"\[network\] electrodes: .*different"),
    (changed("network", electrodes="left"), r"\[network\] electrodes: must be \"farthest\""),
    (changed("network", wires=2, box_um=1000), r"\[network\] electrodes: no two wires"),
    (changed("junction", boost="fast"), r"\[junction\] boost: must be a number"),
    (changed("junction", rate_spread=-0.1), r"\[junction\] rate_spread: must be a number 0 or"),
    (changed("junction", reset_voltage_V=1), r"\[junction\]: reset_voltage: must not exceed"),
    (changed("junction", volts=1), r"\[junction\] volts: is unknown"),
])
def test_one_sentence_for_each_mistake(table, sentence):
    with pytest.raises(DeviceFileError, match=sentence) as caught:
        load_device(table, HERE)
    assert "\n" not in str(caught.value)


def test_bundled_sample_activates_at_three_volts_but_not_at_two():
    quiet, waking = bundled(), bundled()
    virgin = current(quiet, 0.0, 2.0) / 2.0
    for _ in range(600):
        current(quiet, 0.1, 2.0)
    assert current(quiet, 0.0, 2.0) / 2.0 < 5 * virgin
    times = [0.1 * (k + 1) for k in range(400) if current(waking, 0.1, 3.0) / 3.0 < 50 * virgin]
    assert 3.0 < times[-1] < 30.0
    assert current(waking, 0.0, 3.0) / 3.0 > 100 * virgin


def test_bundled_sample_learns_at_five_volts_and_forgets_over_minutes():
    device = bundled()
    for _ in range(500):
        written = current(device, 0.02, 5.0)
    assert 1e-5 < written < 1e-3
    first = current(device, 0.0, 0.01) / 0.01
    assert 1e-5 < first < 1e-3
    kept = np.array([current(device, 0.1, 0.01) for _ in range(6000)]) / 0.01 / first
    assert 0.85 < kept[99] < 0.97
    assert 0.3 < kept[999] < 0.7
    assert kept[-1] < 0.02
    assert np.all(np.diff(kept) < 1e-9)
