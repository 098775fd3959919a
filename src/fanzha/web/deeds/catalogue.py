"""All deeds of the console."""

from __future__ import annotations

from typing import Final

from fanzha.web.deeds.accounts import ACCOUNT_DEEDS
from fanzha.web.deeds.bulletins import BULLETIN_DEEDS
from fanzha.web.deeds.cases import CASE_DEEDS
from fanzha.web.deeds.clues import CLUE_DEEDS
from fanzha.web.deeds.deed import Deed
from fanzha.web.deeds.errands import ERRAND_DEEDS
from fanzha.web.deeds.governance import GOVERNANCE_DEEDS
from fanzha.web.deeds.indicators import INDICATOR_DEEDS
from fanzha.web.deeds.measures import MEASURE_DEEDS
from fanzha.web.deeds.office import OFFICE_DEEDS
from fanzha.web.deeds.openings import OPENING_DEEDS
from fanzha.web.deeds.operations import OPERATION_DEEDS
from fanzha.web.deeds.partner import PARTNER_DEEDS
from fanzha.web.deeds.publicity import PUBLICITY_DEEDS
from fanzha.web.deeds.queries import QUERY_DEEDS
from fanzha.web.deeds.reports import REPORT_DEEDS
from fanzha.web.deeds.returns import RETURN_DEEDS

DEEDS: Final[tuple[Deed, ...]] = (
    *REPORT_DEEDS,
    *CLUE_DEEDS,
    *CASE_DEEDS,
    *ERRAND_DEEDS,
    *GOVERNANCE_DEEDS,
    *MEASURE_DEEDS,
    *QUERY_DEEDS,
    *RETURN_DEEDS,
    *PARTNER_DEEDS,
    *ACCOUNT_DEEDS,
    *OFFICE_DEEDS,
    *INDICATOR_DEEDS,
    *OPENING_DEEDS,
    *PUBLICITY_DEEDS,
    *OPERATION_DEEDS,
    *BULLETIN_DEEDS,
)
