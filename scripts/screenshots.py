"""Takes the pictures of the console that the documents show, from a demo (模拟) that is there or is made now.

    ./run demo --no-serve && .venv/bin/python -P scripts/screenshots.py fanzha-demo docs/images

Needs playwright and Debian's Chromium. The demo is copied first: a look leaves nothing in it.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import threading
from pathlib import Path

import uvicorn
from playwright.sync_api import Page, sync_playwright

from fanzha.services.desk.lists import ListWanted, list_cases
from fanzha.simulation.demo.demo import demo_logins, demo_password
from fanzha.simulation.demo.demo_home import waiting_for
from fanzha.simulation.demo.live_city import living_city, resume_time
from fanzha.web import make_app
from fanzha.web.serve import console_of

CHROMIUM = "/usr/bin/chromium"
PORT = 8977
SIZE = {"width": 1366, "height": 768}


def main(home: Path, folder: Path) -> None:
    """Writes desk.png, case.png, flow.png and measure.png."""
    with tempfile.TemporaryDirectory() as made:
        copied = shutil.copytree(home, Path(made) / "home")
        resume_time(copied)
        with console_of(copied) as console, living_city(copied, console.desk):
            login = waiting_for(copied)
            officer = next(member.actor for member in demo_logins() if member.login == login)
            case = list_cases(console.desk, officer, ListWanted(limit=50)).rows[-1].id
            config = uvicorn.Config(make_app(console), port=PORT, log_level="error", access_log=False, lifespan="off")
            server = uvicorn.Server(config)
            threading.Thread(target=server.run, daemon=True).start()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
                page = browser.new_context(viewport=SIZE, locale="zh-CN").new_page()
                sit_down(page, login)
                shoot(page, "/desk", folder / "desk.png")
                shoot(page, f"/cases/{case}", folder / "case.png")
                shoot(page, f"/cases/{case}/flow", folder / "flow.png")
                page.goto(f"http://127.0.0.1:{PORT}/measures?board=holding")
                found = re.search(r"/measures/MEAS-\d+", page.content())
                if found:
                    shoot(page, found[0], folder / "measure.png")
                browser.close()
            server.should_exit = server.force_exit = True


def sit_down(page: Page, login: str) -> None:
    """Signs in."""
    page.goto(f"http://127.0.0.1:{PORT}/sign-in")
    page.fill("#login", login)
    page.fill("#password", demo_password())
    page.press("#password", "Enter")
    page.wait_for_url("**/desk*")


def shoot(page: Page, where: str, file: Path) -> None:
    """One picture, once the page is connected and still."""
    page.goto(f"http://127.0.0.1:{PORT}{where}")
    page.wait_for_selector("#link.ok", timeout=60_000)
    page.wait_for_timeout(500)
    page.screenshot(path=str(file))
    print(file)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
