"""Run files (HDF5) and the text files laboratories have."""

from ginsen.records.error import RecordError
from ginsen.records.reading import read_record
from ginsen.records.recording import Recording, unique_path
from ginsen.records.text import read_text

__all__ = ["RecordError", "Recording", "read_record", "read_text", "unique_path"]
