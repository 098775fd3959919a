"""What an institution's answer says, as options of the verbs that enter one and that put one right."""

from __future__ import annotations

from typing import Annotated

import typer

OutcomeWord = Annotated[str, typer.Option("--outcome", help="received, executed, partial, refused, nothing_found.")]
AnswerNumber = Annotated[
    str, typer.Option("--platform-number", metavar="NUMBER", help="The institution's own number of its answer.")
]
AnsweredAt = Annotated[str, typer.Option("--at", metavar="TIME", help="When the institution did it, by its word.")]
ArrivedAt = Annotated[str, typer.Option("--arrived", metavar="TIME", help="When the answer came.")]
RefusalCode = Annotated[str, typer.Option("--code", help="Its code of a refusal.")]
AnswerNote = Annotated[str, typer.Option("--note", help="What it says besides.")]
Balance = Annotated[str, typer.Option("--balance", metavar="YUAN", help="The balance that it states.")]
BalanceAt = Annotated[str, typer.Option("--balance-at", metavar="TIME", help="Of that balance.")]
Onward = Annotated[
    list[str] | None,
    typer.Option(
        "--onward", metavar="ACCOUNT,BANK,HOLDER,YUAN,TIME", help="Where money went on, all of it; repeatable."
    ),
]
AnotherAnswer = Annotated[
    bool, typer.Option("--another", help="It is a further answer, though one that was entered says the same.")
]
Scan = Annotated[str, typer.Option("--scan", metavar="FILE", help="The paper; kept under its SHA-256.")]
