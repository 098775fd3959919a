"""Packs the checkout and every wheel it needs into one tar, so that `./run` works on a machine without a network.

The wheels are for this machine's platform and Python; `wheels/PLATFORM` says which, and `./run` there checks it.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = {".git", ".venv", "wheels", "fanzha-home", "__pycache__", "build", "dist"}


def source_files() -> list[Path]:
    """Every file of the checkout that is not made from others, as git lists them where there is git."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=False,
    )
    names = [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    if "run" in names:  # else there is no git, or the checkout lies unknown inside somebody else's repository
        return sorted({Path(name) for name in names if (ROOT / name).is_file()})
    return sorted(
        path.relative_to(ROOT)
        for path in ROOT.rglob("*")
        if path.is_file() and not any(_left_out(part) for part in path.relative_to(ROOT).parts)
    )


def _left_out(part: str) -> bool:
    return part in LEFT_OUT or part.endswith((".egg-info", ".bundle")) or (part.startswith(".") and "cache" in part)


def download_wheels(folder: Path) -> None:
    """Puts every wheel of the lock files into the folder, from a bundle's own wheels where this already is one."""
    command = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--require-hashes"]
    if (ROOT / "wheels").is_dir():
        command += ["--no-index", "--find-links", str(ROOT / "wheels")]
    for lock in ("lock-dev.txt", "lock-uv.txt"):
        subprocess.run([*command, "--only-binary", ":all:", "--dest", str(folder), "-r", str(ROOT / lock)], check=True)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    (folder / "PLATFORM").write_text(f"python {version}\nmachine {platform.system()} {platform.machine()}\n")


def write_bundle(target: Path) -> None:
    """Writes the tar beside its final name first, so that a broken run leaves no half bundle."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        wheels = Path(folder)
        download_wheels(wheels)
        with tarfile.open(part, "w") as tar:
            for path in source_files():
                if (ROOT / path).resolve() not in (target, part):
                    tar.add(ROOT / path, f"fanzha/{path}", recursive=False)
            for wheel in sorted(wheels.iterdir()):
                tar.add(wheel, f"fanzha/wheels/{wheel.name}")
    part.replace(target)


def main() -> None:
    """`bundle.py FILE`, started by `./run bundle FILE`."""
    target = Path(sys.argv[1]).resolve()
    try:
        write_bundle(target)
    except subprocess.CalledProcessError as error:
        sys.exit(f"run: the wheels could not be downloaded ({error.returncode}); a bundle is made where a network is")
    size = target.stat().st_size
    print(f"{target}: {size / 1e6:.0f} MB; there: tar xf {target.name} && cd fanzha && ./run --help", file=sys.stderr)


if __name__ == "__main__":
    main()
