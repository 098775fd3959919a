"""`fanzha clocks`: what the law says happens at an instant happens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fanzha.cli.desk_session import open_desk
from fanzha.cli.machines import FollowOption, OnceOption, run_rounds, worker_name
from fanzha.cli.output import Invocation, counted, invocation_of, say, show_table
from fanzha.cli.whole_file import write_whole
from fanzha.core.time import format_instant

if TYPE_CHECKING:
    from fanzha.ports.work_queues import DueClock
    from fanzha.services.desk.model import Desk


PAPERS: Final = "daily"  # of the home: the PDF and the picture of each morning's analysis


COLUMNS: Final = ["kind", "subject", "due", "case"]
MendOption = Annotated[
    str,
    typer.Option(
        "--mend",
        metavar="REASON",
        help="First set the clocks that records must have and that do not run: once after a later version or a table of "
        "the centre's own brought new ones. Each stands in the audit.",
    ),
]


def clocks(
    context: typer.Context, *, once: OnceOption = False, follow: FollowOption = None, mend: MendOption = ""
) -> None:
    """Ring every clock that is due: terms lapse, warnings and breaches are told; each once, however late.

    Needs no sign-in: whoever owns the home directory runs it, and the audit names the machine. The PDF and the picture of
    a morning's analysis 每日研判 are put into HOME/daily.
    """
    from fanzha.services.desk.run_clocks import run_clocks

    invocation = invocation_of(context)
    mended = [_mend(invocation, mend)] if mend else []  # said with the first round
    with open_desk(invocation) as desk:

        def ring() -> dict[str, Any]:
            rang: list[DueClock] = []
            postponed: list[DueClock] = []
            while True:
                run = run_clocks(desk, worker_name())
                rang += run.rang
                postponed += run.postponed
                if not run.rang:
                    break
            document: dict[str, Any] = {
                "rang": [_shown(clock) for clock in rang],
                "postponed": [_shown(clock) for clock in postponed],
            }
            if mended:
                document["set"] = mended.pop()
            document["papers"] = _press(desk, invocation.home / PAPERS)
            if not invocation.json and (rang or postponed or follow is None):
                _show(document)
            return document

        run_rounds(ring, once=once, follow=follow, as_json=invocation.json)


def _mend(invocation: Invocation, reason: str) -> list[dict[str, str]]:
    from fanzha import bootstrap
    from fanzha.services.proof.mend_clocks import mend_clocks

    with (
        open_desk(invocation) as desk,
        bootstrap.stores_to_verify(invocation.home, invocation.database) as stores,
    ):
        shown = [_shown(clock) for clock in mend_clocks(desk, stores.tables, stores.index, reason)]
    if not invocation.json:
        rows = [[line[column] for column in COLUMNS] for line in shown]
        show_table("Set", COLUMNS, rows, spare=["case"], nothing="no clock was missing")
    return shown


def _press(desk: Desk, folder: Path) -> list[str]:
    """Puts the papers of the morning's analyses into the folder, those that are not there yet; gives their names."""
    from fanzha import bootstrap
    from fanzha.services.desk.morning_papers import morning_papers

    made = []
    for name, content in morning_papers(desk, bootstrap.paper_press(), lambda one: (folder / one).exists()):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(folder / name, content)
        made.append(name)
    return made


def _shown(clock: DueClock) -> dict[str, str]:
    return {
        "clock": clock.id, "kind": clock.kind, "subject": clock.subject_id, "due": format_instant(clock.due_us),
        "case": clock.case,
    }  # fmt: skip


def _show(document: dict[str, Any]) -> None:
    rows = [[line[column] for column in COLUMNS] for line in document["rang"]]
    show_table("Rang", COLUMNS, rows, spare=["case"], nothing="no clock was due")
    for name in document["papers"]:
        say(f"written: {PAPERS}/{name}")
    if document["postponed"]:
        say(f"{counted(len(document['postponed']), 'clock')} could not do what is due and will ring again:")
        show_table("Postponed", COLUMNS, [[line[column] for column in COLUMNS] for line in document["postponed"]])
