"""Elements of HTML. What is not an element is text, and text is escaped: nobody can forget it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

_VOID = frozenset({"img", "meta"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: str) -> Html:
    """<name attributes>children</name>, children and values escaped unless they are `Html`.

    An underscore at the end of an attribute's name is dropped (`class_`), others become hyphens.
    """
    told = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
                   for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{name}{told}>")
    return Html(f"<{name}{told}>{joined(children)}</{name}>")


def joined(children: Iterable[str]) -> Html:
    """One after the other; what is not `Html` is escaped."""
    return Html("".join(child if isinstance(child, Html) else escape(child)
                        for child in children))


def table(headings: Iterable[str], rows: Iterable[Iterable[str]], *,
          left: Iterable[int] = (0,)) -> Html:
    """A table that scrolls by itself where the page is too narrow.

    Columns numbered in `left` are aligned to the left, the others, numbers, to the right.
    """
    sides = dict.fromkeys(left, "left")

    def cells(name: str, values: Iterable[str]) -> Html:
        return element("tr", *(element(name, value, class_=sides.get(index, "number"))
                               for index, value in enumerate(values)))

    return element("div", element(
        "table", element("thead", cells("th", headings)),
        element("tbody", *(cells("td", row) for row in rows))), class_="wide")


def pairs(entries: Iterable[tuple[str, str]]) -> Html:
    """Names and values, as many side by side as the page is wide."""
    return element("dl", *(element("div", element("dt", name), element("dd", value))
                           for name, value in entries))
