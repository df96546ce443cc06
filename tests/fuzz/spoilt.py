"""Files as nobody should write them, and what may be said to that."""

import os
import re

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("GINSEN_FUZZ", "40"))
"""Of each test; in CI always the same ones. `GINSEN_FUZZ=20000 pytest tests/fuzz` takes others."""

FUZZ = settings(deadline=None, derandomize="GINSEN_FUZZ" not in os.environ, max_examples=EXAMPLES,
                database=None, suppress_health_check=list(HealthCheck))

TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", " ", "nan", "inf", "-1 V", "6 V", "1e999 V", "6 m", "µ", "0x10", "1_0",
                     "../../etc/passwd", "~", "\0", "a\nb", "a" * 3000, "{0}", "%s", "__class__"]))

NUMBERS = st.one_of(
    st.integers(-3, 3), st.integers(-2**70, 2**70), st.floats(),
    st.sampled_from([10**300, 10**400, 5e-324, 1e308, -0.0, 2**31, 2**63]))

PLAIN = st.one_of(TEXTS, NUMBERS, st.booleans())

VALUES = st.recursive(
    PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=4),
                                   st.dictionaries(st.text("abk_", min_size=1, max_size=4), inner,
                                                   max_size=3)), max_leaves=6)


def toml(value):
    """A value as it is written in a TOML file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(each):08x}" if not 0xd800 <= ord(each) < 0xe000 else "?"
                             for each in value) + '"'
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }"
    return repr(value)


@st.composite
def spoilt(draw, text):
    """`text`, a good TOML file, with something wrong with it, or nothing."""
    how = draw(st.sampled_from(["value"] * 3 + ["line", "name", "bytes", "deep", "digits"]))
    lines = text.splitlines()
    at = draw(st.integers(0, len(lines) - 1))
    if how == "value":
        places = list(re.finditer(r"=\s*([^\s{][^,}\n]*|\{[^}\n]*\})", text))
        place = places[draw(st.integers(0, len(places) - 1))]
        return (text[:place.start(1)] + toml(draw(VALUES)) + " " + text[place.end(1):]).encode()
    if how == "line":
        other = draw(st.sampled_from(lines))
        lines[at:at + draw(st.integers(0, 2))] = draw(st.lists(st.just(other), max_size=2))
    elif how == "name":
        lines[at] = re.sub(r"^[\[\w]+", lambda found: found[0] + draw(st.text(max_size=3)),
                           lines[at])
    elif how == "deep":
        lines.insert(at, "deep = " + "[" * draw(st.sampled_from([10, 3000])))
    elif how == "digits":
        lines.insert(at, "many = " + "9" * draw(st.sampled_from([400, 6000])))
    else:
        raw = bytearray(text.encode())
        for _ in range(draw(st.integers(1, 4))):
            raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
        return bytes(raw)
    return "\n".join(lines).encode("utf-8", "replace")


def said_well(problem, *kinds):
    """Whether an exception is one that was meant, and says one sentence."""
    text = str(problem)
    assert isinstance(problem, kinds), repr(problem)
    assert type(problem) is not ValueError or text, repr(problem)
    assert not isinstance(problem, UnicodeError), repr(problem)
    assert text.strip(), repr(problem)
    assert "\n" not in text, text
    assert len(text) < 1500, text[:200]
