"""Keep first-in-first-out traces up to date while rows come in, and say what a late row changes of what was said before.

The fast path takes rows in the order of arrival. Where a row changes an earlier allocation (it is late, an account turns
out to have had more at the beginning, a payment is taken back), the batch engine traces the labels that it concerns on
the rows so far, and the differences are corrections. After every row, the sum of all movements is what the batch trace
says of the rows so far, in the order (time, arrival).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fanzha.core.errors import Refused
from fanzha.ledger.assembly.rules import PairingRules
from fanzha.ledger.columns import I64, MISSING, NONE, OUTSIDE, Flags
from fanzha.ledger.layout import LOW_32, ROW_ENDS, SYN_ANCHOR, SYN_POCKET
from fanzha.ledger.reference import lines_of
from fanzha.records import EXIT_KINDS, TransferKind
from fanzha.tracing import live_kernels as lk
from fanzha.tracing import reference
from fanzha.tracing.live_ledger import LiveBatch, LiveRows, Part, RowTexts, part_of
from fanzha.tracing.live_place_kernels import HELD, chase_places
from fanzha.tracing.model import End, Method, Origin, Question

# Columns of movements. CAUSE: the row after which it is said; ROW: the transfer that it is about (NONE: nothing moved).
CAUSE, ROW, LABEL, END, ACCOUNT, OLD, NEW, HOP, CORRECTS = range(9)
# Ends of money that a transfer did not carry: it left beside a row, or was carried on under another label.
BESIDE: Final = frozenset({int(End.GAP), int(End.CREDIT_REPAID), int(End.SUPERSEDED)})

Fact = tuple[int, int, int]  # row, end (0: carried by the row), account (0 where carried)


@dataclass(frozen=True, slots=True)
class LiveClaim:
    """A victim's payment to look for; `payee` is NONE where the report names none. A relay's payment is `nested`."""

    label: str
    payer: int
    payee: int
    from_us: int
    to_us: int
    amount_minor: int
    nested: bool = False


class LiveTrace:
    """The state of a live trace: every account's lines and tainted intervals, and what was said so far."""

    def __init__(
        self, *, with_balances: bool, with_serials: bool = False, texts: RowTexts | None = None,
        rules: PairingRules | None = None,
    ) -> None:  # fmt: skip
        self.rows = LiveRows(with_balances=with_balances)
        self.claims: tuple[LiveClaim, ...] = ()
        self.accounts = _fresh_accounts(1 << 10)
        self._n_accounts = 1
        self._with_serials, self._texts, self._rules = with_serials, texts, rules or PairingRules()
        self._nodes, self._spare = np.empty((1 << 10, 4), np.int64), np.array([0, -1], np.int64)
        self._records = np.empty((1 << 12, 6), np.int64)  # what the fast path writes; read before it writes again
        self._claim_rows = np.empty((0, 6), np.int64)
        self._by_payer = self._claimants = np.empty(0, np.int64)  # claims by who paid, and who it is
        self._claims_of: dict[int, list[int]] = defaultdict(list)  # the same, by account
        self._relays: set[int] = set()
        self._facts: list[dict[Fact, int]] = []
        self._accounts_of: list[set[int]] = []
        self._labels_of: dict[int, set[int]] = defaultdict(set)
        self._unread: list[I64] = []
        self._is_exit = np.zeros(256, np.bool_)
        self._is_exit[[int(kind) for kind in EXIT_KINDS]] = True

    def add_accounts(self, hub: Sequence[bool] | Flags, masked: Sequence[bool] | Flags) -> None:
        """Numbers as many further accounts, the first of all being 1."""
        count = self._n_accounts + len(hub)
        if count > len(self.accounts):
            grown = _fresh_accounts(max(count, 2 * len(self.accounts)))
            grown[: self._n_accounts] = self.accounts[: self._n_accounts]
            self.accounts = grown
        flags = np.where(np.asarray(hub, np.bool_), lk.HUB, 0) | np.where(np.asarray(masked, np.bool_), lk.MASKED, 0)
        self.accounts[self._n_accounts : count, lk.FLAGS] = flags
        self._n_accounts = count

    def process(self, batch: LiveBatch) -> I64:
        """Takes rows in the order of arrival, and keeps their columns; gives what is to be said, a row per movement, in order."""
        first, rows = self.rows.count, self.rows
        columns = rows.append(batch)
        said: list[I64] = []
        while first < rows.count:
            here = len(batch) - (rows.count - first)
            taken, self._nodes, self._records, found = lk.advance(
                first, *(column[here:] for column in columns), self.accounts, self._nodes, self._spare, self._records,
                self._claim_rows, self._by_payer, self._claimants, self._is_exit, self._with_serials,
            )  # fmt: skip
            if found:
                records = self._records[:found].copy()
                said.append(_movements(records))
                self._unread.append(records)
            first += int(taken)
            if first < rows.count:
                said.append(self._redo(first))
                first += 1
        return np.concatenate(said) if said else np.empty((0, 9), np.int64)

    def add_claims(self, claims: Sequence[LiveClaim]) -> I64:
        """Looks for further payments, also among the rows so far; gives what that changes.

        Raises Refused when a label is there already.
        """
        self._read()
        known = {claim.label for claim in self.claims}
        twice = [claim.label for claim in claims if claim.label in known]
        if twice:
            raise Refused(f"origin {twice[0]!r} is there already; give each payment a label of its own")
        fresh = list(range(len(self.claims), len(self.claims) + len(claims)))
        self.claims += tuple(claims)
        self._claim_rows = np.concatenate(
            [self._claim_rows, [[c.payer, c.payee, c.from_us, c.to_us, c.amount_minor, NONE] for c in claims]]
        ) if claims else self._claim_rows  # fmt: skip
        self._by_payer = np.argsort(self._claim_rows[:, lk.C_PAYER], kind="stable")
        self._claimants = self._claim_rows[self._by_payer, lk.C_PAYER]
        for number, claim in zip(fresh, claims, strict=True):
            self._facts.append({})
            self._accounts_of.append(set())
            self._claim_rows[number, lk.C_ROW] = self._first_row_of(claim)
            self._claims_of[claim.payer].append(number)
            if claim.nested:
                self._relays.add(claim.payer)
            self.accounts[claim.payer, lk.FLAGS] |= lk.CLAIMANT | lk.VICTIM
        for relay in self._relays:
            self.accounts[relay, lk.FLAGS] &= ~lk.VICTIM
        if not self.rows.count:
            return np.empty((0, 9), np.int64)
        labels = {label for claim in claims for label in self._labels_of[claim.payer]}
        return self._trace_again(labels | set(fresh), [], self.rows.count - 1)

    def facts(self) -> dict[tuple[str, int, int, int], int]:
        """Everything that was found, by (label, row, end, account); end 0 is what the row carried."""
        self._read()
        return {
            (claim.label, *fact): amount
            for claim, found in zip(self.claims, self._facts, strict=True)
            for fact, amount in found.items()
        }

    def held(self) -> dict[tuple[str, int], int]:
        """What each account still holds of each label."""
        out: dict[tuple[str, int], int] = defaultdict(int)
        for account in np.flatnonzero(self.accounts[: self._n_accounts, lk.TAIL] >= 0).tolist():
            for lo, hi, label in lk.nodes_of(self.accounts, self._nodes, account).tolist():
                out[self.claims[label].label, account] += hi - lo
        return dict(out)

    def matched(self, label: int) -> int:
        """The row that is an origin's payment, NONE while it has not come."""
        return int(self._claim_rows[label, lk.C_ROW])

    def _first_row_of(self, claim: LiveClaim) -> int:
        r = self.rows
        chains = r.chained_to(r.count, self.accounts)
        own = np.unique(lk.rows_of(np.array([claim.payer], np.int64), self.accounts, chains))
        fits = (r.payer[own] == claim.payer) & (r.amount_minor[own] == claim.amount_minor)
        fits &= (r.at_us[own] >= claim.from_us) & (r.at_us[own] <= claim.to_us) & (r.payee[own] != claim.payer)
        if claim.payee != NONE:
            fits &= r.payee[own] == claim.payee
        free = own[fits & ~np.isin(own, [self.matched(label) for label in self._claims_of[claim.payer]])]
        return int(free[0]) if len(free) else NONE

    def _read(self) -> None:
        """Takes what the fast path recorded into the facts."""
        for records in self._unread:
            for row, label, amount, end, account, _ in records.tolist():
                if end == lk.AMBIGUOUS:
                    continue
                facts = self._facts[label]
                if end not in BESIDE:
                    facts[row, 0, 0] = facts.get((row, 0, 0), 0) + amount
                    self._labels_of[account].add(label)
                    self._accounts_of[label].add(account)
                if end:
                    facts[row, end, account] = facts.get((row, end, account), 0) + amount
        self._unread.clear()

    def _redo(self, row: int) -> I64:
        """Take a row that the fast path left: trace the labels that it concerns again, on all rows up to it."""
        self._read()
        payer, payee = int(self.rows.payer[row]), int(self.rows.payee[row])
        labels = {k for account in (payer, payee) for k in self._claims_of.get(account, ()) if self.matched(k) != NONE}
        ends = [account for account in (payer, payee) if self._has_lines(account)]
        for account in ends:
            labels |= self._labels_of[account]
        self._stamp(row, payer, payee)
        if self.rows.kind[row] == TransferKind.REVERSAL:
            # Also of a victim: whether his statement has what was taken back decides where the money is.
            self.accounts[payer, lk.FLAGS] |= lk.TOUCHED
        return self._trace_again(labels, ends, row)

    def _stamp(self, row: int, payer: int, payee: int) -> None:
        at_us = int(self.rows.at_us[row])
        for account, bit in ((payer, lk.HAD_OUT), (payee, lk.HAD_IN)):
            state = self.accounts[account]
            if at_us > state[lk.LAST_AT]:
                state[lk.LAST_AT] = at_us
                state[lk.FLAGS] &= ~(lk.HAD_IN | lk.HAD_OUT)
            if at_us == state[lk.LAST_AT]:
                state[lk.FLAGS] = (state[lk.FLAGS] | bit) & ~lk.CHAINED

    def _has_lines(self, account: int) -> bool:
        return account != OUTSIDE and not self.accounts[account, lk.FLAGS] & lk.HUB_OR_MASKED

    def _trace_again(self, labels: set[int], changed: Sequence[int], cause: int) -> I64:
        """Trace some labels on the rows so far; `changed` are the accounts whose own lines the last row changes."""
        labels = labels | {label for relay in self._relays for label in self._claims_of[relay]}
        chosen = sorted(label for label in labels if self.matched(label) != NONE)
        scope = {account for label in chosen for account in self._accounts_of[label]} | set(changed)
        scope = {account for account in scope if self._has_lines(account)}
        scope |= {self.claims[label].payer for label in chosen}
        paid = [self.matched(label) for label in chosen]
        while True:
            part = part_of(self.rows, cause + 1, self.accounts, scope, paid, self._texts, self._rules)
            found = _Found.of(part, self._question(part, chosen), chosen)
            more = {account for account in found.reached - scope if self._may_be_covered(account)}
            if not more:
                break
            scope |= more
        said = self._differences(found, chosen, cause)
        self._adopt(part, found, chosen, scope, set(changed))
        return said

    def _may_be_covered(self, account: int) -> bool:
        if not self._has_lines(account):
            return False
        return not self.rows.with_balances or bool(self.accounts[account, lk.FLAGS] & lk.COVERED)

    def _question(self, part: Part, chosen: Sequence[int]) -> Question:
        eid_of = {int(row): eid for eid, row in enumerate(part.row.tolist())}
        here = self._claims_of.keys() & set(part.pocket.tolist())
        asked, origins = set(chosen), []
        labels = sorted(asked.union(*(self._claims_of[payer] for payer in here)))
        for label in labels:
            claim = self.claims[label]
            if label in asked:
                row = self.matched(label)
                origins.append(
                    Origin(
                        claim.label, claim.amount_minor, eid_of[row], part.pocket_of(claim.payer),
                        part.pocket_of(int(self.rows.payee[row])), int(self.rows.at_us[row]),
                    )
                )  # fmt: skip
            else:
                # Not asked about here, but still an account at which money ends as come home.
                origins.append(Origin(claim.label, 0, NONE, part.pocket_of(claim.payer)))
        nested = frozenset(claim.label for label in labels if (claim := self.claims[label]).nested)
        return Question(tuple(origins), nested)

    def _differences(self, found: _Found, chosen: Sequence[int], cause: int) -> I64:
        """What is new of the last row, and what of earlier rows is not as it was said."""
        movements: list[tuple[int, ...]] = []
        for label in chosen:
            old, new = self._facts[label], found.facts[label]
            at_once = _ends_on_arrival(new, cause)
            for fact in sorted(old.keys() | new.keys()):
                before, after = old.get(fact, 0), new.get(fact, 0)
                row, end, account = fact
                fresh = row == cause and not before and (at_once or not end or end in BESIDE)
                if before == after or (fresh and at_once and not end):
                    continue  # what ends on arrival is said once
                where = account or int(self.rows.payee[row])
                hop = self._hop_of(row, label) if fresh else 0
                movements.append((cause, row, label, end, where, before, after, hop, int(not fresh)))
            self._facts[label] = new
        movements.sort(key=lambda m: (-m[CORRECTS], m[ROW], m[LABEL], m[END], m[ACCOUNT]))
        return np.array(movements, np.int64).reshape(-1, 9)

    def _hop_of(self, row: int, label: int) -> int:
        if self.matched(label) == row:
            return 1
        return int(self.accounts[self.rows.payer[row], lk.FLAGS] >> 32) + 1

    def _adopt(self, part: Part, found: _Found, chosen: Sequence[int], scope: set[int], changed: set[int]) -> None:
        """Takes the lines and lots of the part into the state."""
        again = set(chosen)
        index = part.ledger.index
        paid = self._paid_on(chosen)
        for label in chosen:
            for account in self._accounts_of[label]:
                self._labels_of[account].discard(label)
            self._accounts_of[label] = found.accounts_of[label]
            for account in found.accounts_of[label]:
                self._labels_of[account].add(label)
        for account in sorted(filter(self._has_lines, scope)):
            state, place = self.accounts[account], part.pocket_of(account)
            fresh = np.array(found.held.get(account, []), np.int64).reshape(-1, 3)
            came = int(index.in_total[place])
            pool = came - int(index.out_total[place])
            others = self._labels_of[account] - again
            if account in changed or state[lk.FLAGS] & lk.VICTIM or not others:
                state[lk.CAME], state[lk.WENT] = came, came - pool
                state[lk.BALANCE] = index.closing_minor[place]
                state[lk.FLAGS] &= ~lk.STALE
                self._mark_coverage(account, int(part.covered_to_us[place]), assumed=bool(index.assumed[place]))
            else:
                # Other labels lie here too; the line is as it was, but its places count from elsewhere.
                assert state[lk.CAME] - state[lk.WENT] == pool, "an account's lots changed without a row of its own"
                fresh[:, :2] += state[lk.CAME] - came
                kept = lk.nodes_of(self.accounts, self._nodes, account)
                fresh = np.concatenate([kept[~np.isin(kept[:, 2], chosen)], fresh])
            if account in paid:
                state[lk.FLAGS] |= lk.LEFT
            elif not others:
                state[lk.FLAGS] &= ~lk.LEFT
            fresh = fresh[np.argsort(fresh[:, 0], kind="stable")]
            self._nodes = lk.replace_nodes(self.accounts, self._nodes, self._spare, account, fresh)
        self._mark_taint(found.reached | scope, found.hops)

    def _paid_on(self, chosen: Sequence[int]) -> set[int]:
        """The accounts whose lots some of this money has left."""
        rows = {row for label in chosen for row, _, _ in self._facts[label] if row != self.matched(label)}
        return set(self.rows.payer[list(rows)].tolist())

    def _mark_coverage(self, account: int, covered_to_us: int, *, assumed: bool) -> None:
        if not self.rows.with_balances:
            return
        state = self.accounts[account]
        state[lk.FLAGS] &= ~(lk.COVERED | lk.LOOSE)
        if covered_to_us != MISSING:
            # Rows beyond the coverage, or an opening that no balance tells: the next stated balance changes the past.
            loose = assumed or state[lk.LAST_AT] > covered_to_us
            state[lk.FLAGS] |= lk.COVERED | (lk.LOOSE if loose else 0)

    def _mark_taint(self, accounts: Iterable[int], hops: dict[int, int]) -> None:
        for account in accounts:
            state = self.accounts[account]
            if account == OUTSIDE or state[lk.FLAGS] & lk.VICTIM:
                continue
            flags = int(state[lk.FLAGS]) & lk.LOW_FLAGS & ~lk.SPECIAL
            known = int(state[lk.FLAGS]) >> 32
            hop = min(hops.get(account, known), known or hops.get(account, known))
            # Whether the money entered its lots or only reached it makes no difference to what a later row may change.
            state[lk.FLAGS] = flags | (lk.SPECIAL if self._labels_of[account] else 0) | (hop << 32)


