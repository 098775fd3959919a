"""The methods by plain replay of lots: slow, obvious, and the oracle of every fast path.

Labels are numbers: 0 … k-1 the origins, then OWN, OTHER, UNK. A lot is [label, amount, source], where the source is the
payment that brought it if that payment is reversed later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fanzha.ledger.columns import MISSING, NONE, OUTSIDE, POCKET_BLOCKED, POCKET_HUB, LedgerColumns
from fanzha.ledger.cycles import linear_extension
from fanzha.ledger.reference import AccountLine, Event, Step, lines_of
from fanzha.records import EXIT_KINDS, TransferKind
from fanzha.tracing.model import End, Method, Money, Question

Piece = tuple[int, int]  # label, amount
Inside = set[tuple[int, int, Step]]  # pocket, transfer, direction: the rows of accounts' own statements


def allocate(columns: LedgerColumns, question: Question, method: Method, *, outflows_first: bool = False) -> Money:
    """Where every traced 分 went, by one method, by replaying the lots of every account that it could have reached."""
    lines = lines_of(columns, outflows_first=outflows_first)
    return _Replay(columns, question, method, lines).run()


def reached(columns: LedgerColumns, question: Question, lines: Mapping[int, AccountLine]) -> set[int]:
    """The covered accounts that stolen money could have reached in time order, and the same holders' accounts that fed them."""
    t = columns.transfers
    inside: Inside = {(p, e.anchor, e.step) for p, ln in lines.items() for e in ln.events if e.step <= Step.OUT}
    until = question.limits.until_us
    starts = {o.eid for o in question.origins}
    reverses = _after_their_payment(columns, lines)
    left: set[int] = set()  # payments that carried money to accounts without a statement
    hop_now: dict[int, int] = {}
    rows, back_later = _row_order(lines), _from_uncovered(columns, reverses, inside)
    for eid in linear_extension({**rows, **_alone(rows, starts | set(reverses), back_later)}):
        payer, payee = int(t.payer[eid]), int(t.payee[eid])
        if (until is not None and t.at_us[eid] > until) or payer == payee:
            continue
        back = reverses.get(eid, NONE) in left
        carries = eid in starts or (payer in hop_now and (payer, eid, Step.OUT) in inside) or back
        ends = payee in question.victims or (payee, eid, Step.IN) not in inside
        if carries and (payee, eid, Step.IN) not in inside:
            left.add(eid)
        if carries and not ends:
            first = eid in starts or (back and reverses[eid] in starts)
            hop = 1 if first else hop_now[payee] if back else hop_now[payer] + 1
            hop_now[payee] = min(hop_now.get(payee, hop), hop)
    hops_max = question.limits.hops_max
    scope = {pocket for pocket, hop in hop_now.items() if hops_max is None or hop <= hops_max}
    return _with_feeders(columns, question, scope, inside)


def _with_feeders(columns: LedgerColumns, question: Question, scope: set[int], inside: Inside) -> set[int]:
    t, holder = columns.transfers, columns.pockets.holder
    while True:
        more = {
            int(t.payer[eid])
            for pocket, eid, step in inside
            if step is Step.IN
            and pocket in scope
            and int(t.payer[eid]) not in scope | question.victims
            and holder[pocket] == holder[t.payer[eid]] != 0
            and (int(t.payer[eid]), eid, Step.OUT) in inside
        }
        if not more:
            return scope
        scope |= more


def _row_order(lines: Mapping[int, AccountLine]) -> dict[int, list[int]]:
    return {pocket: [e.anchor for e in line.events if e.step in (Step.IN, Step.OUT)] for pocket, line in lines.items()}


def _alone(rows: Mapping[int, list[int]], eids: Iterable[int], brought_back: Mapping[int, int]) -> dict[int, list[int]]:
    """Sequences of their own for these transfers; money that nobody's statement shows coming back does so after it left."""
    stated = {eid for sequence in rows.values() for eid in sequence}
    wanted = {eid for eid in eids if eid != NONE}
    paid = {e: brought_back[e] for e in wanted - stated if e in brought_back}
    return {-1 - e: [paid[e], e] if paid.get(e) in stated | wanted else [e] for e in wanted}


