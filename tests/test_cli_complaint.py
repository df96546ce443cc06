"""What the command line complains of reaches a terminal as text, whatever is in it."""

import pytest

from ginsen.cli import WRONG_USE, main

ERASE = "\x1b[2J"


@pytest.mark.parametrize("arguments", [
    ["analyse", f"{ERASE}.txt"], ["run", f"{ERASE}"], ["run", "memory", f"--{ERASE}"],
    [ERASE], ["export", "run.h5", "--format", ERASE], ["station", "check", ERASE]])
def test_control_characters_are_spelt_out(arguments, capsys):
    try:
        code = main(arguments)
    except SystemExit as end:
        code = end.code
    assert code == WRONG_USE
    complaint = capsys.readouterr().err
    assert "\x1b" not in complaint
    assert r"\x1b[2J" in complaint
    assert complaint.splitlines()[-1].startswith("ginsen: ")
