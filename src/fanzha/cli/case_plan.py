"""`fanzha case plan`: which stop or query of a case to send next, each with what it should save and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanzha.cli.desk_session import AsOption, at_desk
from fanzha.cli.output import say, show_table, write_json
from fanzha.cli.record_options import list_mask

if TYPE_CHECKING:
    from fanzha.measures.interception import Proposal
    from fanzha.services.desk.mask import Mask
    from fanzha.services.desk.plan_interception import InterceptionPlan

plans = typer.Typer()  # its command stands among those of `case` itself


@plans.command()
def plan(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="Id of the case.")],
    login: AsOption = None,
) -> None:
    """Which order to send next, and to whom, by the latest trace; nothing is drafted and nothing is sent."""
    from fanzha import bootstrap
    from fanzha.services.desk.plan_interception import plan_interception

    with at_desk(context, login) as seat:
        found = plan_interception(seat.desk, bootstrap.books(seat.home), seat.actor, case)
        document = _plan_document(found, list_mask(seat, [found.run]))
    if seat.json:
        write_json(document)
        return
    rows = [
        [one["step"], one["account"], one["institution"], one["saves"], one["harm"], one["why"]]
        for one in document["proposals"]
    ]
    heads = ["step", "account", "institution", "should save", "harm counted", "why"]
    show_table(f"Next orders of {case}", heads, rows, right=["should save", "harm counted"])
    say(f"by trace {found.run.id}; how long money stays was learnt from {found.cases_learnt} closed cases")


def _plan_document(found: InterceptionPlan, mask: Mask) -> dict[str, Any]:
    return {
        "case": found.run.case, "trace": found.run.id, "cases_learnt": found.cases_learnt,
        "proposals": [_proposal(one, mask) for one in found.proposals],
    }  # fmt: skip


def _proposal(one: Proposal, mask: Mask) -> dict[str, Any]:
    from fanzha.core.money import format_minor

    account = mask.account(one.account)
    return {
        "step": one.step.value, "account": account, "institution": one.institution, "saves": format_minor(one.saves_minor),
        "harm": format_minor(one.harm_minor), "why": one.why.replace(one.account, account),
    }  # fmt: skip
