"""Twelve pages of the console as small pictures: each of their pixels is the mean of a block of eight by eight.

A mean hardly moves with how a browser smooths a letter, and moves at once when something else stands there. Pages are set
in the one typeface that CI installs. To keep pictures that changed on purpose, which also writes the whole pages beside
them for a look: `PYTHONPATH=src:tests python tests/page_pictures.py [FOLDER]`.
"""

from __future__ import annotations

import base64
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from console_day import console_of_day
from console_home import CHROMIUM, FLAGS, served, sitting
from county_desk import fill
from return_day import BOTH, EVENING_US, M, make_return_day

from fanzha.web.account_reference import account_address
from fanzha.web.console import Console

KEPT = Path(__file__).parent / "fixtures" / "page_pictures"
FONT = "Noto Sans CJK SC"
MADE_WITH = KEPT / "typeface.txt"
BLOCK, WIDTH, HEIGHT = 8, 1360, 768
TOLERANCE = 10  # of 255, in any channel of any block
THEMES = ("light", "dark")
STEADY_FLAGS = [*FLAGS, "--font-render-hinting=none", "--force-color-profile=srgb", "--hide-scrollbars"]
# One typeface for Latin and Chinese, and nothing that moves; a sheet that is made by script needs no leave of the policy.
STEADY = """(font) => { const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { font-family: "${font}" !important; animation: none !important; transition: none !important;
        caret-color: transparent !important; }`);
    document.adoptedStyleSheets = [sheet]; return document.fonts.ready.then(() => true); }"""
MEANS = """async ([png, block, across, down]) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const canvas = new OffscreenCanvas(across * block, down * block), pen = canvas.getContext("2d");
    pen.drawImage(picture, 0, 0);
    const all = pen.getImageData(0, 0, canvas.width, canvas.height).data, sums = new Float64Array(across * down * 3);
    for (let y = 0; y < canvas.height; y++) for (let x = 0; x < canvas.width; x++) {
        const from = (y * canvas.width + x) * 4, to = ((y / block | 0) * across + (x / block | 0)) * 3;
        for (let channel = 0; channel < 3; channel++) sums[to + channel] += all[from + channel];
    }
    return [...sums].map((sum) => Math.round(sum / (block * block)));
}"""


def typeface() -> str:
    """The typeface with its version, which the pictures depend on; empty where it is not installed."""
    asked = ["fc-match", "-f", "%{family[0]} %{fontversion}", FONT]
    try:
        found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ""
    return found if found.startswith("Noto Sans CJK") else ""


def addresses(console: Console, ids: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Who looks at which page, by the picture's name."""
    case, measure = ids["case"], ids["measure"]
    return {
        "desk": ("both", "/desk?tab=all"), "report-new": ("both", "/reports/new"), "clue": ("both", f"/clues/{ids['clue']}"),
        "case": ("both", f"/cases/{case}"), "flow": ("both", f"/cases/{case}/flow"),
        "flow-table": ("both", f"/cases/{case}/flow?shape=table"), "dossier": ("both", account_address(console, BOTH, M)),
        "measures": ("chief", "/measures?board=holding"), "measure": ("chief", f"/measures/{measure}"),
        "return": ("both", f"/returns/{ids['return']}"), "partner": ("clerk", "/partner"),
        "measure-new": ("both", f"/measures/new?case={case}&fact={ids['fact']}"),
    }  # fmt: skip


@contextmanager
def gallery(browser: Any, folder: Path) -> Iterator[Gallery]:
    """The desk with one of everything, at one moment that stands still."""
    day = make_return_day("memory", folder)
    console = console_of_day(day)
    ids = fill(day)
    with served(console) as address:
        yield Gallery(browser, address, console, ids)
    day.desk.store.close()


class Gallery:
    """Takes the pictures."""

    def __init__(self, browser: Any, address: str, console: Console, ids: Mapping[str, str]) -> None:
        self.browser, self.address, self.console = browser, address, console
        self.addresses = addresses(console, ids)
        self._desk = browser.new_page()  # where pictures are measured

    @contextmanager
    def page(self, name: str, theme: str) -> Iterator[Any]:
        """The page of a picture as it is taken."""
        seat, where = self.addresses[name]
        size = {"width": WIDTH, "height": HEIGHT}
        with sitting(self.browser, self.address, self.console, seat, viewport=size, reduced_motion="reduce") as (
            page,
            _,
        ):
            page.context.add_cookies([{"name": "fanzha-theme", "value": theme, "url": self.address}])
            page.clock.set_fixed_time(EVENING_US // 1_000_000)
            page.route("**/live", lambda asked: asked.abort())
            page.goto(where)
            page.evaluate(STEADY, FONT)
            page.evaluate("document.activeElement.blur()")
            yield page

    def means(self, png: bytes) -> bytes:
        """The blocks of a picture: red, green, blue of each, row by row."""
        across, down = WIDTH // BLOCK, HEIGHT // BLOCK
        return bytes(self._desk.evaluate(MEANS, [base64.b64encode(png).decode(), BLOCK, across, down]))


def far_apart(one: bytes, other: bytes) -> list[tuple[int, int, int]]:
    """Column, row and difference of each block that differs by more than the tolerance."""
    across = WIDTH // BLOCK
    worst: dict[int, int] = {}
    for place, (left, right) in enumerate(zip(one, other, strict=True)):
        if abs(left - right) > TOLERANCE:
            worst[place // 3] = max(worst.get(place // 3, 0), abs(left - right))
    return [(block % across, block // across, apart) for block, apart in worst.items()]


def keep(path: Path, means: bytes) -> None:
    """Writes the blocks as a PNG that anybody can look at."""
    across, down = WIDTH // BLOCK, HEIGHT // BLOCK
    rows = b"".join(b"\0" + means[row * across * 3 : (row + 1) * across * 3] for row in range(down))
    head = struct.pack(">IIBBBBB", across, down, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in parts
        )
    )


def kept(path: Path) -> bytes:
    """The blocks of a PNG that `keep` wrote."""
    data = path.read_bytes()
    size = struct.unpack(">I", data[33:37])[0]
    rows, across = zlib.decompress(data[41 : 41 + size]), WIDTH // BLOCK * 3
    return b"".join(rows[start + 1 : start + 1 + across] for start in range(0, len(rows), across + 1))


def main(folder: Path | None) -> None:
    """Takes every picture anew."""
    from playwright.sync_api import sync_playwright

    KEPT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play, tempfile.TemporaryDirectory() as made:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=STEADY_FLAGS)
        with gallery(browser, Path(made)) as taking:
            for name in taking.addresses:
                for theme in THEMES:
                    with taking.page(name, theme) as page:
                        png = page.screenshot()
                    keep(KEPT / f"{name}-{theme}.png", taking.means(png))
                    if folder is not None:
                        (folder / f"{name}-{theme}.png").write_bytes(png)
        browser.close()
    MADE_WITH.write_text(typeface() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
