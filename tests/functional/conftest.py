"""A console on a home of its own, and who visits it; modules with another desk make their own."""

from __future__ import annotations

import pytest
from console_home import open_console, visiting


@pytest.fixture
def console(tmp_path):
    with open_console(tmp_path / "home") as console:
        yield console


@pytest.fixture
def visitor(console):
    with visiting(console) as make:
        yield make
