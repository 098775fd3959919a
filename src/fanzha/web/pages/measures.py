"""2.6 Measures: the boards, one measure with what stands for and against it, drafting, papers, queries."""

from __future__ import annotations

from typing import Final

from fanzha.web.pages import measure_batch, measure_board, measure_new, measure_papers, measure_view, queries
from fanzha.web.routes import Route

ROUTES: Final[tuple[Route, ...]] = (
    *measure_board.ROUTES,
    *measure_view.ROUTES,
    *measure_new.ROUTES,
    *measure_batch.ROUTES,
    *measure_papers.ROUTES,
    *queries.ROUTES,
)
