"""What is written must hold: commands and links exist, verbs are documented, nothing tells where this was made."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from fanzha.cli.main import VERBS

ROOT = Path(__file__).resolve().parents[2]
SCRIPT_VERBS = set(re.findall(r"^(?:\| )?([a-z]+)\)", (ROOT / "run").read_text(encoding="utf-8"), re.MULTILINE))
LEFT_OUT = {".git", ".venv", "wheels", "fanzha-home", "__pycache__", "build", "dist"}
PACKAGE_HOSTS = ("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "deb." + "debian.org", "/opt/" + "pypi")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|tmp)" + "/")
TEXT_SUFFIXES = {
    "",
    ".md",
    ".py",
    ".toml",
    ".txt",
    ".sh",
    ".csv",
    ".json",
    ".html",
    ".css",
    ".js",
    ".cfg",
    ".yml",
    ".yaml",
}


@cache
def tracked() -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split("\0")
    if "run" in listed:
        return tuple(sorted(ROOT / name for name in set(listed) if name and (ROOT / name).is_file()))
    kept = (path for path in ROOT.rglob("*") if path.is_file() and not LEFT_OUT & set(path.relative_to(ROOT).parts))
    return tuple(sorted(path for path in kept if "cache" not in str(path.relative_to(ROOT))))


def pages() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    local = [target.split("#")[0] for target in targets if "://" not in target and not target.startswith("#")]
    missing = [target for target in local if not (page.parent / target).exists()]
    assert not missing


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_exist(page):
    blocks = "\n".join(re.findall(r"```(?:sh|console)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))
    verbs = re.findall(r"(?:\./run|\bfanzha) ([a-z][a-z-]*)", blocks)
    assert set(verbs) - {"CMD"} <= SCRIPT_VERBS | set(VERBS)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "docs/reference/cli.md"])
def test_every_verb_is_documented(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [verb for verb in VERBS if f"fanzha {verb}" not in text] == []


def test_nothing_names_a_machine_or_a_package_host():
    found = []
    for path in tracked():
        if path.suffix not in TEXT_SUFFIXES:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if MACHINE_PATHS.search(line) or any(host in line for host in PACKAGE_HOSTS):
                found.append(f"{path.relative_to(ROOT)}:{number} {line.strip()[:80]}")
    assert not found


@pytest.mark.parametrize("name", ["lock.txt", "lock-dev.txt", "lock-uv.txt"])
def test_lock_files_are_hashed_and_name_no_host(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    requirements = re.split(r"\n(?=\S)", text.strip())
    assert all("==" in requirement and "--hash=sha256:" in requirement for requirement in requirements)


def test_the_development_lock_holds_what_runs():
    versions = [
        set(re.findall(r"^(\S+==\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        for name in ("lock.txt", "lock-dev.txt")
    ]
    assert versions[0] <= versions[1]
