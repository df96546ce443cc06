"""What holds for every protocol of one run."""

import re

import pytest

from ginsen.planning import plan
from ginsen.protocols.protocol import allowed
from ginsen.protocols.single_runs import SINGLE_RUNS
from ginsen.station import Station
from ginsen.station_instruments import sheet_of


@pytest.fixture
def protocol(request, bench):
    """A protocol with its defaults, on a station that has all it asks for."""
    return SINGLE_RUNS[request.param](station=str(bench(resistance=10_000)))


every = pytest.mark.parametrize("protocol", sorted(SINGLE_RUNS), indirect=True)


@every
def test_the_defaults_pass_the_instrument_and_the_station(protocol):
    with Station.open(protocol.station) as lab:
        lab.smu.check(protocol.stimulus())
        entry = lab.file.source_meter()
        planned = plan(protocol.stimulus(), sheet_of(entry), entry.limits)
    assert not [row.refusals for row in planned if row.refusals]


@every
def test_every_parameter_has_a_description_and_bounds(protocol):
    for parameter in protocol.parameter_objects().values():
        assert parameter.description
        assert parameter.name[0].isupper()
        assert "inf" not in allowed(parameter)


@every
def test_phases_have_names_of_their_own(protocol):
    names = [phase.name for phase in protocol.phases()]
    assert names
    assert len(set(names)) == len(names)


def test_names_are_in_kebab_case_and_docstrings_begin_with_a_sentence():
    for name, protocol in SINGLE_RUNS.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert protocol.name == name
        assert protocol.__doc__.splitlines()[0].endswith(".")


def test_a_whole_number_is_asked_for_as_one():
    learning = SINGLE_RUNS["learning"]()
    learning.set("cycles", "3")
    assert learning.cycles == 3
    with pytest.raises(ValueError, match="takes a whole number from 1 to 10000"):
        learning.set("cycles", "0")
