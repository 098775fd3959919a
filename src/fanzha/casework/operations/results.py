"""What an operation achieved, entry by entry: take-downs, suspects, seizures, forces; corrected visibly, never overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from fanzha.core.money import DEFAULT_CURRENCY


@unique
class ResultKind(StrEnum):
    """What an entry is about."""

    TAKE_DOWN = "take_down"  # 窝点、团伙
    SUSPECT = "suspect"
    SEIZURE = "seizure"
    DEPLOYMENT = "deployment"  # 出动警力


@unique
class IdentifierKind(StrEnum):
    """By which number a thing is known."""

    ACCOUNT = "account"  # 卡号、账号
    PHONE = "phone"  # 手机号
    ICCID = "iccid"
    IMSI = "imsi"
    IMEI = "imei"
    LICENCE = "licence"  # 统一社会信用代码
    SERIAL = "serial"
    MAC = "mac"
    MERCHANT = "merchant"  # 商户号
    PLATE = "plate"  # 车牌


@unique
class Force(StrEnum):
    """Whose people were sent."""

    OFFICERS = "officers"
    OTHER_BODIES = "other_bodies"


@unique
class SuspectStatus(StrEnum):
    """Where the procedure against a suspect stands."""

    BROUGHT_IN = "brought_in"  # 到案
    SUMMONED = "summoned"  # 传唤
    DETAINED = "detained"  # 刑事拘留
    BAILED = "bailed"  # 取保候审
    CONFINED = "confined"  # 监视居住
    ARREST_ASKED = "arrest_asked"  # 提请批准逮捕
    ARREST_DENIED = "arrest_denied"  # 不批准逮捕
    ARRESTED = "arrested"  # 逮捕
    TRANSFERRED = "transferred"  # 移送审查起诉
    RETURNED = "returned"  # 退回补充侦查
    INDICTED = "indicted"  # 提起公诉
    NOT_INDICTED = "not_indicted"  # 不起诉
    SENTENCED = "sentenced"  # 判决
    PUNISHED = "punished"  # 行政处罚
    RELEASED = "released"  # 释放
    WITHDRAWN = "withdrawn"  # 撤销案件
    HANDED_OVER = "handed_over"  # 移交其他机关


@unique
class SuspectStep(StrEnum):
    """What can happen in the procedure against a suspect; each has its paper."""

    SUMMON = "summon"
    DETAIN = "detain"
    BAIL = "bail"
    CONFINE = "confine"
    ASK_ARREST = "ask_arrest"
    ARREST = "arrest"
    DENY_ARREST = "deny_arrest"
    TRANSFER = "transfer"
    RETURN = "return"
    INDICT = "indict"
    NOT_INDICT = "not_indict"
    SENTENCE = "sentence"
    PUNISH = "punish"
    RELEASE = "release"
    WITHDRAW = "withdraw"
    HAND_OVER = "hand_over"


@unique
class CustodyStatus(StrEnum):
    """Where a seized thing is."""

    HELD = "held"  # with an officer
    STORED = "stored"  # 入库
    EXAMINED = "examined"  # 送检
    FORWARDED = "forwarded"  # 随案移送
    RETURNED = "returned"  # 发还
    DESTROYED = "destroyed"  # 销毁


@unique
class CustodyStep(StrEnum):
    """How a seized thing goes from hand to hand."""

    HAND_OVER = "hand_over"
    STORE = "store"
    TAKE_OUT = "take_out"
    EXAMINE = "examine"
    FORWARD = "forward"
    RETURN = "return"
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number by which a thing is known, plain: no blanks, no dashes between groups."""

    kind: IdentifierKind
    value: str


@dataclass(frozen=True, slots=True)
class TakeDown:
    """A den or a gang that is no more; `target` of the catalogue."""

    target: str
    place: str = ""
    jurisdiction: str = ""  # of its own address; empty: that of the body which entered it


