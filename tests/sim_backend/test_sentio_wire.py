"""The virtual SENTIO on the wire: what MPI's own package asks besides what our driver does."""

import pytest
import pyvisa

GPIB = "GPIB0::29::INSTR"
BENCH = f"""
[instruments.prober]
model = "sentio"
address = "{GPIB}"
dies = [[3, 4], [4, 4]]
[device]
kind = "resistor"
resistance_ohm = 1e4
"""


@pytest.fixture
def prober(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    manager = pyvisa.ResourceManager(f"{path}@ginsen")
    resource = manager.open_resource(GPIB, read_termination="\n", write_termination="\n")
    resource.timeout = 60_000
    resource.write("*RCS 1")
    yield resource
    manager.close()


def test_it_says_of_which_version_it_is(prober):
    assert prober.query("status:get_version") == "0,0,Version: 25.2.0"
    assert prober.query("has_chuck_xyz") == "0,0,YES"


@pytest.mark.parametrize(("move", "place"), [
    ("move_chuck_home ", "100000.00,100000.00"),
    ("move_chuck_xy H, 100, -50", "100100.00,99950.00"),
    ("move_chuck_xy zero,100.0,200.0", "100.00,200.00"),
    ("chuck:move_xy R,1,2", "100001.00,100002.00,Zero"),
    ("move_chuck_index home, 1, 0", "101000.00,100000.00"),
])
def test_a_move_answers_where_it_led(prober, move, place):
    prober.query("map:set_index_size 1000, 1000")
    assert prober.query(move) == f"0,0,{place}"
    x, y = place.split(",")[:2]
    assert prober.query("get_chuck_xy 0,zero") == f"0,0,{x},{y}"
    assert prober.query("chuck:get_xy Z") == f"0,0,{x},{y},z"


def test_no_sideways_move_in_contact_but_by_index_through_separation(prober):
    prober.query("move_chuck_contact")
    assert prober.query("move_chuck_xy H, 100, 0").startswith("38,0,")
    assert prober.query("chuck:move_xy H,100,0").startswith("38,0,")
    assert prober.query("move_chuck_index home, 0, 1").startswith("0,0,")
    assert prober.query("get_chuck_z C") == "0,0,0.00"


def test_heights_by_reference(prober):
    assert prober.query("chuck:move_z Contact,0") == "0,0,12000.0,Zero"
    assert prober.query("chuck:get_z Contact") == "0,0,0.00,contact"
    assert prober.query("chuck:move_z Separation,0") == "0,0,11700.0,Zero"
    assert prober.query("chuck:move_z Contact,5").startswith("6,0,")


def test_which_die_it_is_on(prober):
    assert prober.query("map:die:get_current_index").startswith("8,0,")
    prober.query("map:step_first_die")
    assert prober.query("map:die:get_current_index") == "0,0,0,3,4"
    assert prober.query("map:step_next_die") == "1024,0,4,4,0"
    # Only a step tells of the end of the route.
    assert prober.query("set_stepping_contact_mode StepToSeparation") == "0,0,OK"
