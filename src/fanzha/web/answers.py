"""What a page gives back: a template with what stands in it, another address to go to, or bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Page:
    """A template to be filled; with `status` where something is wrong."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    cookies: Mapping[str, str | None] = field(default_factory=dict)  # None takes the cookie away


@dataclass(frozen=True, slots=True)
class GoTo:
    """Another address, asked for with GET; `told` is said there once."""

    address: str
    told: str = ""
    cookies: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Download:
    """Bytes with their type; a name makes them a file."""

    content: bytes
    media_type: str
    name: str = ""


Answer = Page | GoTo | Download
