"""What every store of evidence promises, on each implementation."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from fanzha import bootstrap
from fanzha.core.errors import BadInput, NotFound
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.storage.evidence_files import EvidenceFiles
from fanzha.storage.memory import MemoryEvidenceStore

pytestmark = pytest.mark.contract
SLIP = "模拟转账凭证".encode()
DIGEST = hashlib.sha256(SLIP).hexdigest()


@pytest.fixture(params=["memory", "files"])
def evidence(request, tmp_path) -> EvidenceStore:
    return MemoryEvidenceStore() if request.param == "memory" else EvidenceFiles(tmp_path / "evidence")


def test_what_was_put_is_there_once_whoever_puts_it(evidence):
    assert not evidence.has(DIGEST)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda at: evidence.put(SLIP, f"slip-{at}.pdf"), range(8))) == {DIGEST}
    assert evidence.has(DIGEST)
    assert evidence.get(DIGEST) == SLIP
    assert evidence.put(b"\x00" * 100_000, "scan.png") != DIGEST


def test_everything_that_is_kept_is_walked_once_in_order(evidence):
    assert list(evidence.walk()) == []
    kept = [evidence.put(bytes([number]), f"file-{number}") for number in range(20)]
    assert list(evidence.walk()) == sorted(kept)


@pytest.mark.parametrize("wanted", ["", "ab", "0" * 64, "../../etc/passwd", DIGEST.upper()])
def test_what_was_not_put_is_not_found(evidence, wanted):
    evidence.put(SLIP, "slip.pdf")
    assert not evidence.has(wanted)
    with pytest.raises(NotFound):
        evidence.get(wanted)


def test_an_empty_file_is_refused_by_its_name(evidence):
    with pytest.raises(BadInput, match=r"slip\.pdf"):
        evidence.put(b"", "slip.pdf")


def test_an_altered_file_is_told_and_mended_by_bringing_it_again(tmp_path):
    evidence = bootstrap.evidence_store(tmp_path)
    path = tmp_path / "evidence" / DIGEST[:2] / evidence.put(SLIP, "slip.pdf")
    assert [found.name for found in path.parent.iterdir()] == [DIGEST]
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(b"altered")
    with pytest.raises(BadInput, match="altered"):
        evidence.get(DIGEST)
    evidence.put(SLIP, "slip.pdf")
    assert evidence.get(DIGEST) == SLIP


def test_a_directory_that_cannot_be_written_is_told_by_the_file(tmp_path):
    (tmp_path / "evidence").write_text("a file where the directory should be")
    with pytest.raises(BadInput, match=r"slip\.pdf"):
        bootstrap.evidence_store(tmp_path).put(SLIP, "slip.pdf")