@dataclass(slots=True)
class _Found:
    """What the batch engine found, in the numbers of the stream."""

    facts: dict[int, dict[Fact, int]]
    held: dict[int, list[tuple[int, int, int]]]  # by account: from, to, label
    accounts_of: dict[int, set[int]]
    hops: dict[int, int]

    @property
    def reached(self) -> set[int]:
        return {account for accounts in self.accounts_of.values() for account in accounts}

    @classmethod
    def of(cls, part: Part, question: Question, chosen: Sequence[int]) -> _Found:
        """Trace the chosen labels in the part: by intervals, or by lots where only a replay can tell."""
        number = {claim: place for place, claim in enumerate(chosen)}
        seeds = [origin.eid for origin in question.origins if origin.eid != NONE]
        nested = [o.eid for o in question.origins if o.eid != NONE and o.payer in question.relays]
        index, columns = part.ledger.index, part.ledger.columns
        found, whole = chase_places(
            index.rows, index.row_of, columns.transfers.amount_minor, index.segs, index.skip,
            np.array(seeds, np.int64), np.array(sorted(question.victims), np.int64), np.array(nested, np.int64),
        )  # fmt: skip
        out = cls({label: {} for label in number}, defaultdict(list), {label: set() for label in number}, {})
        if whole:
            out._gather(part, found, chosen)
        else:
            out._replay(part, question, chosen)
        out._count_hops(part, question, chosen)
        return out

    def _add(self, label: int, fact: Fact, amount: int) -> None:
        facts = self.facts[label]
        facts[fact] = facts.get(fact, 0) + amount
        if not facts[fact]:
            del facts[fact]

    def _gather(self, part: Part, found: I64, chosen: Sequence[int]) -> None:
        index, n = part.ledger.index, len(part.row)
        ends = index.rows[found[:, 0], ROW_ENDS]
        for number, payee, (_, seed, amount, end, place) in zip(
            (ends & LOW_32).tolist(), (ends >> 32).tolist(), found.tolist(), strict=True
        ):
            label = chosen[seed]
            if end == HELD:
                self.held[int(part.pocket[payee])].append((place, place + amount, label))
            elif number >= n and end:
                event = index.syn[number - n]
                row, account = int(part.row[event[SYN_ANCHOR]]), int(part.pocket[event[SYN_POCKET]])
                self._add(label, (row, end, account), amount)
            elif number < n:
                self._arrive(part, label, number, payee, end, amount)

    def _arrive(self, part: Part, label: int, eid: int, payee: int, end: int, amount: int) -> None:
        row, account = int(part.row[eid]), int(part.pocket[payee])
        if end == 0:
            self._add(label, (row, 0, 0), amount)
            self.accounts_of[label].add(account)
        else:
            self._add(label, (row, end, account), amount)

    def _replay(self, part: Part, question: Question, chosen: Sequence[int]) -> None:
        asked = [k for k, origin in enumerate(question.origins) if origin.eid != NONE]
        label_of = dict(zip(asked, chosen, strict=True))
        columns = part.ledger.columns
        replay = reference._Replay(columns, question, Method.FIFO, lines_of(columns))  # noqa: SLF001 - the room's own
        money = replay.run()
        payee = columns.transfers.payee
        for (eid, k), amount in money.flows.items():
            self._arrive(part, label_of[k], eid, int(payee[eid]), 0, amount)
        for (end, eid, pocket, k), amount in money.ends.items():
            if eid != NONE:
                self._add(label_of[k], (int(part.row[eid]), int(end), int(part.pocket[pocket])), amount)
        for pocket, account in replay.accounts.items():
            place = int(part.ledger.index.out_total[pocket])
            for k, minor, _ in account.lots:
                if k in label_of:
                    self.held[int(part.pocket[pocket])].append((place, place + minor, label_of[k]))
                place += minor

    def _count_hops(self, part: Part, question: Question, chosen: Sequence[int]) -> None:
        t = part.ledger.columns.transfers
        seeds = {int(part.row[o.eid]) for o in question.origins if o.eid != NONE}
        eid_of = {int(row): eid for eid, row in enumerate(part.row.tolist())}
        for row in sorted({row for label in chosen for row, end, _ in self.facts[label] if not end}, key=eid_of.get):  # type: ignore[arg-type]
            payer, payee = (int(part.pocket[side[eid_of[row]]]) for side in (t.payer, t.payee))
            hop = 1 if row in seeds else self.hops.get(payer, 0) + 1
            self.hops[payee] = min(hop, self.hops.get(payee, hop))


