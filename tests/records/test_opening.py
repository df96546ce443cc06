"""A file from anywhere is data: nothing in it makes us read, run or allocate what is not there."""

import h5py
import numpy as np
import pytest
from staged_runs import add, begun, phase

from ginsen.records import RecordError, read_record
from ginsen.records.reading import read_tables
from ginsen.types import Outcome


@pytest.fixture
def path(tmp_path):
    recording = begun(tmp_path / "run.h5")
    recording.begin_phase(phase("read"))
    add(recording, 100)
    recording.close(Outcome("finished"))
    return recording.path


@pytest.fixture
def replaced(path):
    """A function that puts another column, or anything else, in the place of one."""

    def change(name, make):
        with h5py.File(path, "r+") as file:
            del file[name]
            make(file)
        return path

    return change


def refused(path, sentence):
    with pytest.raises(RecordError, match=sentence):
        read_record(path)


def test_links_out_of_the_file_and_within_it_are_not_followed(replaced, tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["secret"] = np.arange(100.0)
    replaced("samples/current_A", lambda file: file["samples"].__setitem__(
        "current_A", h5py.ExternalLink("other.h5", "secret")))
    refused(tmp_path / "run.h5", "does not hold 'current_A' itself but points elsewhere")
    replaced("samples/current_A", lambda file: file["samples"].__setitem__(
        "current_A", h5py.SoftLink("/samples/voltage_V")))
    refused(tmp_path / "run.h5", "that is not followed")


def test_a_table_that_is_a_link_is_not_followed(path):
    with h5py.File(path, "r+") as file:
        file.move("events", "hidden")
        file["events"] = h5py.SoftLink("/hidden")
    refused(path, "does not hold 'events' itself")


def test_storage_outside_the_file_is_not_read(replaced, tmp_path):
    (tmp_path / "passwords").write_bytes(bytes(800))
    replaced("samples/current_A", lambda file: file.create_dataset(
        "samples/current_A", (100,), "f8", external=[(str(tmp_path / "passwords"), 0, 800)]))
    refused(tmp_path / "run.h5", "/samples/current_A is not a column that grows in this file")


def test_a_virtual_dataset_is_not_read(replaced, tmp_path):
    layout = h5py.VirtualLayout((100,), "f8")
    layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "x", (100,))
    replaced("samples/current_A",
             lambda file: file.create_virtual_dataset("samples/current_A", layout))
    refused(tmp_path / "run.h5", "is not a column that grows in this file")


@pytest.mark.parametrize(("rows", "sentence"), [
    (10**12, "claims 1000000000000 rows; a file of .* bytes can't hold them"),
    (2**62, "claims 4611686018427387904 rows")])
@pytest.mark.parametrize("column", ["samples/time_s", "events/text", "outcome/crc32"])
def test_more_rows_than_bytes_are_not_believed(path, column, rows, sentence):
    with h5py.File(path, "r+") as file:
        file[column].resize((rows,))
    refused(path, sentence)


def test_compressed_columns_are_refused_with_what_undoes_it(replaced, tmp_path):
    replaced("samples/current_A", lambda file: file.create_dataset(
        "samples/current_A", data=np.zeros(100), chunks=(4096,), maxshape=(None,),
        compression="gzip"))
    refused(tmp_path / "run.h5", r"undo them with h5repack -f NONE")


@pytest.mark.parametrize("data", [np.zeros(100, "f4"), np.zeros((100, 2)),
                                  np.zeros(100, [("x", "f8")])])
def test_columns_of_another_kind_are_refused(replaced, tmp_path, data):
    replaced("samples/current_A", lambda file: file.create_dataset(
        "samples/current_A", data=data, chunks=True, maxshape=(None, *data.shape[1:])))
    refused(tmp_path / "run.h5", "samples/current_A")


def test_a_text_of_a_gigabyte_in_a_small_file_is_not_believed(path):
    with h5py.File(path) as file:
        chunk = file["events/text"].id.get_chunk_info_by_coord((0,))
    content = bytearray(path.read_bytes())
    content[chunk.byte_offset:chunk.byte_offset + 4] = (2**30).to_bytes(4, "little")
    path.write_bytes(content)
    refused(path, "claims longer texts than a file of")


@pytest.mark.parametrize(("table", "column", "value", "sentence"), [
    ("samples", "phase", 7, "samples/phase refers to a row that is not there"),
    ("samples", "phase", -2, "samples/phase refers to a row"),
    ("phases", "first", -1, "phases/first refers to a row"),
    ("sub_bands", "beta_row", -1, "sub_bands/beta_row refers to a row")])
def test_rows_that_refer_nowhere_are_told(path, table, column, value, sentence):
    with h5py.File(path, "r+") as file:
        file[table][column][0] = value
    refused(path, sentence)


@pytest.mark.parametrize(("old", "new", "sentence"), [
    ("origin", "origins", "provenance does not state 'origin'"),
    ("sample", "Sample", "about does not state 'sample'")])
def test_what_every_run_states_must_be_stated(path, old, new, sentence):
    with h5py.File(path, "r+") as file:
        # Of layout 1, which had no checksums of texts.
        file.attrs["version"] = 1
        for table in ("about", "provenance"):
            names = list(file[table]["name"].asstr())
            if old in names:
                file[table]["name"][names.index(old)] = new
    refused(path, sentence)


def test_files_of_layout_1_are_read(path):
    with h5py.File(path, "r+") as file:
        file.attrs["version"] = 1
        for table in file.values():
            if "crc32" in table:
                del table["crc32"]
    assert len(read_record(path).samples) == 100
    assert "crc32" not in read_tables(path)["about"]