@dataclass(frozen=True, slots=True)
class Suspect:
    """Somebody against whom this operation's procedure runs, with what it needs of him and nothing else."""

    name: str
    id_number: str = ""
    charges: tuple[str, ...] = ()  # of the catalogue
    capacity: str = ""
    arrival: str = "caught"
    case: str = ""


@dataclass(frozen=True, slots=True)
class Goods:
    """Things of one kind in one line of the list of seizure; `item` of the catalogue."""

    item: str
    identifiers: tuple[Identifier, ...] = ()
    marks: str = ""  # 特征
    place: str = ""
    currency: str = DEFAULT_CURRENCY  # of cash, whose quantity is an amount in minor units


@dataclass(frozen=True, slots=True)
class ResultDraft:
    """One entry as it is written on a telephone or in a row of a sheet.

    request: the client's own id of the entry; the same one again is the same entry, whoever sends it.
    quantity: pieces; minor units of cash.
    """

    kind: ResultKind
    at_us: int
    request: str = ""
    quantity: int = 1
    document: str = ""  # 文号 of the list or the decision
    team: str = ""
    take_down_of: str = ""  # the den in which it was found
    note: str = ""
    timed: bool = True  # False: nobody wrote a time, and it is when it was first sent
    take_down: TakeDown | None = None
    suspect: Suspect | None = None
    goods: Goods | None = None
    force: Force | None = None

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """The numbers in it."""
        return () if self.goods is None else self.goods.identifiers

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number by which the thing, or the person, is found again."""
        person = (self.suspect.id_number,) if self.suspect is not None and self.suspect.id_number else ()
        return (*(one.value for one in self.identifiers), *person)


@dataclass(frozen=True, slots=True)
class SuspectDecision:
    """A step of the procedure with its paper."""

    step: SuspectStep
    document: str
    number: str  # 文号
    at_us: int
    by: str
    entered_us: int


@dataclass(frozen=True, slots=True)
class Custody:
    """One link of the chain: from whom to whom, where, when, by which paper."""

    step: CustodyStep
    giver: str
    receiver: str  # a login, a store, a laboratory, whoever got it back
    at_us: int
    by: str
    entered_us: int
    place: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class OperationResult:
    """战果: one entry; a correction is an entry of its own that names the one it corrects, with a signed quantity."""

    id: str
    version: int
    organisation: str  # of the operation
    operation: str
    body: str  # of who entered it
    by: str
    entered_us: int
    draft: ResultDraft
    corrects: str = ""
    reason: str = ""
    status: SuspectStatus = SuspectStatus.BROUGHT_IN  # of a suspect
    decisions: tuple[SuspectDecision, ...] = ()
    where: CustodyStatus = CustodyStatus.HELD  # of a seized thing
    custody: tuple[Custody, ...] = ()
    clues: tuple[str, ...] = ()  # drafted from its numbers

    @property
    def kind(self) -> ResultKind:
        """What it is about."""
        return self.draft.kind

    @property
    def quantity(self) -> int:
        """Pieces or minor units; below zero where a correction takes away."""
        return self.draft.quantity

    @property
    def holder(self) -> str:
        """Who has the seized thing."""
        return self.custody[-1].receiver if self.custody else self.by


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry with everything that corrects it."""

    result: OperationResult
    corrections: tuple[OperationResult, ...] = ()

    @property
    def net(self) -> int:
        """What it counts with its corrections."""
        return self.result.quantity + sum(one.quantity for one in self.corrections if one.corrects == self.result.id)


OVER: Final = frozenset({CustodyStatus.FORWARDED, CustodyStatus.RETURNED, CustodyStatus.DESTROYED})


def request_key(operation: str, draft: ResultDraft, result_id: str) -> str:
    """By what an entry is known to be the same again: the client's id within its operation, else only its own id."""
    return f"{operation}:{draft.request}" if draft.request else result_id
