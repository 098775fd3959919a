"""`./run` on a bare machine: what it says when something is missing, what it leaves when it is stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("run", "lock.txt", "lock-dev.txt", "lock-uv.txt", "pyproject.toml", "README.md", "LICENSE", "src", "scripts")
INSTALL_SECONDS_MAX = 240


@pytest.fixture
def checkout(tmp_path):
    """The checkout without its environment, in a folder whose name has a blank and is not ASCII."""
    folder = tmp_path / "反诈 copy"
    folder.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy2(source, folder / part)
    if (ROOT / "wheels").is_dir():
        (folder / "wheels").symlink_to(ROOT / "wheels")
    return folder


def started(checkout, *words, command=(), **environ):
    return subprocess.run(
        [*command, str(checkout / "run"), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=INSTALL_SECONDS_MAX,
        cwd=checkout.parent,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
    )


def interpreter(folder: Path, body: str) -> str:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def pretend_installed(checkout: Path, profile: str) -> None:
    """An environment that is this test's own interpreter, stamped as `./run` would."""
    (checkout / ".venv" / "bin").mkdir(parents=True)
    interpreter(checkout / ".venv" / "bin", f'PYTHONPATH="{checkout}/src" exec "{sys.executable}" "$@"')
    locks = "lock.txt lock-dev.txt lock-uv.txt pyproject.toml"
    total = subprocess.run(f"cat {locks} | cksum", shell=True, cwd=checkout, capture_output=True, text=True, check=True)
    (checkout / ".venv" / "stamp").write_text(f"{profile} {total.stdout.strip()} {checkout}\n")


def test_a_python_that_is_too_old_is_named_in_one_line(checkout, tmp_path):
    old = interpreter(tmp_path, 'case "$2" in *platform*) echo 3.9.2 ;; *) exit 1 ;; esac')
    done = started(checkout, "--version", FANZHA_PYTHON=old)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "python3 >= 3.11" in done.stderr
    assert "3.9.2" in done.stderr
    assert not (checkout / ".venv").exists()


def test_a_python_that_is_not_there_is_named_in_one_line(checkout):
    done = started(checkout, "--version", FANZHA_PYTHON="/nowhere/python3")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "found: none" in done.stderr


def test_a_missing_venv_module_is_named_in_one_line(checkout, tmp_path):
    body = f'case "$2" in *ensurepip*) exit 1 ;; *) exec "{sys.executable}" "$@" ;; esac'
    done = started(checkout, "--version", FANZHA_PYTHON=interpreter(tmp_path, body))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "python3-venv" in done.stderr
    assert "apt-get install" in done.stderr


def test_a_bundle_for_another_python_says_so(checkout):
    if (checkout / "wheels").exists():
        pytest.skip("this checkout is itself a bundle")
    (checkout / "wheels").mkdir()
    (checkout / "wheels" / "PLATFORM").write_text("python 3.99\n")
    done = started(checkout, "--version", FANZHA_PYTHON=sys.executable)
    assert done.returncode == 2
    assert "made for python 3.99" in done.stderr


@pytest.mark.parametrize("profile", ["runtime", "dev"])
def test_the_second_start_is_quick_and_says_nothing_of_itself(checkout, profile):
    pretend_installed(checkout, profile)
    began = time.perf_counter()
    done = started(checkout, "--version")
    assert time.perf_counter() - began < 2
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("fanzha ")


def test_the_exit_code_and_the_folder_are_the_users(checkout):
    pretend_installed(checkout, "runtime")
    assert started(checkout, "no-such-verb").returncode == 2
    (checkout.parent / "typer.py").write_text("raise SystemExit('a file of the user was taken for a library')")
    assert started(checkout, "--version").returncode == 0


def test_a_link_to_run_finds_its_checkout(checkout, tmp_path):
    pretend_installed(checkout, "runtime")
    link = tmp_path / "fanzha"
    link.symlink_to(checkout / "run")
    done = subprocess.run([str(link), "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def environment(checkout: Path) -> tuple[bool, bool]:
    return (checkout / ".venv" / "stamp").exists(), (checkout / ".venv" / "installing").exists()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_installation_is_begun_again(checkout, how):
    first = subprocess.Popen(
        [str(checkout / "run"), "--version"],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + INSTALL_SECONDS_MAX
    while not (checkout / ".venv" / "bin" / "python").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(first.pid, how)
    assert first.wait(timeout=60) != 0
    assert environment(checkout) == (False, True)

    done = started(checkout, "--version")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("fanzha ")
    assert environment(checkout) == (True, False)


@pytest.mark.slow
def test_two_first_starts_at_once_wait_for_each_other(checkout):
    command = [str(checkout / "run"), "--version"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ends = [process.communicate(timeout=INSTALL_SECONDS_MAX) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert all(out.startswith("fanzha ") for out, _ in ends)
    assert sum("installing into .venv" in err for _, err in ends) == 1
    assert environment(checkout) == (True, False)


@pytest.mark.slow
def test_a_moved_checkout_and_a_changed_lock_install_again(checkout):
    assert started(checkout, "--version").returncode == 0
    moved = checkout.rename(checkout.with_name("moved"))
    done = started(moved, "--version")
    assert (done.returncode, "installing" in done.stderr) == (0, True)
    with (moved / "lock.txt").open("a") as lock:
        lock.write("\n")
    assert "installing" in started(moved, "--version").stderr
    assert started(moved, "--version").stderr == ""


@pytest.mark.slow
def test_a_bundle_needs_no_network(checkout, tmp_path):
    bundle = tmp_path / "out" / "fanzha.bundle"
    made = started(checkout, "bundle", str(bundle))
    assert made.returncode == 0, made.stderr
    subprocess.run(["tar", "xf", str(bundle), "-C", str(tmp_path)], check=True)
    cut = ("unshare", "-n") if subprocess.run(["unshare", "-n", "true"], check=False).returncode == 0 else ()
    nowhere = dict.fromkeys(("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "https_proxy", "http_proxy"), "http://127.0.0.1:9")
    caches = {
        "UV_CACHE_DIR": str(tmp_path / "uv"),
        "PIP_CACHE_DIR": str(tmp_path / "pip"),
        "PIP_CONFIG_FILE": os.devnull,
    }
    done = started(tmp_path / "fanzha", "--version", command=cut, **nowhere, **caches)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("fanzha ")
