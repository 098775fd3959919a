"""Every page of the console, by address."""

from __future__ import annotations

from typing import Final

from fanzha.web.deeds.catalogue import DEEDS
from fanzha.web.deeds.deed_pages import routes_of
from fanzha.web.pages import (
    account_export,
    account_inflows,
    accounts,
    auditing,
    bulletin_editor,
    bulletins,
    cases,
    clues,
    duty,
    errands,
    figures,
    flow,
    indicators,
    measures,
    office,
    operations,
    partner,
    passkeys,
    provider,
    public,
    public_report,
    reports,
    returns,
    searching,
    seat,
)
from fanzha.web.routes import Route

ROUTES: Final[tuple[Route, ...]] = (
    *seat.ROUTES,
    *passkeys.ROUTES,
    *provider.ROUTES,
    *duty.ROUTES,
    *reports.ROUTES,
    *clues.ROUTES,
    *cases.ROUTES,
    *errands.ROUTES,
    *flow.ROUTES,
    *accounts.ROUTES,
    *account_export.ROUTES,
    *account_inflows.ROUTES,
    *measures.ROUTES,
    *returns.ROUTES,
    *partner.ROUTES,
    *searching.ROUTES,
    *auditing.ROUTES,
    *office.ROUTES,
    *indicators.ROUTES,
    *operations.ROUTES,
    *figures.ROUTES,
    *bulletins.ROUTES,
    *bulletin_editor.ROUTES,
    *public.ROUTES,
    *public_report.ROUTES,
    *routes_of(DEEDS),
)
