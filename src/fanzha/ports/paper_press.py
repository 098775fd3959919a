"""Makes papers: a typeset source becomes a page that can be printed, signed and filed."""

from __future__ import annotations

from typing import Protocol


class PaperPress(Protocol):
    """Sets papers; the same source gives the same bytes."""

    def press(self, typst_source: str) -> bytes:
        """The PDF of a Typst source, in a Chinese font, A4 unless the source says otherwise; it reads no file.

        Raises BadInput where the source cannot be set.
        """

    def picture(self, typst_source: str) -> bytes:
        """The first page of the same source as PNG. Raises BadInput as `press`."""
