"""A recording handed on to other programs, in a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ginsen.records.error import RecordError, RecordExists
from ginsen.records.export_formats import igor_text, matlab, origin_text, pymeasure_csv
from ginsen.records.reading import Tables

_WRITERS: Mapping[str, tuple[str, Callable[[Tables, Sequence[str]], bytes]]] = {
    "csv": (".csv", pymeasure_csv),
    "origin": (".txt", origin_text),
    "igor": (".itx", igor_text),
    "matlab": (".mat", matlab),
}
FORMATS = tuple(_WRITERS)


def export(tables: Tables, path: Path, form: str, *, header: Sequence[str] = ()) -> None:
    """Write a run's tables (`read_tables`) to `path` in one of `FORMATS`.

    `header` says in lines which procedure ran with which parameters. Raises RecordError for a
    format that there is not, and as `write_new`.
    """
    if form not in _WRITERS:
        raise RecordError(f"there is no format {form!r}; there is {', '.join(FORMATS)}")
    write_new(path, _WRITERS[form][1](tables, header))


def usual_path(recording: Path, form: str) -> Path:
    """Beside the recording, under its name, with the ending the other program looks for."""
    return recording.with_suffix(_WRITERS[form][0])


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet.

    Raises RecordExists where it is, RecordError where it cannot be made.
    """
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise RecordExists(f"{path} exists already and is not overwritten; name another file "
                           "with --to") from None
    except OSError as fault:
        raise RecordError(f"{path} cannot be written: {fault.strerror}") from fault
