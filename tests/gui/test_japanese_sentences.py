"""Every sentence that a run or an analysis says to the window is said in Japanese, too."""

import ast
import re
from itertools import count
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import ginsen
from ginsen.analysis.results import Finding
from ginsen.gui.japanese import JAPANESE
from ginsen.gui.japanese_analysis import REASONS
from ginsen.gui.japanese_files import FILES
from ginsen.gui.japanese_runs import SAID
from ginsen.gui.language import in_short, said, speak
from ginsen.gui.parameter_rows import groups_of, protocol_of, sentence_of
from ginsen.gui.sentence_patterns import Phrasebook
from ginsen.protocols import PROTOCOLS
from ginsen.sim_backend.devices.fluctuating_network import FluctuatingNetwork
from ginsen.sim_backend.devices.nanowire_network import NanowireNetwork
from ginsen.sim_backend.devices.replay import Replay
from ginsen.sim_backend.devices.resistor import Resistor

ROOT = Path(ginsen.__file__).parent

# Where a sentence is made that the window shows: all that is returned, yielded or raised there, or
# told by one of these.
SAYING = ("Outcome", "Sampling", "StateEstimate", "_tell", "append", "event")
NAMED = ("reason", "uneven", "law_reason", "half_life_reason", "why", "problem", "where", "what",
         "notes", "told")
SOURCES = [
    *(f"analysis/{name}.py" for name in (
        "beta", "refusal", "sampling", "uneven", "states", "forgetting", "phase_summary", "phases",
        "sliced", "avalanche_study", "avalanches", "noise_floor")),
    *(f"protocols/{name}.py" for name in (
        "acquisition", "protocol", "series", "stop_rules", "steering", "forming", "staircase",
        "noise_floor", "dies", "further_inputs", "campaign_plan", "plan_table")),
    *(f"instruments/{name}.py" for name in (
        "limits", "source_meter", "specification", "conversation", "commanded_source_meter",
        "keithley2400", "keithley2450")),
    "planning.py", "station.py", "station_file.py", "station_instruments.py",
    *(f"records/{name}.py" for name in ("reading", "recording", "dialect", "columns", "text")),
    *(f"gui/{name}.py" for name in (
        "analysis_terms", "avalanche_curves", "bench_thread", "current_floor", "die_results",
        "parameter_rows", "presets", "preview", "sequence_values")),
]

ABOUT_ARGUMENTS = {f"analysis/{name}.py" for name in (
    "beta", "sampling", "uneven", "states", "forgetting", "phases")}
"""What is raised there is for who writes a program."""
NEVER_SHOWN = (
    "the base class owns the run", "has no time zone", "a question is asked at least once",
    "a series has a folder", "apply() belongs into measure()", "the plan that was begun",
    "the seed 71 is not", "there is always another name")
PIECES = ("is no number72.", "it must be a number74.", " or one of 71", "taken in 72",
          "agrees: it holds their ratio", "be judged 73up to")
"""Of sentences that are looked for whole, below."""


