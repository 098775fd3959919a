"""The victim's account of a fraud, as an officer takes it down."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from fanzha.core.money import format_minor
from fanzha.core.time import SECOND_US, SHANGHAI

FILE: Final = Path(__file__).with_name("narratives.toml")
WAYS: Final = {
    "call": "陌生来电{line}",
    "sms": "号码{line}发来的短信",
    "chat": "聊天好友{chat}的邀请",
    "site": "网页{site}的广告",
}


@dataclass(frozen=True, slots=True)
class ToldPayment:
    """A payment as the victim shows it on the screen."""

    at_us: int
    payer_bank: str
    payee: str
    payee_account: str
    payee_bank: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a narrative is filled with."""

    victim: str
    age: int
    contact_us: int
    channel: str
    line: str
    site: str
    chat: str
    payments: Sequence[ToldPayment]
    back_minor: int


def narrative(slug: str, told: Told, seed: str) -> str:
    """The narrative of a type of fraud; the same seed gives the same words. It says that it is 模拟."""
    chance = random.Random(seed)  # noqa: S311 - repeats by its seed
    way = WAYS[told.channel].format(line=told.line, chat=told.chat, site=told.site)
    loss_minor = sum(paid.amount_minor for paid in told.payments) - told.back_minor
    text = chance.choice(_texts()[slug]).format(
        victim=told.victim, age=told.age, time=_clock(told.contact_us), way=way, line=told.line, site=told.site,
        chat=told.chat, payments="；".join(_payment(paid) for paid in told.payments), loss=format_minor(loss_minor),
        back=format_minor(told.back_minor),
    )  # fmt: skip
    return f"【模拟】{text}"


@cache
def _texts() -> Mapping[str, Sequence[str]]:
    return {slug: table["texts"] for slug, table in tomllib.loads(FILE.read_text(encoding="utf-8")).items()}


def _payment(paid: ToldPayment) -> str:
    return (
        f"{_clock(paid.at_us)}通过{paid.payer_bank}向{paid.payee}（{paid.payee_bank}，账号{paid.payee_account}）"
        f"转账{format_minor(paid.amount_minor)}元"
    )


def _clock(at_us: int) -> str:
    at = datetime.fromtimestamp(at_us // SECOND_US, SHANGHAI)
    return f"{at.year}年{at.month}月{at.day}日{at.hour}时{at.minute:02d}分"
