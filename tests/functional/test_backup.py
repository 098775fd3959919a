"""A backup is whole or not at all, and so is the home that is made of it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from contextlib import closing
from pathlib import Path

import pytest
from desk_home import run
from return_day import make_return_day

from fanzha import bootstrap
from fanzha.cli.main import main
from fanzha.core.time import MINUTE_US, SystemClock
from fanzha.engines.local.home_archive import read_contents
from fanzha.engines.local.simulated_clock import read_clock, write_clock


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    day = make_return_day("sqlite", folder)
    day.drafted()
    day.desk.store.close()
    write_clock(folder / "home", day.clock.now_us())
    (folder / "home" / "sessions").mkdir(exist_ok=True)
    (folder / "home" / "sessions" / "duty").write_text("a token")
    assert run(folder / "home", "audit", "head", folder / "head.json")[0] == 0  # makes the key
    return folder / "home"


@pytest.fixture(scope="module")
def backup(home) -> Path:
    file = home.parent / "home.backup"
    code, _, told = run(home, "backup", file)
    assert code == 0, told
    return file


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_comes_back_is_what_was_there_and_can_be_proved(home, backup, tmp_path):
    assert backup.stat().st_mode & 0o077 == 0
    assert {path.name for path in home.parent.iterdir() if path.name.startswith(".")} == set()
    code, out, _ = run(tmp_path / "new", "--json", "restore", backup)
    assert code == 0
    document = json.loads(out)
    assert document["rules_changed"] == []
    contents = read_contents(backup)
    assert names(tmp_path / "new") == set(contents.files)
    assert not [name for name in contents.files if name.startswith(("keys", "sessions"))]
    assert (document["files"], document["bytes"]) == (len(contents.files), contents.size)
    assert sum(document["folders"].values()) == document["files"]
    with tarfile.open(backup) as archive:
        listed = json.load(archive.extractfile(document["list"]["member"]))
    assert listed["sha256"] == document["list"]["sha256"] == hashlib.sha256(listed["body"].encode()).hexdigest()
    code, out, _ = run(
        tmp_path / "new", "--json", "verify", "--head", home.parent / "head.json", "--key", home / "keys" / "audit.pem"
    )
    assert code == 0
    proof = json.loads(out)
    assert proof["records"]["returns"] == 1
    assert proof["ledger"]["ok"]
    ahead_us = [read_clock(one).now_us() - SystemClock().now_us() for one in (home, tmp_path / "new")]
    assert abs(ahead_us[0] - ahead_us[1]) < MINUTE_US, "a simulated home comes back to its own instant"
    with closing(sqlite3.connect(tmp_path / "new" / "work.db")) as copy:
        (last,) = copy.execute("SELECT action FROM audit_events ORDER BY seq DESC LIMIT 1").fetchone()
    assert last == "home.back_up"


def test_nothing_is_written_over(home, backup, tmp_path):
    code, _, told = run(home, "backup", backup)
    assert (code, "is there already" in told) == (1, True)
    code, _, told = run(home, "restore", backup)
    assert (code, "--into DIR" in told) == (1, True)
    (tmp_path / "empty").mkdir()
    assert run(home, "restore", backup, "--into", tmp_path / "empty")[0] == 0
    code, _, told = run(home, "restore", backup, "--into", tmp_path / "empty")
    assert (code, "is not empty" in told) == (1, True)
    (tmp_path / "file").write_text("x")
    assert run(home, "restore", backup, "--into", tmp_path / "file")[0] == 1


def altered(backup: Path, target: Path, change) -> Path:
    """The archive with its members changed, by name and content."""
    with tarfile.open(backup) as archive, tarfile.open(target, "w") as made:
        for member in archive:
            file = archive.extractfile(member)
            assert file is not None
            for name, content in change(member.name, file.read()):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                made.addfile(info, io.BytesIO(content))
    return target


DAMAGES = {
    "a byte": lambda name, data: [(name, data[:-1] + bytes([data[-1] ^ 1]) if name.endswith("work.db") else data)],
    "a file less": lambda name, data: [] if name == "manifest.json" else [(name, data)],
    "a file more": lambda name, data: [(name, data), *([("extra", b"x")] if name == "manifest.json" else [])],
    "a way out": lambda name, data: [(f"../{name}" if name == "manifest.json" else name, data)],
    "another list": lambda name, data: [
        (name, data.replace(b"made_at", b"made_by") if name == "backup.json" else data)
    ],
    "no list": lambda name, data: [] if name == "backup.json" else [(name, data)],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_makes_no_home(backup, tmp_path, damage):
    file = altered(backup, tmp_path / "bad", DAMAGES[damage])
    code, _, told = run(tmp_path / "new", "restore", file)
    assert code == 2
    assert str(file) in told
    assert {path.name for path in tmp_path.iterdir()} == {"bad"}


@pytest.mark.parametrize("hundredths", [0, 1, 50, 95])
def test_half_a_backup_makes_no_home(backup, tmp_path, hundredths):
    whole = backup.read_bytes()
    (tmp_path / "half").write_bytes(whole[: len(whole) * hundredths // 100])
    assert run(tmp_path / "new", "restore", tmp_path / "half")[0] == 2
    assert {path.name for path in tmp_path.iterdir()} == {"half"}
    assert run(tmp_path / "new", "restore", tmp_path / "nothing")[0] == 2


def test_a_damaged_home_makes_no_backup(backup, tmp_path):
    assert run(tmp_path / "new", "restore", backup)[0] == 0
    file = next((tmp_path / "new" / "evidence").glob("*/*"))
    file.write_bytes(b"altered")
    code, _, told = run(tmp_path / "new", "backup", tmp_path / "bad")
    assert (code, file.name in told, "fanzha verify" in told) == (2, True, True)
    assert {path.name for path in tmp_path.iterdir()} == {"new"}


def test_postgresql_has_its_own_tools(home, backup, tmp_path):
    environ = {"FANZHA_DATABASE": "postgresql://desk@localhost:1/desk"}
    assert main(["--home", str(home), "backup", str(tmp_path / "all")], environ) == 1
    assert main(["--home", str(home), "restore", str(backup), "--into", str(tmp_path / "new")], environ) == 1
    assert main(["--home", str(home), "backup", str(tmp_path / "files"), "--files-only"], environ) == 0
    contents = bootstrap.restore_home(tmp_path / "files", tmp_path / "new")
    assert "work.db" not in contents.files
    assert "manifest.json" in contents.files


def killed_at(began: Path, seconds: float, *words: str) -> None:
    """Starts fanzha, waits until a path is there, and kills it outright a moment later."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    started = subprocess.Popen(
        [sys.executable, "-m", "fanzha", *words], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while not began.exists() and started.poll() is None:
        time.sleep(0.001)
    time.sleep(seconds)
    started.send_signal(signal.SIGKILL)
    started.wait()


