"""The report: one page, self-contained, and nothing in it but what it was meant to hold."""

import re
from datetime import datetime, timezone
from html.parser import HTMLParser

import numpy as np
import pytest

from ginsen.cli import main
from ginsen.html_elements import Html, element, pairs, table
from ginsen.html_report import html_report
from ginsen.records import RecordError, Recording
from ginsen.types import Outcome, Phase, Samples, Span

ORIGIN = datetime(2026, 11, 20, 11, 5, tzinfo=timezone.utc)
NASTY = """<script>alert('x')</script> & "quotes" </style></body> $\\frac$ {{b}} %s"""


class Page(HTMLParser):
    """What a browser would see: elements, their attributes, the text of each."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data.strip())

    def has(self, text):
        return any(text in part for part in self.text)


PULSE_AND_READ = ((Phase("pulse", 5.0, 30.0, 0.1, 1e-3), 1e-3),
                  (Phase(f"read {NASTY}", 0.01, 60.0, 0.1, 1e-5), 1e-3))


def write(path, *, outcome=None, steps=PULSE_AND_READ, **about):
    """Phases, each of a conductance (S) with noise, recorded."""
    random = np.random.default_rng(7)
    recording = Recording.create(
        path, protocol="memory", origin=ORIGIN, about=about, seed=11,
        parameters={"pulse_voltage": (5.0, "V")}, station_text=f'name = "{NASTY}"\n',
        identities={"smu": f"KEITHLEY {NASTY}"})
    recording.event(0.0, "note", f"a note {NASTY}")
    first, start = 0, 0.0
    for phase, conductance in steps:
        time = start + phase.interval * np.arange(phase.count)
        G = conductance + 1e-6 * random.standard_normal(time.size)
        samples = Samples.of(time, np.full(time.size, phase.level), G * phase.level)
        recording.begin_phase(phase)
        recording.append(samples, G, np.full(time.size, 1e-7))
        recording.end_phase(Span(phase.name, phase.level, time[0], time[-1], first,
                                 first + time.size, 0.25 if first else float("nan")))
        first, start = first + time.size, time[-1] + 0.25
    recording.log("INFO", f"logged {NASTY}")
    recording.close(outcome or Outcome("finished"))
    return path


@pytest.fixture
def page(tmp_path):
    return Page(html_report([write(tmp_path / "a.h5", sample=NASTY, electrode_pair="1-2",
                                   operator="Ada")]))


def test_the_page_is_whole_and_says_what_was_done(page):
    assert page.open == []
    told = page.text
    for heading in ("Phases", "Findings", "Sample", "Parameters", "Phases as set",
                    "Provenance", "Log", "Ledger"):
        assert heading in told
    for text in ("finished", "2026-11-20 11:05:00 UTC", "902 samples", "a.h5", "Ada", "5.0 V",
                 "pulse voltage", "First read 0.25 s after the pulse", "250 ms", "30 s", "1-2"):
        assert page.has(text), text
    assert page.has("Unknown: cycle on this pair")
    beta = next(text for text in told if re.fullmatch(r"-?\d\.\d\d \(-?\d\.\d\d to .*\)", text))
    assert -0.5 < float(beta.split()[0]) < 0.5
    # 5 mA for 30 s, 10 µA for 60 s
    assert told[told.index("1-2", told.index("Ledger")):][:6] == [
        "1-2", "1", "1", "151 mC", "151 mC", "2026-11-20 11:05:30"]


def test_what_people_named_is_text_and_never_markup(page):
    assert {tag for tag, _ in page.elements} == {
        "html", "head", "meta", "title", "style", "body", "section", "h1", "h2", "h3", "p", "span",
        "figure", "img", "div", "table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd",
        "pre"}
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    for place in (NASTY, f"a note {NASTY}", f"read {NASTY}", f"logged {NASTY}",
                  f"KEITHLEY {NASTY}", f'name = "{NASTY}"'):
        assert page.has(place), place


def test_the_page_asks_nothing_of_the_network(tmp_path):
    text = html_report([write(tmp_path / "a.h5", notebook="https://example.org/?a=1&b=2")])
    page = Page(text)
    assert page.has("https://example.org/?a=1&b=2")
    for _, attributes in page.elements:
        for name in ("src", "href", "srcset", "action", "data"):
            assert attributes.get(name, "data:image/png;base64,").startswith(
                "data:image/png;base64,")
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style
    policy = next(a["content"] for _, a in page.elements
                  if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    image = next(a for tag, a in page.elements if tag == "img")
    assert image["src"].startswith("data:image/png;base64,iVBORw0KGgo")
    assert image["alt"]


def test_several_runs_begin_with_an_overview_that_leads_to_each(tmp_path):
    paths = [write(tmp_path / "a.h5", sample="W1"),
             write(tmp_path / "b.h5", sample="W2", outcome=Outcome("failed", "cable <off>"))]
    page = Page(html_report(paths))
    assert page.text.count("2 runs") == 2  # title and heading
    links = [a["href"] for tag, a in page.elements if tag == "a"]
    assert links == ["#run-1", "#run-2"]
    assert {a.get("id") for tag, a in page.elements if tag == "section"} >= {"run-1", "run-2"}
    assert page.has("W2 · memory")
    row = page.text[page.text.index("half-life") + 1:page.text.index("W2 · memory")]
    assert row[:3] == ["W1 · memory", "2026-11-20 11:05:00", "finished"]
    assert row[3].endswith(" mS")
    assert re.match(r"-?\d\.\d\d \(", row[4])
    assert page.has("failed: cable <off>")
    assert ("span", {"class": "outcome failed"}) in page.elements


def test_a_run_that_never_measured_does_not_keep_the_others_off_the_page(tmp_path):
    nothing = write(tmp_path / "b.h5", steps=(), outcome=Outcome("failed", "no <contact>"))
    page = Page(html_report([nothing, write(tmp_path / "a.h5")]))
    assert page.has("b.h5 holds no sample: failed: no <contact>")
    told = page.text
    assert told[told.index("Ledger"):].count("2") == 1  # runs; one cycle
    with pytest.raises(RecordError, match=r"nothing to report: no sample in .*b\.h5"):
        html_report([nothing])


def test_every_one_of_many_phases_has_its_row(tmp_path):
    steps = [(Phase(f"step {number}", 0.1 * number, 10.0, 0.1, 1e-3), 1e-3)
             for number in range(1, 31)]
    page = Page(html_report([write(tmp_path / "a.h5", steps=steps)]))
    for phase, _ in steps:
        assert page.text.count(phase.name) == 2  # as found, as set
    assert not page.has("more)")


def test_the_command_writes_a_page_and_overwrites_none(tmp_path, capsys):
    path = write(tmp_path / "a.h5")
    assert main(["report", str(path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'a.html'}\n"
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert main(["report", str(path), "--to", str(path)]) == 2
    assert "exists already and is not overwritten" in capsys.readouterr().err
    assert path.read_bytes().startswith(b"\x89HDF")


def test_a_text_has_no_report(tmp_path, capsys):
    (tmp_path / "old.txt").write_text("0 1 1e-6\n1 1 1e-6\n")
    assert main(["report", str(tmp_path / "old.txt")]) == 2
    assert "old.txt is no Ginsen run file" in capsys.readouterr().err


def test_elements_escape_all_but_elements():
    inner = element("td", "a < b", class_='"c"')
    assert inner == '<td class="&quot;c&quot;">a &lt; b</td>'
    assert element("tr", inner, "&") == f"<tr>{inner}&amp;</tr>"
    assert element("meta", http_equiv="x") == '<meta http-equiv="x">'
    assert element("p", Html("<b>")) == "<p><b></p>"
    assert '<td class="number">&lt;1</td>' in table(["a", "b"], [["x", "<1"]])
    assert pairs([("<k>", "<v>")]) == "<dl><div><dt>&lt;k&gt;</dt><dd>&lt;v&gt;</dd></div></dl>"
