"""Files, folders and archives: what is read, what is left alone, what is refused."""

import io
import zipfile
from pathlib import Path

import pytest

from fanzha.core.errors import BadInput
from fanzha.intake import Limits, SourceFile, discover, read_file

ROW = b"at,payer,payee,amount\n2026-01-02,a,b,1\n"


def zipped(members, **how):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, **how) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def found(*paths, **limits):
    return {
        source.path.rsplit("/", 1)[-1]: source.skipped or source.error or "read"
        for source in discover(list(paths), Limits(**limits) if limits else None)
    }


def test_folders_archives_and_files_left_alone(tmp_path: Path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.csv").write_bytes(ROW)
    (tmp_path / "a.zip").write_bytes(zipped({"in.zip": zipped({"y.csv": ROW}), "z.csv": ROW, "__MACOSX/._z.csv": b""}))
    for name in (".DS_Store", "~$x.xlsx", "README", "README.md", "scan.png"):
        (tmp_path / name).write_bytes(b"x")
    sources = list(discover([tmp_path]))
    readable = [source for source in sources if not source.skipped and not source.error]
    assert [source.path.removeprefix(f"{tmp_path}/") for source in readable] == [
        "a.zip!in.zip!y.csv",
        "a.zip!z.csv",
        "b/x.csv",
    ]
    assert {source.sha256 for source in readable} == {readable[0].sha256}
    assert [read_file(source).rows for source in readable] == [1, 1, 1]
    assert len(sources) == 3 + 5 + 1
    with pytest.raises(BadInput):
        read_file(next(source for source in sources if source.skipped))


def test_member_names_in_gb18030(tmp_path: Path):
    data = zipped({"x" * 16 + ".csv": ROW}).replace(b"x" * 16, "模拟交易明细信息".encode("gb18030"))
    (tmp_path / "a.zip").write_bytes(data)
    assert list(found(tmp_path)) == ["a.zip!模拟交易明细信息.csv"]


def test_broken_and_encrypted_archives_are_errors_of_their_own(tmp_path: Path):
    good = zipped({"x.csv": ROW * 100, "y.csv": ROW})
    broken = bytearray(good)
    broken[45:60] = b"\x00" * 15
    (tmp_path / "broken.zip").write_bytes(bytes(broken))
    (tmp_path / "cut.zip").write_bytes(good[:50])
    encrypted = bytearray(zipped({"x.csv": ROW}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.index(mark) + offset] |= 1
    (tmp_path / "encrypted.zip").write_bytes(bytes(encrypted))
    outcome = found(tmp_path, tmp_path / "absent.csv")
    assert "cannot be unpacked" in outcome["broken.zip!x.csv"]
    assert outcome["broken.zip!y.csv"] == "read"
    assert "broken" in outcome["cut.zip"]
    assert "encrypted" in outcome["encrypted.zip!x.csv"]
    assert "no such file" in outcome["absent.csv"]


def test_limits(tmp_path: Path):
    (tmp_path / "bomb.zip").write_bytes(zipped({"x.csv": b"0" * 5_000_000}))
    (tmp_path / "many.zip").write_bytes(zipped({f"{number}.csv": ROW for number in range(5)}))
    nested = ROW
    for number in range(6):
        nested = zipped({f"{number}.zip" if number else "x.csv": nested})
    (tmp_path / "nested.zip").write_bytes(nested)
    assert "500 times" in found(tmp_path / "bomb.zip")["bomb.zip!x.csv"]
    assert "in total" in found(tmp_path / "bomb.zip", total_bytes_max=100, ratio_max=10**9)["bomb.zip!x.csv"]
    assert "split it" in found(tmp_path / "bomb.zip", member_bytes_max=100, ratio_max=10**9)["bomb.zip!x.csv"]
    assert list(found(tmp_path / "many.zip", members_max=3).values()).count("read") == 3
    assert any("nested deeper" in reason for reason in found(tmp_path / "nested.zip").values())


def test_a_workbook_that_unpacks_to_gigabytes_is_refused():
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as sheet,
    ):
        for _ in range(40):
            sheet.write(b"0" * (1 << 20))
    with pytest.raises(BadInput, match="unpacks to"):
        read_file(SourceFile("a.xlsx", stream.getvalue()))
