"""What a draft said each time it was saved: the list, and what one of the versions says otherwise than the draft now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fanzha.core.errors import BadInput
from fanzha.services.desk.open_bulletin import open_bulletin
from fanzha.services.desk.open_draft_versions import list_draft_versions, open_draft_version
from fanzha.statistics.drafting import DraftStatus
from fanzha.statistics.edition_diff import diff_editions
from fanzha.web.answers import Answer, Page
from fanzha.web.asking import Ask
from fanzha.web.pages.bulletins import changed_figures, text_language
from fanzha.web.routes import OFFICERS, Route
from fanzha.web.words import N_, TAGS

ROWS: Final = 50
NUMBER_DIGITS: Final = 9
DEEDS: Final[Mapping[str, str]] = {
    "bulletin.draft": N_("起草"), "bulletin.edit": N_("改写全文"), "bulletin.edit_block": N_("改段落"),
    "bulletin.change_figure": N_("手改数字"), "bulletin.insert_figure": N_("插入数字"), "bulletin.revise": N_("起草下一期"),
    "bulletin.restore": N_("恢复旧版本"),
}  # fmt: skip


def versions_page(ask: Ask) -> Answer:
    """The versions of a draft, newest first."""
    desk, record_id = ask.console.desk, ask.path["record_id"]
    bulletin = open_bulletin(desk, ask.officer, record_id).bulletin
    found = list_draft_versions(desk, ask.officer, record_id, limit=ROWS, cursor=ask.query.get("cursor") or None)
    return Page("bulletin_versions.html", {"bulletin": bulletin, "page": found, "deeds": DEEDS})


def version_page(ask: Ask) -> Answer:
    """One version beside the draft as it is now."""
    desk, typed = ask.console.desk, ask.path["number"]
    if not (typed.isascii() and typed.isdigit() and len(typed) <= NUMBER_DIGITS):
        raise BadInput(f"{typed!r} is no number of a version; open one from the list")
    bulletin = open_bulletin(desk, ask.officer, ask.path["record_id"]).bulletin
    earlier = open_draft_version(desk, ask.officer, bulletin.id, int(typed))
    language = text_language(ask, bulletin)
    found = diff_editions(earlier.said, bulletin, desk.rules.indicators, language)
    return Page("bulletin_version.html", {
        "bulletin": bulletin, "earlier": earlier, "found": found, "deeds": DEEDS,
        "rows": changed_figures(ask, earlier.said, bulletin, found), "is_draft": bulletin.status is DraftStatus.DRAFT,
        "text_language": TAGS[language.value],
    })  # fmt: skip


ROUTES: Final = (
    Route("GET", "/bulletins/{record_id:str}/versions", versions_page, OFFICERS),
    Route("GET", "/bulletins/{record_id:str}/versions/{number:str}", version_page, OFFICERS),
)
