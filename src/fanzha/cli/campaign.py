"""`fanzha campaign`: 专项行动, months of work under one name, with the operations in it and its daily results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.operation_words import chosen, show_tally
from fanzha.cli.output import say, show_table, write_json
from fanzha.cli.record_options import (
    CursorOption,
    LimitOption,
    RequestOption,
    answer,
    list_mask,
    show_fields,
    show_page,
)

if TYPE_CHECKING:
    from fanzha.casework.operations import Campaign

app = typer.Typer(
    name="campaign", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="专项行动: campaigns of months, their operations and daily results.",
)  # fmt: skip
CampaignArgument = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Id of the campaign.")]
AsOfOption = Annotated[str, typer.Option("--as-of", metavar="TIME", help="As it was known then; now, if not given.")]


@app.command("open")
def open_one(
    context: typer.Context,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What the campaign is called.")],
    first_day: Annotated[str, typer.Option("--from", metavar="DAY", help="Its first day, 2021-03-01.")],
    last_day: Annotated[str, typer.Option("--until", metavar="DAY", help="Its last day.")],
    aims: Annotated[str, typer.Option("--aims", metavar="TEXT", help="What it is to achieve.")] = "",
    document: Annotated[str, typer.Option("--document", metavar="文号", help="Number of its plan.")] = "",
    request: RequestOption = "",
    login: AsOption = None,
) -> None:
    """Open a campaign of your body."""
    from fanzha.services.desk.run_campaign import CampaignDraft, open_campaign

    draft = CampaignDraft(title, first_day, last_day, aims, document)
    with at_desk(context, login) as seat:
        opened = open_campaign(seat.desk, seat.actor, draft, request=request)
        _tell(seat, opened, f"{opened.id} is open; next: fanzha operation plan TITLE --campaign {opened.id}")


@app.command("list")
def list_all(
    context: typer.Context,
    status: Annotated[list[str] | None, typer.Option("--status", help="open, ended, cancelled; repeatable.")] = None,
    limit: LimitOption = 50,
    cursor: CursorOption = "",
    login: AsOption = None,
) -> None:
    """Campaigns that your body leads or takes part in, newest first."""
    from fanzha.services.desk.documents.operation import campaign_document
    from fanzha.services.desk.lists import ListWanted, list_campaigns

    wanted = ListWanted(status=tuple(status or ()), limit=limit, cursor=cursor or None)
    with at_desk(context, login) as seat:
        page = list_campaigns(seat.desk, seat.actor, wanted)
        mask = list_mask(seat, page.rows)
        lines = [campaign_document(one, mask) for one in page.rows]
        columns = ["id", "title", "status", "first_day", "last_day", "organisation"]
        show_page(seat, "campaigns", lines, columns, page.next_cursor)


@app.command()
def show(context: typer.Context, campaign: CampaignArgument, as_of: AsOfOption = "", login: AsOption = None) -> None:
    """A campaign with its operations and its figures; each number with the entries behind it (--json)."""
    from fanzha import bootstrap
    from fanzha.core.time import parse_instant
    from fanzha.services.desk.documents.operation import campaign_document, campaign_tally_document
    from fanzha.services.desk.operation_tally import campaign_tally

    as_of_us = parse_instant(as_of) if as_of else None
    catalogue = bootstrap.indicator_catalogue()
    with at_desk(context, login) as seat:
        told = campaign_tally(seat.desk, seat.actor, campaign, as_of_us=as_of_us)
        mask = list_mask(seat, [told.campaign])
        if seat.json:
            write_json(campaign_tally_document(told, mask, catalogue))
            return
        show_fields(
            campaign, campaign_document(told.campaign, mask) | {"operations": [one.id for one in told.operations]}
        )
        show_tally("Figures", told.lines, catalogue)
        if told.unseen:
            say(f"{told.unseen} of its operations are not yours to see, and are not in these figures")


@app.command()
def days(context: typer.Context, campaign: CampaignArgument, as_of: AsOfOption = "", login: AsOption = None) -> None:
    """日日有战果: what was achieved on each day until now; days without a result stand there with nothing."""
    from fanzha import bootstrap
    from fanzha.core.time import parse_instant
    from fanzha.services.desk.documents.operation import campaign_tally_document, shown_value
    from fanzha.services.desk.operation_tally import campaign_tally

    as_of_us = parse_instant(as_of) if as_of else None
    catalogue = bootstrap.indicator_catalogue()
    with at_desk(context, login) as seat:
        told = campaign_tally(seat.desk, seat.actor, campaign, as_of_us=as_of_us)
        if seat.json:
            write_json({"days": campaign_tally_document(told, list_mask(seat, [told.campaign]), catalogue)["days"]})
            return
        rows = [
            [day, "，".join(f"{catalogue.name_of(line.measure)} {shown_value(line, catalogue)}" for line in lines)]
            for day, lines in told.days.items()
        ]
        show_table("Days", ["day", "achieved"], rows, nothing="the campaign has not begun")


@app.command()
def body(
    context: typer.Context,
    campaign: CampaignArgument,
    organisation: Annotated[str, typer.Argument(metavar="BODY", help="The body that takes part.")],
    login: AsOption = None,
) -> None:
    """Let one more body take part, and see the campaign."""
    from fanzha.services.desk.run_campaign import add_campaign_body

    with at_desk(context, login) as seat:
        _tell(seat, add_campaign_body(seat.desk, seat.actor, campaign, organisation), f"{organisation} takes part")


@app.command()
def step(
    context: typer.Context,
    campaign: CampaignArgument,
    taken: Annotated[str, typer.Argument(metavar="STEP", help="end, cancel, reopen.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; not for its end.")] = "",
    login: AsOption = None,
) -> None:
    """End a campaign, cancel it, or let it go on; by a head of its body."""
    from fanzha.casework.operations import CampaignStep, words_of
    from fanzha.services.desk.run_campaign import step_campaign

    chosen_step = chosen(CampaignStep, taken, "step")
    with at_desk(context, login) as seat:
        stepped = step_campaign(seat.desk, seat.actor, campaign, chosen_step, reason)
        _tell(seat, stepped, f"{campaign} is {words_of(stepped.status)}")


def _tell(seat: AtDesk, campaign: Campaign, *sentences: str) -> None:
    from fanzha.services.desk.documents.operation import campaign_document

    answer(seat, campaign_document(campaign, list_mask(seat, [campaign])), *sentences)
