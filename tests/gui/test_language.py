import ast
import re
from pathlib import Path

import pytest
from PyQt5 import sip
from PyQt5.QtWidgets import QDialogButtonBox

import ginsen.gui
from ginsen.gui.japanese import JAPANESE
from ginsen.gui.language import speak, spoken, tr
from ginsen.gui.parameter_rows import groups_of
from ginsen.protocols import PROTOCOLS


@pytest.fixture
def japanese():
    speak("ja")
    yield
    speak("en")


def texts():
    """Every text that the window hands to `tr`, as it stands in the code."""
    for file in sorted(Path(ginsen.gui.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr"
                    and isinstance(node.args[0], ast.Constant)):
                yield node.args[0].value


def test_every_text_of_the_window_is_in_the_catalogue():
    missing = sorted({text for text in texts() if text not in JAPANESE})
    assert missing == []


def test_what_stands_in_braces_is_the_same_in_both_languages():
    for english, japanese in JAPANESE.items():
        assert sorted(re.findall(r"{\w*}", english)) == sorted(re.findall(r"{\w*}", japanese))


def test_the_labels_of_the_memory_protocol_are_translated(japanese):
    labels = [row.label for group in groups_of(PROTOCOLS["memory"]) for row in group.rows]
    assert [label for label in labels if label not in JAPANESE] == []
    assert tr("Pulse voltage") == "パルス電圧"


def test_a_text_that_nobody_translated_is_english(japanese):
    assert spoken() == "ja"
    assert tr("a parameter of tomorrow") == "a parameter of tomorrow"


def test_so_are_the_buttons_of_qt(app):
    from ginsen.gui.application import speak_in_dialogs

    def cancel():
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        text = box.buttons()[0].text().replace("&", "")
        sip.delete(box)
        return text

    speak_in_dialogs("ja")
    assert cancel() == "キャンセル"
    speak_in_dialogs("en")
    assert cancel() == "Cancel"


def test_a_language_that_there_is_not():
    with pytest.raises(ValueError, match="there is no language 'fr'; there is en, ja"):
        speak("fr")
