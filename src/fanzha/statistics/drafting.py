"""A bulletin of one's own: blocks of text with figures in them, changed until it is issued, and frozen from then on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from enum import StrEnum, unique
from itertools import product
from typing import Any, Final

from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.statistics.against import Against, OwnComparison
from fanzha.statistics.model import Period
from fanzha.statistics.own import OwnFigure, digest_of_ids

BLOCKS_MAX: Final = 200
FIGURES_MAX: Final = 200
BLOCK_LENGTH_MAX: Final = 4000


@unique
class BlockKind(StrEnum):
    """What a block of a bulletin is."""

    HEADING = "heading"
    TEXT = "text"
    TABLE = "table"  # its figures, a row each
    CHART = "chart"  # its figures, drawn
    NOTE = "note"  # set small: definitions, what is attached


@dataclass(frozen=True, slots=True)
class Block:
    """A block in both languages; `{name}` in the text is the figure of that name. Tables and charts name their figures."""

    kind: BlockKind
    zh: str
    en: str = ""
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A figure that stands in the text under a name: what is counted, over which period, against what."""

    name: str
    measure: str
    period: Period
    against: tuple[Against, ...] = ()
    jurisdiction: str = ""
    fraud_class: str = ""  # only records of cases of this class
    handed_in: bool = False  # counted by another room, which gave its tally
    target: str = ""  # only dens and gangs of this kind
    operation: str = ""  # of one handed in: whose tally it is


@dataclass(frozen=True, slots=True)
class ByHand:
    """A value that somebody put in place of the counted one."""

    value: Decimal
    reason: str
    by: str
    at_us: int


@dataclass(frozen=True, slots=True)
class SaidFigure:
    """A figure of a bulletin: what was counted, or why it could not be, and what somebody says instead."""

    variable: Variable
    unit: str
    counted: Decimal | None
    comparisons: tuple[OwnComparison, ...]
    counts: str
    notes: tuple[str, ...]
    as_of_us: int
    records: int
    ids_sha256: str
    by_hand: ByHand | None = None
    label: str = ""  # what it is limited to: the name of a class

    @property
    def value(self) -> Decimal | None:
        """What the bulletin says; None shows as — and blocks the issue."""
        return self.counted if self.by_hand is None else self.by_hand.value


@dataclass(frozen=True, slots=True)
class SumRule:
    """That some figures of the bulletin are the parts of another."""

    whole: str
    parts: tuple[str, ...]


@unique
class DraftStatus(StrEnum):
    """Where a bulletin stands."""

    DRAFT = "draft"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


@unique
class DraftStep(StrEnum):
    """What can happen to it."""

    EDIT = "edit"
    ISSUE = "issue"
    WITHDRAW = "withdraw"
    REVISE = "revise"  # another edition is begun in its place


_LEADS: Final = {
    (DraftStatus.DRAFT, DraftStep.EDIT): DraftStatus.DRAFT,
    (DraftStatus.DRAFT, DraftStep.ISSUE): DraftStatus.ISSUED,
    (DraftStatus.DRAFT, DraftStep.WITHDRAW): DraftStatus.WITHDRAWN,
    (DraftStatus.ISSUED, DraftStep.WITHDRAW): DraftStatus.WITHDRAWN,
    (DraftStatus.ISSUED, DraftStep.REVISE): DraftStatus.ISSUED,
    (DraftStatus.WITHDRAWN, DraftStep.REVISE): DraftStatus.WITHDRAWN,
}
# Total: None is refused.
DRAFT_TABLE: Final[Mapping[tuple[DraftStatus, DraftStep], DraftStatus | None]] = {
    pair: _LEADS.get(pair) for pair in product(DraftStatus, DraftStep)
}


