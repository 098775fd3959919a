"""Who may do what where: the words of the permission table, people and their credentials, reveals and exports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from fanzha.core.actor import Role


@unique
class Action(StrEnum):
    """What somebody may want to do with a record."""

    SEE = "see"  # masked
    REVEAL = "reveal"
    SEARCH = "search"
    EXPORT = "export"
    EXPORT_APPROVE = "export_approve"
    REPORT_RECEIVE = "report_receive"
    CLUE_ASSIGN = "clue_assign"
    CLUE_WORK = "clue_work"
    CASE_OPEN = "case_open"
    CASE_WORK = "case_work"
    CASE_DECIDE = "case_decide"
    CASE_HAND_OVER = "case_hand_over"
    CASE_LINK = "case_link"
    TASK_WORK = "task_work"
    TRACE = "trace"
    MEASURE_PROPOSE = "measure_propose"
    MEASURE_APPROVE = "measure_approve"
    MEASURE_LIFT = "measure_lift"
    RECEIPT_ENTER = "receipt_enter"
    RETURN_PROPOSE = "return_propose"
    RETURN_APPROVE = "return_approve"
    APPEAL_DECIDE = "appeal_decide"
    ORDER_SEND = "order_send"  # down to a body below
    ERRAND_SEND = "errand_send"  # help asked of a body beside one's own, or a notice
    ERRAND_ANSWER = "errand_answer"
    ORDER_SENT = "order_sent"  # noting that an approved order left for its institution
    INDICATOR_PROPOSE = "indicator_propose"
    INDICATOR_DECIDE = "indicator_decide"
    INDICATOR_WITHDRAW = "indicator_withdraw"
    OPERATION_PLAN = "operation_plan"
    OPERATION_DECIDE = "operation_decide"
    OPERATION_ENTER = "operation_enter"
    BULLETIN_DRAFT = "bulletin_draft"
    BULLETIN_ISSUE = "bulletin_issue"
    AUDIT_READ = "audit_read"
    PEOPLE_KEEP = "people_keep"
    RULES_KEEP = "rules_keep"
    TOKEN_KEEP = "token_keep"  # noqa: S105 - the name of an action
    LINK_KEEP = "link_keep"
    CLOCK_STRIKE = "clock_strike"


@unique
class Place(StrEnum):
    """Where a record lies, seen from the one who asks."""

    OWN_CASE = "own_case"
    OWN_ORGANISATION = "own_organisation"
    SUBTREE = "subtree"
    ADDRESSED = "addressed"  # of another body, but sent to one's own
    ELSEWHERE = "elsewhere"


@unique
class Direction(StrEnum):
    """How something runs between two bodies."""

    DOWN = "down"
    UP = "up"
    SIDEWAYS = "sideways"
    OUT = "out"  # to a partner
    IN = "in"  # from a partner


@unique
class RouteKind(StrEnum):
    """What runs between bodies."""

    ORDER = "order"
    SIGN_OFF = "sign_off"
    FEEDBACK = "feedback"
    CASE = "case"
    HELP_REQUEST = "help_request"
    NOTICE = "notice"


@unique
class Field(StrEnum):
    """What of a person is masked."""

    NAME = "name"  # 姓名
    IDENTITY = "identity"  # 证件
    ACCOUNT = "account"  # 卡号
    PHONE = "phone"  # 手机


@unique
class AlarmAction(StrEnum):
    """What an export alarm asks for."""

    LOG = "log"
    NOTIFY = "notify"
    SECOND_PERSON = "second_person"


@unique
class CredentialKind(StrEnum):
    """How somebody shows who he is."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind
    SESSION = "session"  # a person's token, from signing in to signing out
    TOKEN = "token"  # noqa: S105 - the name of a kind; a program's


@dataclass(frozen=True, slots=True)
class Scope:
    """Of a record, what decides who may do something with it."""

    organisation: str
    officers: tuple[str, ...] = ()  # who works on its case
    addressed_to: tuple[str, ...] = ()  # bodies that it was sent to


@dataclass(frozen=True, slots=True)
class CaseTie:
    """Of a case, what a purpose is bound to."""

    case: str
    organisation: str
    officers: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a reveal is for; `by_itself` when the record's own open case said it."""

    case: str
    reason: str
    by_itself: bool


@dataclass(frozen=True, slots=True)
class Reveal:
    """One lifting of the mask: who saw which fields of whose record, when, and for what."""

    id: str
    version: int
    organisation: str
    actor: str
    record: str
    person: str  # an id or hash of the person, never the data itself
    fields: tuple[Field, ...]
    purpose: Purpose
    at_us: int
    until_us: int


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """One search, with its words as they were typed."""

    id: str
    version: int
    organisation: str
    actor: str
    terms: str
    hits: int
    at_us: int
    case: str = ""


@dataclass(frozen=True, slots=True)
class ExportedPerson:
    """A person in an export: an id or hash, and the case by which he is in it."""

    person: str
    case: str


@dataclass(frozen=True, slots=True)
class Export:
    """One export, with the persons in it that are outside the exporter's own cases."""

    id: str
    version: int
    organisation: str
    actor: str
    at_us: int
    what: str
    outside: tuple[str, ...]
    inside_count: int
    approved_by: str = ""
    failed: str = ""  # why nothing left after all
    alarm: AlarmAction | None = None  # what the alarm that it raised asks for


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in: an officer, a partner's clerk, a program."""

    id: str
    version: int
    organisation: str
    login: str
    display_name: str
    roles: tuple[Role, ...]
    active: bool = True


@dataclass(frozen=True, slots=True)
class Credential:
    """What a password or token is checked against; `hash` is made and compared elsewhere, and says by which method."""

    id: str
    version: int
    organisation: str
    person: str
    kind: CredentialKind
    hash: str
    created_at_us: int
    expires_at_us: int | None
    label: str = ""
    failures: int = 0
    locked_until_us: int | None = None
    revoked_at_us: int | None = None
