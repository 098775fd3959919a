"""The watermark of a paper: who took it out, when, and under which number, at the foot of every page."""

from __future__ import annotations

from fanzha.services.desk.papers.typst_text import typst_text


def watermarked(source: str, mark: str) -> str:
    """The Typst source of a paper with the mark at the foot of every page; as it was without one."""
    if not mark:
        return source
    return f"#set page(footer: align(center, text(size: 7pt, fill: luma(120))[{typst_text(mark)}]));\n{source}"