def _fresh_accounts(count: int) -> I64:
    """Accounts without a row, each on a cache line of its own."""
    room = np.zeros(8 * (count + 1), np.int64)
    skew = (-room.ctypes.data // 8) % 8
    accounts: I64 = room[skew : skew + 8 * count].reshape(count, 8)
    accounts[:, [lk.TAIL, lk.LAST_ROW]] = -1
    accounts[:, lk.FIRST], accounts[:, lk.LAST_AT] = lk.FAR, MISSING
    accounts[OUTSIDE, lk.FLAGS] = lk.OUTER
    return accounts


def _movements(records: I64) -> I64:
    out = np.zeros((len(records), 9), np.int64)
    out[:, CAUSE] = out[:, ROW] = records[:, lk.REC_ROW]
    out[:, LABEL], out[:, END] = records[:, lk.REC_LABEL], records[:, lk.REC_END]
    out[:, ACCOUNT], out[:, NEW] = records[:, lk.REC_POCKET], records[:, lk.REC_AMOUNT]
    out[:, HOP] = records[:, lk.REC_HOP]
    return out


def _ends_on_arrival(facts: dict[Fact, int], row: int) -> bool:
    """Whether all that the row carried ended with it."""
    ended = sum(amount for (at, end, _), amount in facts.items() if at == row and end and end not in BESIDE)
    return bool(ended) and ended == facts.get((row, 0, 0), 0)