def template(node):
    """A text as it stands in the code, a number where something is put in; None for no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        numbers = count(71)
        return "".join(part.value if isinstance(part, ast.Constant) else str(next(numbers))
                       for part in node.values)
    return None


def said_in(source):
    tree = ast.parse((ROOT / source).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc and source not in ABOUT_ARGUMENTS:
            yield from texts(node.exc)
        elif says(node):
            yield from texts(node.value)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            for each in (*node.args, *(key.value for key in node.keywords if key.arg in NAMED)):
                if name in SAYING or each not in node.args:
                    yield from texts(each)


def says(node):
    if isinstance(node, ast.Assign):
        return getattr(node.targets[0], "id", "") in NAMED
    return isinstance(node, (ast.Return, ast.Yield)) and node.value is not None


def texts(node):
    """Every whole text in an expression, none of the pieces of another."""
    found = template(node)
    if found is not None:
        if re.search(r"[a-zβ]+ [a-zβ]+", found):
            yield found
        return
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr":
        return
    for child in ast.iter_child_nodes(node):
        yield from texts(child)


@pytest.fixture
def japanese():
    speak("ja")
    yield
    speak("en")


def untranslated(text):
    """What is wrong with the Japanese of a text, nothing where it is well."""
    told = said(text)
    left = re.findall(r"[a-z]{2,} [a-z]{2,}", told)
    if left or re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", told) is None:
        return f"{text} -> {told}"
    lost = set(re.findall(r"\b7\d\b", text)) - set(re.findall(r"(?<!\d)7\d(?!\d)", told))
    return f"{text} -> {told}: without {', '.join(lost)}" if lost else ""


@pytest.mark.parametrize("source", SOURCES)
def test_every_sentence_of_a_source_is_in_the_catalogue(source, japanese):
    found = {text for text in said_in(source)
             if not any(piece in text for piece in (*NEVER_SHOWN, *PIECES))}
    assert found
    assert [problem for text in sorted(found) if (problem := untranslated(text))] == []


@pytest.mark.parametrize("source", [f"analysis/{name}.py" for name in (
    "beta", "refusal", "sampling", "uneven", "states", "forgetting")])
def test_so_is_what_stands_before_its_colon(source, japanese):
    for text in said_in(source):
        short = text.partition(":")[0]
        if short != text and "7" not in short.partition(" ")[0]:
            assert not untranslated(short), short
            assert in_short(text) == said(short)


def test_every_number_of_a_finding_has_a_name(japanese):
    for kind in get_args(Finding):
        for name, hint in get_type_hints(kind).items():
            words = name.replace("_", " ")
            if hint is bool:
                assert not untranslated(f"{words.capitalize()}, not {words}"), kind
            elif hint is float:
                assert not untranslated(f"{words.capitalize()} 71.5 mS"), kind


def test_all_that_protocols_say_of_themselves_is_in_the_catalogue():
    told = {text for protocol in PROTOCOLS.values() for group in groups_of(protocol)
            for text in (sentence_of(protocol), group.title,
                         *(each for row in group.rows for each in (row.label, row.description)))}
    assert sorted(text for text in told if text and text not in JAPANESE) == []


def test_what_stands_in_braces_is_the_same_in_both():
    for english, japanese in {**FILES, **SAID, **REASONS}.items():
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", japanese))


WHOLE = [
    "'seven' is no number in V, e.g. 10 mV or 0.01.", "'x' is no number, e.g. 0.5.",
    "Pulse voltage takes a number from 0 to 200 V.",
    "plan.toml, [[run]] 2: rest is 'x'; it must be a number.",
    "plan.toml, [[run]] 2: rest is -1; it must be a number of at least 0.",
    "a.txt has no column '9' for the current; take a number from 1 to 3 or one of 't', 'v', 'i'",
    "a.txt: more than one column is named as a voltage in the header 'V', 'V'; say which is which: "
    "--time, --voltage and --current take a column's name or number",
    "columns: time is column 1 in s, voltage is 'V' taken in V, current is column 3 in A",
    "columns: time is column 1 in s, voltage is column 3 in V (column 4 agrees: it holds their "
    "ratio), current is column 2 in A",
    "First read 0.03 s after the pulse: (28.23 ± 0.26) µS; of it 1.00 at 1 s, 0.94 at 10 s (law "
    "0.933 to 0.945), 0.65 at 100 s",
    "b.toml, [smu]: contact_limit is 72 Ω; contact can be judged up to 50 Ω.",
    "b.toml, [smu]: contact_limit is 72 Ω; contact can be judged from 2.5 Ω up to 50 Ω.",
    "First read: 28.2 µS", "First read: 28.2 µS; of it 0.94 at 10 s",
    "First read 2.00 s after the pulse: 28.2 µS",
    "Half-life 12 s", "Half-life 12 s; by the law 12.3 s (11 to 13)",
    "No half-life: half of the first read was never reached: 0.65 of it is the least in 99.97 s",
    "No half-life: half of the first read was never reached: 0.65 of it is the least in 99.97 s; "
    "by the law 120 s (110 to 130)",
    "Law: power law, α = 0.3", "No law: constant: all 40 reads are the same",
    "before: no β: too short: 40 samples",
    "step 1 and 160 more: too short for β: σ(β) above 0.3",
    "pulse: refused: 7 V is beyond the station's limit of ± 6 V",
    "failed: TCPIP0::smu::INSTR: the output could not be read back as off (no answer). Look at the "
    "bench.; the chuck could not be lowered: GPIB0::28::INSTR does not answer, nor after 3 "
    "attempts to open it anew.",
]


@pytest.mark.parametrize("sentence", WHOLE)
def test_sentences_made_of_pieces(sentence, japanese):
    told = said(sentence)
    assert not re.search(r"\b(the|of|is|to|and|at|after|no|it)\b", told), told
    numbers = set(re.findall(r"\d+\.\d+|\d{2,}", sentence)) - {"28", "0"}
    assert all(number in told for number in numbers)


@pytest.mark.parametrize("device", [FluctuatingNetwork, NanowireNetwork, Replay, Resistor])
def test_what_a_simulated_sample_is_not(device, japanese):
    caveat = device.caveat.fget(object.__new__(device))
    assert not untranslated(caveat)


def test_a_refused_stimulus_in_japanese(japanese):
    with pytest.raises(ValueError, match="is no number") as wrong:
        protocol_of("memory", {"pulse_voltage": "seven"})
    assert said(str(wrong.value)).startswith("パルス電圧: 'seven' は V の数ではありません")


def test_english_is_left_alone():
    assert said("drift: why") == "drift: why"


def test_what_an_instrument_answered_is_handed_on_as_it_is(japanese):
    assert said("VI_ERROR_TMO") == "VI_ERROR_TMO"
    assert said("failed: VI_ERROR_TMO (-1073807339)") == "失敗: VI_ERROR_TMO (-1073807339)"
    # The name of a phase is nobody's to translate.
    assert said("before: no β: too short: 40 samples").startswith("before: ")


def test_the_sentence_that_says_most_is_taken():
    book = Phrasebook({"{a} of {b}": "{b}:{a}", "{a} of the {b}": "the {b}:{a}",
                       "told {what}": "<{what}>", "list: {x_list}": "[{x_list}]"})
    assert book.find("1 of the 2", str) == "the 2:1"
    assert book.find("1 of 2", str) == "2:1"
    assert book.find("told it", str.upper) == "<IT>"
    assert book.find("list: a, b", str.upper) == "[A、B]"
    assert book.find("1 over 2", str) is None
    assert book.find("1: 2 of 3", str) is None
