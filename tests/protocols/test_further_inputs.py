"""Recordings of further inputs: beside that of the run, and never half begun."""

from datetime import datetime, timezone
from types import SimpleNamespace

import numpy as np
import pytest

from ginsen.protocols.further_inputs import FurtherInputs
from ginsen.records.error import RecordError
from ginsen.records.reading import read_record, read_tables
from ginsen.records.recording import Recording
from ginsen.records.tables import outcome_of
from ginsen.types import Outcome, Phase, Samples, Span

METER = SimpleNamespace(further_inputs=("Dev1/ai1", "ai2"))
TOLD = {"protocol": "noise", "origin": datetime(2026, 1, 1, tzinfo=timezone.utc),
        "series_resistance": 10.0}


@pytest.fixture
def run(tmp_path):
    recording = Recording.create(tmp_path / "run.h5", **TOLD)
    yield recording
    recording.close(Outcome("finished"))


def ended(path):
    return str(outcome_of(read_tables(path)))


def test_each_gets_its_own_samples(tmp_path, run):
    further = FurtherInputs.begin(METER, run, TOLD)
    further.begin_phase(Phase("bias", 1.0, 0.2, 0.1, 1e-3))
    time = np.arange(3) * 0.1
    further.gained([Samples.of(time, np.ones(3), factor * np.array([1e-6, 2e-6, 3e-6]))
                    for factor in (1, 2)])
    further.take(2, 5.0, 1.0)
    further.take(1, 5.0, 1.0)
    further.end_phase(Span("bias", 1.0, 5.0, 5.2, 0, 3))
    further.close(Outcome("finished"))
    first, second = (read_record(tmp_path / "run" / name) for name in ("Dev1_ai1.h5", "ai2.h5"))
    assert first.samples.time == pytest.approx(time + 5.0)
    assert second.samples.current == pytest.approx([2e-6, 4e-6, 6e-6])
    assert first.series_resistance == 10.0
    assert second.spans[0].name == "bias"
    assert any("of the run in run.h5" in note for note in first.notes)


def test_where_one_cannot_be_begun_the_one_before_says_so(tmp_path, run):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "ai2.h5").touch()
    with pytest.raises(RecordError):
        FurtherInputs.begin(METER, run, TOLD)
    assert ended(tmp_path / "run" / "Dev1_ai1.h5") == "failed: another input could not be recorded"


def test_every_one_is_closed_whatever_became_of_another(tmp_path, run, monkeypatch):
    further = FurtherInputs.begin(METER, run, TOLD)
    first = further._recordings[0]

    def refuse(outcome):
        raise RecordError("no disk")

    with monkeypatch.context() as patch:
        patch.setattr(first, "close", refuse)
        with pytest.raises(RecordError, match="no disk"):
            further.close(Outcome("finished"))
    assert ended(tmp_path / "run" / "ai2.h5") == "finished"
    first.close(Outcome("finished"))
