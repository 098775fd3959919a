"""Sets papers on this machine with Typst and the font that is installed with us; fonts of the system are not looked at."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

import typst

from fanzha.core.errors import BadInput

FONT_PACKAGE: Final = "noto_cjk_sans_otc"
# The bundled font has one weight only; Latin letters and figures are in it too, so that no other is needed.
STYLE: Final = (
    '#set text(font: "Noto Sans CJK SC", fallback: false, lang: "zh", region: "cn", size: 11pt);'
    '#set page(paper: "a4", margin: 25mm);\n'
)
PICTURE_PPI: Final = 200
MADE_AT: Final = 0  # seconds since 1970 in the file's properties: the paper itself says when it was made


class TypstPress:
    """Sets one paper after another."""

    def __init__(self) -> None:
        self._folder = Path(str(files(FONT_PACKAGE)))
        self._fonts = typst.Fonts(include_system_fonts=False, font_paths=[self._folder])

    def press(self, typst_source: str) -> bytes:
        """The PDF of a Typst source.

        Raises BadInput where the source cannot be set.
        """
        return self._set(typst_source, "pdf")

    def picture(self, typst_source: str) -> bytes:
        """The first page of a Typst source as PNG. Raises BadInput as `press`."""
        return self._set(typst_source, "png")

    def _set(self, typst_source: str, form: Literal["pdf", "png"]) -> bytes:
        # The folder of the font is all that a source can reach.
        compiler = typst.Compiler(root=self._folder, font_paths=self._fonts, ignore_system_fonts=True)
        try:
            if form == "pdf":
                paper = compiler.compile((STYLE + typst_source).encode(), format="pdf", timestamp=MADE_AT)
            else:
                paper = compiler.compile((STYLE + typst_source).encode(), format="png", ppi=PICTURE_PPI)
        except typst.TypstError as error:
            raise BadInput(f"the paper cannot be set: {error.message}") from None
        first = paper[0] if isinstance(paper, list) else paper
        assert isinstance(first, bytes), "a page is one file"
        return first