def _from_uncovered(columns: LedgerColumns, reverses: Mapping[int, int], inside: Inside) -> dict[int, int]:
    """Those reversals whose payment entered no line."""
    payee = columns.transfers.payee
    return {e: paid for e, paid in reverses.items() if (int(payee[paid]), paid, Step.IN) not in inside}


def _after_their_payment(columns: LedgerColumns, lines: Mapping[int, AccountLine]) -> dict[int, int]:
    """Reversals and what they take back.

    Not those that their own payer's statement has before the payment, nor those that leave an account whose statement
    never had the payment: they take ordinary money there.
    """
    place = {(p, e.anchor, e.step): i for p, ln in lines.items() for i, e in enumerate(ln.events) if e.step <= Step.OUT}
    out = {}
    for eid, paid in enumerate(columns.transfers.reverses.tolist()):
        if paid == NONE:
            continue
        payer, payee = int(columns.transfers.payee[eid]), int(columns.transfers.payer[eid])
        back, there = place.get((payer, eid, Step.IN)), place.get((payer, paid, Step.OUT))
        backwards = back is not None and there is not None and back < there
        ordinary = (payee, eid, Step.OUT) in place and (payee, paid, Step.IN) not in place
        if not backwards and not ordinary:
            out[eid] = paid
    return out


@dataclass
class _Account:
    """An account's lots in the order in which they came in."""

    lots: list[list[int]] = field(default_factory=list)

    def total(self) -> int:
        return sum(amount for _, amount, _ in self.lots)