def test_what_was_killed_half_way_is_begun_anew(home, backup, tmp_path):
    """What a killed start leaves is swept away by the next one, and never has the name."""
    (tmp_path / ".fanzha-backup").mkdir()
    (tmp_path / ".fanzha-backup" / "archive").write_bytes(b"half")
    assert run(home, "backup", tmp_path / "whole")[0] == 0
    (tmp_path / ".new.restoring").mkdir()
    (tmp_path / ".new.restoring" / "work.db").write_bytes(b"half")
    assert run(tmp_path / "new", "restore", tmp_path / "whole")[0] == 0
    assert {path.name for path in tmp_path.iterdir()} == {"whole", "new"}


@pytest.mark.slow
def test_killed_at_any_moment_there_is_a_whole_file_and_a_whole_home_or_none(home, backup, tmp_path):
    half = 0
    for number, moment in enumerate((0.0, 0.002, 0.01, 0.03, 0.1)):
        target, made, again = (tmp_path / f"{number}.{kind}" for kind in ("backup", "home", "again"))
        killed_at(tmp_path / ".fanzha-backup", moment, "--home", str(home), "backup", str(target))
        half += not target.exists()
        if target.exists():
            bootstrap.restore_home(target, made)
        killed_at(tmp_path / f".{again.name}.restoring", moment, "--home", str(again), "restore", str(backup))
        half += not again.exists()
        if again.exists():
            assert run(again, "verify")[0] == 0
    assert half, "no start was killed half way"
    assert run(home, "backup", tmp_path / "whole")[0] == 0
    assert run(tmp_path / "0.again.new", "restore", tmp_path / "whole")[0] == 0
    assert not (tmp_path / ".fanzha-backup").exists()
