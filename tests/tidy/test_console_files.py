"""What the console sends to a browser: libraries as their authors published them, and within its budget."""

from __future__ import annotations

import gzip
import hashlib
import tomllib

from console_words import WEB

STATIC = WEB / "static"
FIRST_PAGE_GZ_MAX = 80 * 1024


def test_vendored_files_are_as_published() -> None:
    named = tomllib.loads((STATIC / "vendor" / "VENDOR.toml").read_text(encoding="utf-8"))["file"]
    for file in named:
        assert hashlib.sha256((STATIC / "vendor" / file["name"]).read_bytes()).hexdigest() == file["sha256"], file[
            "name"
        ]
    there = {path.name for path in (STATIC / "vendor").glob("*.js")}
    assert there == {file["name"] for file in named}


def test_the_first_page_stays_within_its_budget() -> None:
    sent = [*STATIC.glob("console.*"), *(STATIC / "vendor").glob("*.js")]
    assert sum(len(gzip.compress(path.read_bytes())) for path in sent) <= FIRST_PAGE_GZ_MAX


def test_nothing_names_another_origin() -> None:
    own = [*STATIC.glob("*.js"), *STATIC.glob("*.css"), *(WEB / "templates").rglob("*.html")]
    texts = {path.name: path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "") for path in own}
    assert not [name for name, text in texts.items() if "http://" in text or "https://" in text]


def test_no_page_needs_inline_script_or_style() -> None:
    for path in (WEB / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert " style=" not in text, path.name
        assert not [word for word in ("<script>", "<style", " onclick=", "hx-on") if word in text], path.name
