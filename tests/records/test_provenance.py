"""Where a recording comes from, and what of it is nobody else's business."""

import re
import subprocess
from pathlib import Path

import h5py
import pytest
from staged_runs import begun

from ginsen.records import provenance
from ginsen.records.reading import pairs_of, read_provenance, read_tables
from ginsen.records.redact import redacted
from ginsen.types import Outcome

STATION = """
[station]
name = "probe station B"
visa = "@py"
password = "open sesame"          # of the share
[smu]
driver = "keithley2450"
address = "TCPIP0::smu-b.physics.example.org::inst0::INSTR"
limits = { voltage = "6 V", current = "1 mA", api_key = 'abc"def', compass = "north" }
[meter]
address = "TCPIP::192.0.2.10::5025::SOCKET"
[switch]
address = "GPIB0::18::INSTR"
user = alice
store = "https://alice:hunter2@files.example.org/runs"
"""

HIDDEN = ("open sesame", "smu-b", "example.org", "192.0.2.10", "abc", "def", "alice", "hunter2")
KEPT = ("probe station B", "@py", "of the share", "keithley2450", "6 V", "1 mA", "::inst0::INSTR",
        "::5025::SOCKET", "GPIB0::18::INSTR", "north", "/runs")


def written(path, **told):
    begun(path, station_text=STATION, identities={"smu": "KEITHLEY,MODEL 2450,04,1.7"},
          calibrations={"smu": "2026-03-01"}, seed=7, **told).close(Outcome("aborted"))
    return read_tables(path)


def test_hosts_and_secrets_stay_at_home(tmp_path):
    text = pairs_of(written(tmp_path / "run.h5")["station"])["file"]
    assert [word for word in HIDDEN if word in text] == []
    assert [word for word in KEPT if word not in text] == []
    content = (tmp_path / "run.h5").read_bytes()
    assert [word for word in HIDDEN if len(word) > 5 and word.encode() in content] == []


def test_they_are_kept_if_asked_for(tmp_path):
    tables = written(tmp_path / "run.h5", keep_hosts=True)
    assert pairs_of(tables["station"])["file"] == STATION


def test_what_is_no_secret_is_left_as_it_is():
    text = 'name = "a :: b"\nlimits = { voltage = "6 V" }\n# passes twice; tokens: none\n'
    assert redacted(text) == text


def test_one_block_says_where_a_run_comes_from(tmp_path):
    tables = written(tmp_path / "run.h5")
    told, station = read_provenance(tmp_path / "run.h5"), pairs_of(tables["station"])
    assert told["seed"] == "7"
    assert told["h5py"] == h5py.__version__
    assert re.fullmatch(r"[0-9a-f]{32}", told["id"])
    assert set(told) == {"id", "protocol", "origin", "seed", "python", "platform", "ginsen",
                         "numpy", "scipy", "pyvisa", "pymeasure", "h5py", "git"}
    assert station["calibration of smu"] == "2026-03-01"
    assert station["identity of smu"] == "KEITHLEY,MODEL 2450,04,1.7"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A function that makes a folder the one Ginsen runs from."""
    monkeypatch.setattr(provenance, "__file__", str(tmp_path / "ginsen" / "records" / "x.py"))
    provenance._checkout.cache_clear()
    yield tmp_path
    provenance._checkout.cache_clear()


def git(folder, *arguments):
    return subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e", *arguments],
                          cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_the_commit_is_told_and_whether_it_was_edited(checkout):
    git(checkout, "init", "-q")
    (checkout / "file").write_text("one")
    git(checkout, "add", "file")
    git(checkout, "commit", "-qm", "one")
    commit = git(checkout, "rev-parse", "HEAD")
    assert provenance._checkout() == commit
    (checkout / "file").write_text("two")
    assert provenance._checkout() == commit  # once a process
    provenance._checkout.cache_clear()
    assert provenance._checkout() == f"{commit}-dirty"


def test_without_a_checkout_there_is_no_commit(checkout):
    assert provenance._checkout() == "none"
    (checkout / ".git").mkdir()
    provenance._checkout.cache_clear()
    assert provenance._checkout() == "unknown"
    assert Path(provenance.__file__).parents[2] == checkout