class _Replay:
    def __init__(
        self, columns: LedgerColumns, question: Question, method: Method, lines: Mapping[int, AccountLine]
    ) -> None:
        self.columns, self.question, self.method = columns, question, method
        self.scope = reached(columns, question, lines)
        self.lines = {pocket: line for pocket, line in lines.items() if pocket in self.scope}
        self.at_sequence = {(p, e.anchor, e.step) for p, ln in lines.items() for e in ln.events if e.step <= Step.OUT}
        k = len(question.origins)
        self.own, self.other, self.unk = k, k + 1, k + 2
        self.accounts = {pocket: _Account() for pocket in self.lines}
        self.next_event = dict.fromkeys(self.lines, 0)
        self.flows: dict[tuple[int, int], int] = defaultdict(int)
        self.ends: dict[tuple[End, int, int, int], int] = defaultdict(int)
        self.origin_of = {o.eid: i for i, o in enumerate(question.origins) if o.eid != NONE}
        self.reverses = _after_their_payment(columns, lines)
        self.reversed_later = set(self.reverses.values())
        self.brought: dict[int, list[Piece]] = {}  # what payments to accounts without a statement carried
        self.tainted: dict[int, set[int]] = defaultdict(set)
        self.balance: dict[int, int] = {p: max(0, line.opening_minor) for p, line in self.lines.items()}

    def run(self) -> Money:
        for pocket, line in self.lines.items():
            if line.opening_minor > 0:
                self._enter(pocket, [(self.own, line.opening_minor)], NONE)
        for label, origin in enumerate(self.question.origins):
            if origin.eid == NONE:
                self.ends[End.FRONTIER, NONE, origin.payee, label] += origin.amount_minor
        for eid in self._order():
            if self._too_late(eid):
                t = self.columns.transfers
                for pocket, step in ((int(t.payer[eid]), Step.OUT), (int(t.payee[eid]), Step.IN)):
                    if pocket in self.lines and (pocket, eid, step) in self.at_sequence:
                        self._advance(pocket, eid)
                continue
            self._transfer(eid)
        for pocket, line in self.lines.items():
            for event in line.events[self.next_event[pocket] :]:
                self._gap_or_credit(pocket, event)
        held: dict[tuple[int, int], int] = defaultdict(int)
        for pocket, account in self.accounts.items():
            if self.method is Method.POISON:
                for label in self.tainted[pocket]:
                    held[pocket, label] = max(0, self.balance[pocket])
            for label, amount, _ in account.lots:
                if label < self.own and self.method is not Method.POISON:
                    held[pocket, label] += amount
        return Money(
            {key: amount for key, amount in self.flows.items() if amount},
            {key: amount for key, amount in self.ends.items() if amount},
            {key: amount for key, amount in held.items() if amount},
        )

    def _order(self) -> list[int]:
        """The transfers that matter: of accounts in scope, the origins, and reversals of what left scope."""
        rows = _row_order(self.lines)
        touched = self._touched(rows)
        alone = set(self.origin_of) | {eid for eid, paid in self.reverses.items() if paid in touched}
        brought_back = _from_uncovered(self.columns, self.reverses, self.at_sequence)
        return linear_extension({**rows, **_alone(rows, alone, brought_back)})

    def _touched(self, rows: Mapping[int, list[int]]) -> set[int]:
        return {eid for sequence in rows.values() for eid in sequence} | set(self.origin_of)

    def _too_late(self, eid: int) -> bool:
        until = self.question.limits.until_us
        return until is not None and int(self.columns.transfers.at_us[eid]) > until

    def _advance(self, pocket: int, eid: int) -> None:
        """Go through the account's own events up to this transfer's row."""
        for event in self.lines[pocket].events[self.next_event[pocket] :]:
            self.next_event[pocket] += 1
            if event.step in (Step.IN, Step.OUT):
                assert event.anchor == eid, "rows are replayed in each account's own order"
                return
            self._gap_or_credit(pocket, event)

    def _transfer(self, eid: int) -> None:
        t = self.columns.transfers
        payer, payee, amount = int(t.payer[eid]), int(t.payee[eid]), int(t.amount_minor[eid])
        pieces = self._leave_payer(eid, payer, payee, amount)
        if eid in self.origin_of:
            label = self.origin_of[eid]
            for old, part in pieces or ():
                if old < self.own:
                    self.ends[End.SUPERSEDED, eid, payee, old] += part
            pieces = [(label, amount)]
        if pieces is None:
            pieces = [] if self.method is Method.POISON else [(self._outside_label(payer, payee), amount)]
        traced = sum(part for label, part in pieces if label < self.own)
        for label, part in pieces:
            if label < self.own:
                self.flows[eid, label] += part
        self._arrive(eid, payer, payee, amount, pieces, traced)

    def _leave_payer(self, eid: int, payer: int, payee: int, amount: int) -> list[Piece] | None:
        """What the transfer takes from the payer's lots; None where the payer is outside the trace."""
        reverses = self.reverses.get(eid, NONE)
        if payer in self.lines and (payer, eid, Step.OUT) in self.at_sequence:
            self._advance(payer, eid)
            return self._take(payer, amount, reverses)
        if reverses in self.brought:
            return self._bring_back(eid, reverses, amount)
        return None

    def _bring_back(self, eid: int, reverses: int, amount: int) -> list[Piece]:
        """A reversal from an account without a statement returns the payment's labels; a part, shares as in pro rata."""
        brought = self.brought[reverses]
        total = sum(part for _, part in brought)
        if self.method is Method.POISON:
            pieces = [(label, amount) for label, _ in brought]
        elif amount >= total:
            pieces = list(brought)
        else:
            held: dict[int, int] = defaultdict(int)
            for label, part in brought:
                held[label] += part
            shares = shares_of(held, amount)
            pieces = [(label, shares[label]) for label in dict.fromkeys(label for label, _ in brought)]
        left: dict[int, int] = defaultdict(int)
        for label, part in pieces:
            left[label] -= part
        end, payee = self._end(reverses)
        for label, part in pieces:
            if end is not None and label < self.own and self.method is not Method.POISON:
                self.ends[end, reverses, payee, label] -= part
        remaining: list[Piece] = []
        for label, part in brought:
            gone = min(part, -left[label])
            left[label] += gone
            if part - gone:
                remaining.append((label, part - gone))
        self.brought[reverses] = remaining
        return [(label, part) for label, part in pieces if part]

    def _arrive(self, eid: int, payer: int, payee: int, amount: int, pieces: list[Piece], traced: int) -> None:
        end, _ = self._end(eid)
        if eid in self.reversed_later and (payee, eid, Step.IN) not in self.at_sequence:
            self.brought[eid] = list(pieces)
        stays = end is None and payee in self.lines
        if end is not None:
            for label, part in pieces:
                if label < self.own:
                    self.ends[end, eid, payee, label] += part
        if payee not in self.lines or (payee, eid, Step.IN) not in self.at_sequence:
            return
        dusty = 0 < traced < self.question.limits.dust_minor and self.method is not Method.POISON
        if stays and dusty and eid not in self.origin_of:
            for label, part in pieces:
                if label < self.own:
                    self.ends[End.DUST, eid, payee, label] += part
            pieces = [(self.other if label < self.own else label, part) for label, part in pieces]
        holder = self.columns.pockets.holder
        if not holder[payer] == holder[payee] != 0:
            pieces = [(self.other if label == self.own else label, part) for label, part in pieces]
        self._advance(payee, eid)
        self._enter(payee, pieces, eid)
        self.balance[payee] += amount

    def _end(self, eid: int) -> tuple[End | None, int]:
        """Where the transfer's money stops, if it does."""
        t, flags = self.columns.transfers, self.columns.pockets.flags
        payee, kind = int(t.payee[eid]), TransferKind(int(t.kind[eid]))
        if payee in self.question.victims:
            return End.TO_VICTIM, payee
        if flags[payee] & POCKET_HUB:
            return End.HUB, payee
        if (payee, eid, Step.IN) in self.at_sequence:
            return (None if payee in self.scope else End.HOP_LIMIT), payee
        if payee != OUTSIDE and self._covered(payee, int(t.payee_at_us[eid])):
            return End.NOT_IN_STATEMENT, payee
        if kind in EXIT_KINDS:
            return End.EXIT, payee
        if payee == OUTSIDE:
            return End.COUNTERPARTY_MISSING, payee
        return (End.BLOCKED if flags[payee] & POCKET_BLOCKED else End.FRONTIER), payee

    def _covered(self, pocket: int, at_us: int) -> bool:
        if self.columns.pockets.flags[pocket]:
            return False
        c = self.columns.coverage
        return any(p == pocket and a <= at_us <= b for p, a, b in zip(c.pocket, c.from_us, c.to_us, strict=True))

    def _outside_label(self, payer: int, payee: int) -> int:
        holder = self.columns.pockets.holder
        return self.own if payer and holder[payer] == holder[payee] != 0 else self.other

    def _gap_or_credit(self, pocket: int, event: Event) -> None:
        if self._too_late(event.anchor):
            return
        if event.step in (Step.GAP_IN, Step.HOLE_IN, Step.CREDIT):
            self._enter(pocket, [(self.unk, event.amount_minor)], NONE)
            self.balance[pocket] += event.amount_minor
            return
        end = {Step.GAP_OUT: End.GAP, Step.HOLE_OUT: End.HOLE, Step.REPAID: End.CREDIT_REPAID}[event.step]
        self.balance[pocket] -= event.amount_minor
        if self.method is Method.POISON:
            return
        for label, part in self._pull(pocket, event.amount_minor):
            if label < self.own:
                self.ends[end, event.anchor, pocket, label] += part

    def _enter(self, pocket: int, pieces: Iterable[Piece], eid: int) -> None:
        source = eid if eid in self.reversed_later else NONE
        for label, part in pieces:
            if self.method is Method.POISON:
                if label < self.own:
                    self.tainted[pocket].add(label)
            elif part:
                self.accounts[pocket].lots.append([label, part, source])

    def _take(self, pocket: int, amount: int, reverses: int) -> list[Piece]:
        if self.method is Method.POISON:
            self.balance[pocket] -= amount
            return [(label, amount) for label in sorted(self.tainted[pocket])]
        first: list[Piece] = []
        if reverses != NONE:
            mine = [lot for lot in self.accounts[pocket].lots if lot[2] == reverses]
            if self.method is Method.PRORATA:
                first = self._take_shares(pocket, min(amount, sum(lot[1] for lot in mine)), only=reverses)
            else:
                first = self._take_lots(pocket, mine, min(amount, sum(lot[1] for lot in mine)))
        return first + self._pull(pocket, amount - sum(part for _, part in first))

    def _pull(self, pocket: int, amount: int) -> list[Piece]:
        """Takes an amount by the method; what is short of it (rows beyond `until`) is unknown money."""
        account = self.accounts[pocket]
        short = amount - account.total()
        if short > 0:
            self._enter(pocket, [(self.unk, short)], NONE)
        if self.method is Method.PRORATA:
            return self._take_shares(pocket, amount)
        lots = account.lots
        queue = list(lots)
        if self.method is Method.LIFO:
            queue = lots[::-1]
        elif self.method is Method.OWN_FIRST:
            queue = sorted(lots, key=lambda lot: lot[0] != self.own)
        elif self.method is Method.LIBR:
            queue = sorted(lots, key=lambda lot: lot[0] < self.own)
        return self._take_lots(pocket, queue, amount)

    def _take_lots(self, pocket: int, queue: list[list[int]], amount: int) -> list[Piece]:
        pieces: list[Piece] = []
        for lot in queue:
            part = min(lot[1], amount)
            if part:
                pieces.append((lot[0], part))
                lot[1] -= part
                amount -= part
        assert amount == 0, "an account cannot pay out more than it has"
        self.accounts[pocket].lots = [lot for lot in self.accounts[pocket].lots if lot[1]]
        return pieces

    def _take_shares(self, pocket: int, amount: int, only: int = MISSING) -> list[Piece]:
        """Each label's share; within a label the money of a payment that is reversed later bears its floor of it."""
        lots = [lot for lot in self.accounts[pocket].lots if only in (MISSING, lot[2])]
        held: dict[int, int] = defaultdict(int)
        for label, part, _ in lots:
            held[label] += part
        shares = shares_of(held, amount)
        for label, share in shares.items():
            marked: dict[int, list[list[int]]] = defaultdict(list)
            for lot in lots:
                if lot[0] == label:
                    marked[lot[2]].append(lot)
            self._bear(marked, share, held[label])
        self.accounts[pocket].lots = [lot for lot in self.accounts[pocket].lots if lot[1]]
        return [(label, share) for label, share in shares.items() if share]

    def _bear(self, marked: Mapping[int, list[list[int]]], share: int, total: int) -> None:
        left = share
        for source, lots in sorted(marked.items()):
            if source == NONE:
                continue
            part = share * sum(lot[1] for lot in lots) // total
            left -= part
            _reduce(lots, part)
        for source in [NONE, *sorted(set(marked) - {NONE})]:
            here = min(left, sum(lot[1] for lot in marked.get(source, ())))
            left -= here
            _reduce(marked.get(source, []), here)


def _reduce(lots: list[list[int]], amount: int) -> None:
    for lot in lots:
        part = min(lot[1], amount)
        lot[1] -= part
        amount -= part


def shares_of(held: Mapping[int, int], amount: int) -> dict[int, int]:
    """Shares floor(amount · lot / pool), the left-over units by largest remainder, ties by label order."""
    pool = sum(held.values())
    if not pool:
        return {}
    shares = {label: amount * part // pool for label, part in sorted(held.items())}
    left = amount - sum(shares.values())
    by_remainder = sorted(held, key=lambda label: (-(amount * held[label] % pool), label))
    for label in by_remainder[:left]:
        shares[label] += 1
    return shares
