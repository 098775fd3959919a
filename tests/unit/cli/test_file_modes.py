"""What names people is for this user of the machine alone."""

from __future__ import annotations

import stat

from fanzha import bootstrap
from fanzha.cli.whole_file import write_whole


def mode_of(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_paper_is_private_and_a_head_of_the_audit_is_not(tmp_path):
    for name, public in (("list.csv", False), ("head.json", True)):
        (tmp_path / name).write_bytes(b"older")
        (tmp_path / name).chmod(0o666)
        write_whole(tmp_path / name, b"x", public=public)
    assert mode_of(tmp_path / "list.csv") == 0o600
    assert mode_of(tmp_path / "head.json") & 0o600 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["head.json", "list.csv"]


def test_a_home_is_private_whichever_verb_made_it(tmp_path):
    bootstrap.work_store(tmp_path / "desk").close()
    with bootstrap.fact_store(tmp_path / "ledger").writing():
        assert mode_of(tmp_path / "ledger") == 0o700
        assert mode_of(tmp_path / "ledger" / "facts") == 0o700
    assert mode_of(tmp_path / "desk") == 0o700
    assert mode_of(tmp_path / "desk" / "work.db") == 0o600