@dataclass(frozen=True, slots=True)
class Issued:
    """Who issued it, when, and the hash of everything that it says."""

    by: str
    at_us: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Who took it back, when and why."""

    by: str
    at_us: int
    reason: str


@dataclass(frozen=True, slots=True)
class BlockHold:
    """That somebody is at work on a block, until when."""

    block: str  # its key; see block_editing
    by: str
    until_us: int


@dataclass(frozen=True, slots=True)
class OwnBulletin:
    """A bulletin that a body writes; an edition that was issued never changes, another one takes its place."""

    id: str
    version: int
    organisation: str
    title_zh: str
    publisher_zh: str
    published: str  # the day that it bears, ISO
    blocks: tuple[Block, ...]
    figures: tuple[SaidFigure, ...]
    drafted_by: str
    drafted_us: int
    title_en: str = ""
    publisher_en: str = ""
    number: str = ""  # 文号
    sums: tuple[SumRule, ...] = ()
    status: DraftStatus = DraftStatus.DRAFT
    edition: int = 1
    replaces: str = ""  # the edition before
    issued: Issued | None = None
    withdrawn: Withdrawn | None = None
    holds: tuple[BlockHold, ...] = ()  # who is at work on which block
    editors: tuple[str, ...] = ()  # who changed blocks or figures of it, besides who drafted it

    @property
    def by_name(self) -> Mapping[str, SaidFigure]:
        """Its figures by the names that the text calls them."""
        return {one.variable.name: one for one in self.figures}

    @property
    def as_of_us(self) -> int:
        """The instant of its oldest figure; of when it was drafted where it has none."""
        return min((one.as_of_us for one in self.figures), default=self.drafted_us)


def said_figure(variable: Variable, counted: OwnFigure) -> SaidFigure:
    """A counted figure in its place in a bulletin."""
    return SaidFigure(
        variable, counted.unit, counted.value, counted.comparisons, counted.counts, counted.notes, counted.as_of_us,
        len(counted.ids), digest_of_ids(counted.ids),
    )  # fmt: skip


def check_content(blocks: Sequence[Block], variables: Sequence[Variable]) -> None:
    """Raises BadInput for names given twice, for too many blocks or figures, and for a block that is too long."""
    names = [one.name for one in variables]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise BadInput(f"two figures are called {double!r}: give each its own name")
    if wrong := next((name for name in names if not name.isidentifier()), None):
        raise BadInput(f"a figure cannot be called {wrong!r}: take letters, figures and _")
    if len(blocks) > BLOCKS_MAX or len(variables) > FIGURES_MAX:
        raise BadInput(f"a bulletin has at most {BLOCKS_MAX} blocks and {FIGURES_MAX} figures")
    for at, block in enumerate(blocks, start=1):
        if max(len(block.zh), len(block.en)) > BLOCK_LENGTH_MAX:
            raise BadInput(f"block {at} is longer than {BLOCK_LENGTH_MAX} characters: divide it")


def step_of(bulletin: OwnBulletin, step: DraftStep) -> DraftStatus:
    """The status after the step. Raises NotAllowed that says what the bulletin is."""
    after = DRAFT_TABLE[bulletin.status, step]
    if after is None:
        hint = (
            "begin another edition: fanzha bulletin revise"
            if bulletin.status is not DraftStatus.DRAFT
            else "issue it first"
        )
        raise NotAllowed(f"bulletin.{step}", f"{bulletin.id} is {bulletin.status}: {hint}")
    return after


def put_by_hand(
    bulletin: OwnBulletin, name: str, value: Decimal, reason: str, actor: Actor, now_us: int
) -> OwnBulletin:
    """The draft with a value in place of a counted one. Raises NotAllowed without a reason, BadInput for another name."""
    step_of(bulletin, DraftStep.EDIT)
    if name not in bulletin.by_name:
        raise BadInput(f"{bulletin.id} has no figure {name!r}; it has {', '.join(bulletin.by_name) or 'none'}")
    if not value.is_finite():
        raise BadInput(f"figure {name!r}: {value} is no number that can be said")
    if not is_reason(reason):
        raise NotAllowed("reason", reason_sentence("a figure that is changed by hand"))
    changed = ByHand(value, reason.strip(), actor.id, now_us)
    figures = tuple(replace(one, by_hand=changed) if one.variable.name == name else one for one in bulletin.figures)
    return replace(bulletin, figures=figures)


def check_issuer(bulletin: OwnBulletin, actor: Actor) -> None:
    """Another than who drafted it, or put a value in by hand, issues a bulletin."""
    wrote = {
        bulletin.drafted_by,
        *bulletin.editors,
        *(one.by_hand.by for one in bulletin.figures if one.by_hand is not None),
    }
    if actor.id in wrote:
        raise NotAllowed("four_eyes", f"{actor.id} wrote {bulletin.id}: another officer issues it")


def issue(bulletin: OwnBulletin, actor: Actor, number: str, now_us: int) -> OwnBulletin:
    """The bulletin frozen: from now on its hash says whether anything was changed. It must have been checked."""
    status = step_of(bulletin, DraftStep.ISSUE)
    check_issuer(bulletin, actor)
    numbered = replace(bulletin, number=number.strip(), status=status, holds=())
    return replace(numbered, issued=Issued(actor.id, now_us, content_sha256(numbered)))


def withdraw(bulletin: OwnBulletin, actor: Actor, reason: str, now_us: int) -> OwnBulletin:
    """The bulletin taken back; what it said stays as it was. Raises NotAllowed without a reason."""
    status = step_of(bulletin, DraftStep.WITHDRAW)
    if not is_reason(reason):
        raise NotAllowed("reason", reason_sentence("withdrawing a bulletin"))
    return replace(bulletin, status=status, withdrawn=Withdrawn(actor.id, now_us, reason.strip()))


def revise(bulletin: OwnBulletin, new_id: str, actor: Actor, now_us: int) -> OwnBulletin:
    """Another edition, a draft with the same content; the figures are counted anew by who asks for it."""
    step_of(bulletin, DraftStep.REVISE)
    return replace(
        bulletin, id=new_id, version=0, status=DraftStatus.DRAFT, edition=bulletin.edition + 1, replaces=bulletin.id,
        number="", issued=None, withdrawn=None, drafted_by=actor.id, drafted_us=now_us, holds=(), editors=(),
    )  # fmt: skip


_LATER: Final = (
    "target",
    "operation",
)  # not in the hash where empty: what was issued before there were such keeps its own


def content_sha256(bulletin: OwnBulletin) -> str:
    """SHA-256 over all that the bulletin says: titles, number, day, blocks and figures with what they were made of."""
    said = {name: getattr(bulletin, name) for name in (
        "organisation", "title_zh", "title_en", "publisher_zh", "publisher_en", "published", "number", "edition", "replaces",
    )}  # fmt: skip
    parts: dict[str, Any] = {
        name: [asdict(one) for one in getattr(bulletin, name)] for name in ("blocks", "figures", "sums")
    }
    for figure in parts["figures"]:
        for name in _LATER:
            if not figure["variable"][name]:
                del figure["variable"][name]
    text = json.dumps(said | parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_exact)
    return hashlib.sha256(text.encode()).hexdigest()


def _exact(value: object) -> str:
    """A decimal by its value: 1.0 and 1 are one."""
    assert isinstance(value, Decimal), f"{type(value).__name__} in a bulletin"
    return f"{value.normalize():f}"
