"""The report as a PDF: the same page of HTML, laid out by Qt on A4."""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Sequence
from pathlib import Path

from PyQt5.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QSizeF, QUrl
from PyQt5.QtGui import QImage, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from ginsen.html_report import html_report

DOTS_PER_INCH = 150
_MARGIN = 15.0  # mm
_PICTURE = re.compile(r'<img src="data:image/png;base64,([A-Za-z0-9+/=]+)"[^>]*>')

_WEB = 96
"""Dots per inch by which the width of a picture on a page is counted."""
_ELEMENTS = (("<div>", ""), ("</div>", ""), ("<figure>", "<p>"), ("</figure>", "</p>"),
             ("<dl>", "<table>"), ("</dl>", "</table>"), ("<dt>", "<tr><td class='quiet'>"),
             ("</dt>", "</td>"), ("<dd>", "<td>"), ("</dd>", "</td></tr>"))
"""What Qt's documents do not know, and what says the same to them."""

_STYLE = """<style>
body { font-family: sans-serif; font-size: 8pt; } h1 { font-size: 15pt; } h2 { font-size: 12pt; }
h3 { font-size: 10pt; } th { text-align: left; font-weight: bold; } td, th { padding: 1px 5px; }
pre { font-size: 7pt; } .quiet { color: #5c646b; } .note { color: #8a3d00; }
</style>"""


def write_pdf(paths: Sequence[Path], target: Path) -> None:
    """Write the report on recordings as a PDF. Raises RecordError, and OSError for the target.

    Takes seconds: not for the window's thread.
    """
    pdf = pdf_of(html_report(paths))
    target.write_bytes(pdf)


def pdf_of(html: str) -> bytes:
    """A page of HTML as the bytes of a PDF.

    Qt's documents know neither pictures inside a page nor most of CSS, so the pictures are handed
    over one by one, and the style is a plain one.
    """
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DOTS_PER_INCH)
    writer.setPageLayout(QPageLayout(QPageSize(QPageSize.PageSizeId.A4),
                                     QPageLayout.Orientation.Portrait,
                                     QMarginsF(*[_MARGIN] * 4), QPageLayout.Unit.Millimeter))
    page = QSizeF(writer.width(), writer.height())
    document = QTextDocument()
    layout = document.documentLayout()
    assert layout is not None
    layout.setPaintDevice(writer)
    document.setPageSize(page)
    document.setDocumentMargin(0)
    pictures = [base64.b64decode(found) for found in _PICTURE.findall(html)]
    for number, picture in enumerate(pictures):
        image = QImage.fromData(picture, "PNG")
        document.addResource(QTextDocument.ResourceType.ImageResource,
                             QUrl(f"picture:{number}"), image)
    document.setHtml(_plain(html, int(page.width() * _WEB / DOTS_PER_INCH)))
    document.print_(writer)
    buffer.close()
    return bytes(data)


def _plain(html: str, width: int) -> str:
    """The page as Qt's documents take it: pictures by number, lists as tables, a plain style."""
    numbers = itertools.count()
    html = _PICTURE.sub(lambda _: f'<img src="picture:{next(numbers)}" width="{width}">', html)
    for theirs, ours in _ELEMENTS:
        html = html.replace(theirs, ours)
    return re.sub(r"<style>.*?</style>", lambda _: _STYLE, html, flags=re.DOTALL)
