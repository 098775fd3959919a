"""The page of a clue that is in no case yet hides everybody whom the report below it names."""

from __future__ import annotations

from console_home import open_console, visiting
from measure_home import actor_of

from fanzha.casework import AccountName, Channel, ReportDraft, ReportedPayment, Reporter, ReporterKind
from fanzha.core.time import MINUTE_US
from fanzha.services.desk.receive_report import receive_report

VICTIM, FIRST, SECOND = "模拟·许十五", "模拟·张庚三", "模拟·周丙四"


def test_the_narrative_names_nobody(tmp_path):
    with open_console(tmp_path / "home") as console, visiting(console) as visitor:
        at_us = console.desk.clock.now_us() - 30 * MINUTE_US
        paid = tuple(
            ReportedPayment("", VICTIM, AccountName(number, holder, "模拟银行"), amount_minor=100_00, at_us=at_us)
            for number, holder in (("6299990000000000017", FIRST), ("6299990000000000025", SECOND))
        )
        told = ReportDraft(
            Channel.CALL,
            Reporter(ReporterKind.VICTIM, VICTIM),
            f"{VICTIM}称先转给{FIRST}，又转给{SECOND}",
            payments=paid,
        )
        received = receive_report(console.desk, actor_of(console.desk, "duty"), told)
        for clue in received.clues:
            page = visitor("duty").get(f"/clues/{clue.id}")
            assert not [name for name in (VICTIM, FIRST, SECOND) if name in page]
