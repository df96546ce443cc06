"""Whatever is written behind `ginsen`: exit code 0, 1 or 2, one line, and no traceback."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoilt import FUZZ, TEXTS, spoilt
from test_fuzz_files import PLAN, STATION

from ginsen.cli import main

COMMANDS = ["run", "analyse", "export", "report", "station", "check", "recover", "protocols"]
WORDS = [*COMMANDS, "memory", "noise", "campaign", "--station", "--set", "--dry-run", "--json",
         "--seed", "--out", "--resume", "--format", "--figure", "voltage=1", "voltage=1e400",
         "time=nan", "=", "simulated", "csv", "-1", "1"]


def told(arguments, capsys):
    """The exit code and what stands on the error stream."""
    try:
        code = main(arguments)
    except SystemExit as end:  # argparse's own way
        code = end.code or 0
    return code, capsys.readouterr().err


@FUZZ
@given(command=st.sampled_from(COMMANDS),
       words=st.lists(st.one_of(st.sampled_from(WORDS), TEXTS), max_size=4))
def test_any_arguments(command, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # A run that is not refused would be made: only what is wrong is asked here.
    arguments = [command, *words] + ["--dry-run"] * (command == "run")
    code, error = told(arguments, capsys)
    assert code in (0, 1, 2)
    assert "Traceback" not in error
    if code and not error.startswith("usage:"):
        assert len(error.strip().splitlines()) <= max(1, len(words)), error


@FUZZ
@given(content=spoilt(STATION))
def test_any_station_file_told_to_the_command_line(content, capsys, tmp_path):
    (tmp_path / "station.toml").write_bytes(content)
    code, error = told(["run", "memory", "--dry-run", "--station",
                        str(tmp_path / "station.toml"), "--out", str(tmp_path)], capsys)
    assert code in (0, 1, 2)
    assert len(error.strip().splitlines()) <= 1, error


@FUZZ
@given(content=spoilt(PLAN))
def test_any_plan_told_to_the_command_line(content, capsys, tmp_path):
    (tmp_path / "plan.toml").write_bytes(content)
    code, error = told(["run", "campaign", "--dry-run", "--set", f"plan={tmp_path / 'plan.toml'}",
                        "--out", str(tmp_path)], capsys)
    assert code in (0, 1, 2)
    assert len(error.strip().splitlines()) <= 1, error


@pytest.mark.parametrize("command", ["analyse", "export", "report", "recover"])
def test_any_data_file(command, capsys, tmp_path):
    path = tmp_path / "data.h5"
    more = ["--format", "csv"] if command == "export" else []

    @FUZZ
    @given(content=st.one_of(st.binary(max_size=200),
                             st.binary(max_size=200).map(lambda rest: b"\x89HDF\r\n\x1a\n" + rest),
                             st.text("0123456789.,;\t\n -eE#", max_size=200).map(str.encode)))
    def check(content):
        path.write_bytes(content)
        code, error = told([command, str(path), *more], capsys)
        assert code in (0, 1, 2)
        assert len(error.strip().splitlines()) <= 1 + (code == 0), error

    check()
