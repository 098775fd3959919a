"""Array loops of live tracing: one pass over the rows as they come; private to this room.

An account is one row of 64 bytes, so that a transfer touches two cache lines: how much came in, how much went out (both as
places on its lines, the opening included), its last stated balance, the time of its last row, the first and last tainted
interval, its last row (a chain through `prev` leads back to the first), and flags with the hop in the upper half. A tainted
interval is a row of `nodes`: from, to (places on the inflow line), label, next; the last one leads back to the first. Where
the first begins also stands with the account, so that no other line is read while nothing tainted moves. What an account
does to its lines follows `ledger.line_kernels`; whatever would change an earlier allocation stops the pass instead, for the
batch engine to redo.
"""

from __future__ import annotations

import numpy as np

from fanzha.ledger.compiled import inner, kernel, prefetch

MISSING = np.iinfo(np.int64).min
CAME, WENT, BALANCE, LAST_AT, FIRST, TAIL, LAST_ROW, FLAGS = 0, 1, 2, 3, 4, 5, 6, 7
FAR = np.iinfo(np.int64).max  # where the first tainted unit lies on a line that has none
# Flags of an account.
TAINTED, TOUCHED = 1, 2  # traced money entered its lots; traced money arrived, but outside its lots
STALE = 4  # rows came out of order before any traced money did: its lines are not known until somebody needs them
VICTIM, HUB, MASKED, CLAIMANT = 8, 16, 32, 64
COVERED, LOOSE = 128, 256  # it has stated a balance; a row without its balance came after the last stated one
HAD_IN, HAD_OUT, CHAINED = 512, 1024, 2048  # rows of its last instant; whether their balances follow in arrival order
OUTER = 4096  # the unnamed party
LEFT = 8192  # traced money has left its lots
HUB_OR_MASKED = HUB | MASKED
SPECIAL = TAINTED | TOUCHED
HUB_MASKED_OR_OUTER = HUB_OR_MASKED | OUTER
LOW_FLAGS = (1 << 32) - 1
# Columns of nodes and of records.
LO, HI, LABEL, NEXT = 0, 1, 2, 3
REC_ROW, REC_LABEL, REC_AMOUNT, REC_END, REC_POCKET, REC_HOP = 0, 1, 2, 3, 4, 5
# Ends, as in tracing.model.
FRONTIER, EXIT, HUB_END, NO_PAYEE, GAP, REPAID, TO_VICTIM, SUPERSEDED = 1, 3, 4, 5, 7, 9, 10, 11
AMBIGUOUS = 99  # a further row that an origin could mean
REVERSAL = 7
# Columns of claims.
C_PAYER, C_PAYEE, C_FROM, C_TO, C_AMOUNT, C_ROW = 0, 1, 2, 3, 4, 5
EMPTY = -1
# With a width: numba would compile every callee once more for each number that is written out.
_ZERO = np.int64(0)
AHEAD = 32  # how many rows ahead the accounts are asked for


@inner
def _grown_rows(table):
    out = np.empty((2 * table.shape[0], table.shape[1]), table.dtype)
    for i in range(table.shape[0]):  # assigned by slices, it would take seconds to compile
        for k in range(table.shape[1]):
            out[i, k] = table[i, k]
    return out


@inner
def _record(records, n, row, label, amount, end, pocket, hop):
    if n == records.shape[0]:
        records = _grown_rows(records)
    records[n, REC_ROW], records[n, REC_LABEL], records[n, REC_AMOUNT] = row, label, amount
    records[n, REC_END], records[n, REC_POCKET], records[n, REC_HOP] = end, pocket, hop
    return records, n + 1


@inner
def _take(accounts, nodes, spare, p, amount, records, n, row):
    """Pay an amount out of an account's line: a record for each tainted piece of it, oldest first, its offset as the hop."""
    lo = accounts[p, WENT]
    hi = lo + amount
    accounts[p, WENT] = hi
    if accounts[p, FIRST] >= hi:
        return records, n
    accounts[p, FLAGS] |= LEFT
    tail = accounts[p, TAIL]
    node = nodes[tail, NEXT]
    while nodes[node, LO] < hi:
        part = min(nodes[node, HI], hi) - nodes[node, LO]
        records, n = _record(records, n, row, nodes[node, LABEL], part, _ZERO, p, nodes[node, LO] - lo)
        nodes[node, LO] += part
        if nodes[node, LO] < nodes[node, HI]:
            break
        after = nodes[node, NEXT]
        nodes[node, NEXT] = spare[1]
        spare[1] = node
        if node == tail:
            accounts[p, TAIL], accounts[p, FIRST] = -1, FAR
            return records, n
        node = after
    nodes[tail, NEXT] = node
    accounts[p, FIRST] = nodes[node, LO]
    return records, n


@inner
def _put(accounts, nodes, spare, q, lo, length, label):
    """Append a tainted interval to an account's line."""
    tail = accounts[q, TAIL]
    if tail >= 0 and nodes[tail, HI] == lo and nodes[tail, LABEL] == label:
        nodes[tail, HI] += length
        return nodes
    node = spare[1]
    if node >= 0:
        spare[1] = nodes[node, NEXT]
    else:
        if spare[0] == nodes.shape[0]:
            nodes = _grown_rows(nodes)
        node = spare[0]
        spare[0] += 1
    nodes[node, LO], nodes[node, HI], nodes[node, LABEL] = lo, lo + length, label
    if tail >= 0:
        nodes[node, NEXT] = nodes[tail, NEXT]
        nodes[tail, NEXT] = node
    else:
        nodes[node, NEXT] = node
        accounts[q, FIRST] = lo
    accounts[q, TAIL] = node
    return nodes


@kernel
def replace_nodes(accounts, nodes, spare, pocket, fresh):
    """Give an account another list of tainted intervals: rows of (from, to, label), in order of place."""
    tail = accounts[pocket, TAIL]
    if tail >= 0:
        first = nodes[tail, NEXT]
        nodes[tail, NEXT] = spare[1]
        spare[1] = first
    accounts[pocket, TAIL], accounts[pocket, FIRST] = -1, FAR
    for k in range(fresh.shape[0]):
        nodes = _put(accounts, nodes, spare, pocket, fresh[k, 0], fresh[k, 1] - fresh[k, 0], fresh[k, 2])
    return nodes


@kernel
def nodes_of(accounts, nodes, pocket):
    """An account's tainted intervals: rows of (from, to, label)."""
    count, tail = 0, accounts[pocket, TAIL]
    node = tail
    while node >= 0:
        count += 1
        node = nodes[node, NEXT]
        if node == tail:
            break
    out = np.empty((count, 3), np.int64)
    for k in range(count):
        node = nodes[tail, NEXT] if k == 0 else nodes[node, NEXT]
        out[k, 0], out[k, 1], out[k, 2] = nodes[node, LO], nodes[node, HI], nodes[node, LABEL]
    return out


@kernel
def rows_of(pockets, accounts, prev):
    """Every row of the given accounts, a row once for each of its sides that is one of them; newest first by account."""
    out, n = np.empty(1024, np.int64), 0
    for pocket in pockets:
        side = accounts[pocket, LAST_ROW]
        while side >= 0:
            if n == out.size:
                grown = np.empty(2 * n, np.int64)
                for k in range(n):
                    grown[k] = out[k]
                out = grown
            out[n] = side >> 1
            n += 1
            side = prev[side >> 1, side & 1]
    return out[:n]


@kernel
def chain_rows(first, end, payer, payee, accounts, prev):
    """Hang rows, in the order of arrival, into the chains of their two accounts."""
    for row in range(first, end):
        if row + AHEAD < end:
            prefetch(accounts, payer[row + AHEAD])
            prefetch(accounts, payee[row + AHEAD])
        p, q = np.uintp(payer[row]), np.uintp(payee[row])
        prev[row, 0] = accounts[p, LAST_ROW]
        accounts[p, LAST_ROW] = 2 * row
        prev[row, 1] = accounts[q, LAST_ROW]
        accounts[q, LAST_ROW] = 2 * row + 1


@inner
def _claim_of(claims, by_payer, claimants, p, q, at, amount):
    """The origin that this row is the payment of, -1 if none; -2 - k if it could be origin k, which another row is."""
    again = EMPTY
    lo, hi = 0, by_payer.size
    while lo < hi:
        mid = (lo + hi) // 2
        if claimants[mid] < p:
            lo = mid + 1
        else:
            hi = mid
    while lo < by_payer.size and claimants[lo] == p:
        k = by_payer[lo]
        lo += 1
        if claims[k, C_AMOUNT] != amount or not claims[k, C_FROM] <= at <= claims[k, C_TO]:
            continue
        if claims[k, C_PAYEE] >= 0 and claims[k, C_PAYEE] != q:
            continue
        if claims[k, C_ROW] < 0:
            return k
        if again == EMPTY:
            again = -2 - k
    return again


@inner
def _out_of_order(account, at, inflow, amount, stated, balance, with_balances, with_serials):
    """Whether the row stands elsewhere in the account's sequence than behind its last row, or may do so."""
    last, flags = account[LAST_AT], account[FLAGS]
    if at > last or (with_balances and not stated and not flags & COVERED):
        return False
    if at < last or with_serials:  # serials may put rows of one second in any order
        return True
    if not with_balances:
        return bool(inflow and flags & HAD_OUT)  # rows of one second are read inflows first
    follows = balance == account[BALANCE] + (amount if inflow else -amount)
    return not (stated and flags & COVERED and flags & CHAINED and follows)


@inner
def _must_redo(p, q, at, amount, kind, b_out, b_in, accounts, claim, with_balances, with_serials):
    """Whether this row changes what was allocated before, or needs the lines of an account that are not known."""
    fp, fq = accounts[p, FLAGS], accounts[q, FLAGS]
    if kind == REVERSAL and (fp | fq) & (SPECIAL | CLAIMANT):
        return True
    if fp & CLAIMANT and at <= accounts[p, LAST_AT]:
        return True  # it may be what a reversal of an origin's payee takes back, in the origin's place
    line_p, line_q = p != 0 and not fp & HUB_OR_MASKED, q != 0 and not fq & HUB_OR_MASKED
    if not (line_p and fp & SPECIAL) and not (line_q and fq & SPECIAL) and claim < 0:
        return False
    if p == q:
        return with_balances
    if line_p and _out_of_order(accounts[p], at, False, amount, b_out != MISSING, b_out, with_balances, with_serials):
        return True
    if line_q and _out_of_order(accounts[q], at, True, amount, b_in != MISSING, b_in, with_balances, with_serials):
        return True
    if line_q and fq & STALE:
        return True
    if with_balances:
        late_p = line_p and b_out != MISSING and fp & LOOSE and fp & SPECIAL
        return bool(late_p or (line_q and b_in != MISSING and fq & LOOSE and fq & SPECIAL))
    # An opening that nobody stated: what has left the lots so far would have been paid out of it.
    return bool(line_p and fp & SPECIAL and fp & LEFT and accounts[p, WENT] + amount > accounts[p, CAME])


@inner
def _end_of(q, fq, in_line, kind, is_exit):
    if fq & VICTIM:
        return TO_VICTIM
    if fq & HUB:
        return HUB_END
    if in_line:
        return 0
    if is_exit[kind]:
        return EXIT
    return NO_PAYEE if q == 0 else FRONTIER


@inner
def _settle_balance(account, balance, signed, at, late):
    """Before a row with its own balance, on an account whose lots carry nothing traced: start from what it states."""
    if late:
        account[FLAGS] |= STALE | COVERED
        return
    account[FLAGS] = (account[FLAGS] | COVERED) & ~(STALE | LOOSE)
    account[BALANCE] = balance - signed
    account[WENT], account[CAME] = 0, max(0, balance - signed)


@inner
def _name(records, first, n, end, pocket, hop):
    """Say of records how and where their money ended."""
    for j in range(first, n):
        records[j, REC_END], records[j, REC_POCKET], records[j, REC_HOP] = end, pocket, hop


@inner
def _gap(row, pocket, balance, signed, accounts, nodes, spare, records, n):
    """What the running balance says went on before this row without one: an unknown inflow or outflow."""
    account = accounts[pocket]
    before, first = account[BALANCE], n
    difference = balance - before - signed
    if difference == 0:
        return records, n
    account[BALANCE] = before + difference
    if difference > 0:
        account[CAME] += difference
        if before < 0:
            records, n = _take(accounts, nodes, spare, pocket, min(difference, -before), records, n, row)
            _name(records, first, n, np.int64(REPAID), pocket, account[FLAGS] >> 32)
    else:
        account[CAME] += max(0, -difference - max(0, before))
        records, n = _take(accounts, nodes, spare, pocket, -difference, records, n, row)
        _name(records, first, n, np.int64(GAP), pocket, account[FLAGS] >> 32)
    return records, n


@inner
def _stamp(account, at, bit, chained):
    """Note the row's instant and direction."""
    flags, last = account[FLAGS], account[LAST_AT]
    if at > last:
        account[LAST_AT] = at
        account[FLAGS] = (flags & ~(HAD_IN | HAD_OUT | CHAINED)) | bit | (CHAINED if chained else 0)
    elif at == last:
        account[FLAGS] = (flags | bit) & (~0 if chained else ~CHAINED)


@inner
def _inside(p, b_out, b_in, amount, at, account, with_balances):
    """A row from an account to itself moves nothing; only what it says of the balance counts."""
    if not with_balances or p == 0 or account[FLAGS] & HUB_OR_MASKED or (b_out == MISSING and b_in == MISSING):
        return
    late = at <= account[LAST_AT]
    _settle_balance(account, b_in if b_in != MISSING else b_out + amount, 0, at, late)
    _stamp(account, at, HAD_IN | HAD_OUT, False)


@inner
def _side_ready(account, at, inflow, amount, balance, with_balances, with_serials):
    """Whether the row enters this account's line; puts the account's state in order before it does."""
    if account[FLAGS] & HUB_OR_MASKED:
        return False, True
    stated = balance != MISSING
    disorder = _out_of_order(account, at, inflow, amount, stated, balance, with_balances, with_serials)
    if not with_balances:
        if disorder:
            account[FLAGS] |= STALE
        return True, not disorder
    if not stated:
        if account[FLAGS] & COVERED:
            account[FLAGS] |= LOOSE | (STALE if disorder else 0)
        return False, False
    chained = False
    if disorder or not account[FLAGS] & COVERED or account[FLAGS] & (LOOSE | STALE):
        fresh = not account[FLAGS] & COVERED
        _settle_balance(account, balance, amount if inflow else -amount, at, disorder)
        chained = fresh and not disorder
        return not disorder, chained
    follows = balance == account[BALANCE] + (amount if inflow else -amount)
    return True, follows


@inner
def _arrive(accounts, nodes, spare, records, first, n, q, end, hop):
    """Let what a row carries of each label arrive at its payee, into his lots where it does not end."""
    for j in range(first, n):
        if end == 0:
            place = accounts[q, CAME] + records[j, REC_HOP]
            nodes = _put(accounts, nodes, spare, q, place, records[j, REC_AMOUNT], records[j, REC_LABEL])
        records[j, REC_END], records[j, REC_POCKET], records[j, REC_HOP] = end, q, hop
    if end != TO_VICTIM and q != 0:
        flags = accounts[q, FLAGS]
        known = flags >> 32
        nearest = hop if known == 0 else min(known, hop)
        accounts[q, FLAGS] = (flags & LOW_FLAGS) | (TAINTED if end == 0 else TOUCHED) | (nearest << 32)
    return nodes


@inner
def _careful(
    i, p, q, at, amount, kind, b_out, b_in, claim, accounts, nodes, spare, records, n, with_balances, with_serials, is_exit
):  # fmt: skip
    """One row with all the rules; nothing that was allocated before changes."""
    out, account = accounts[p], accounts[q]
    line_p = line_q = chain_p = chain_q = False
    if p != 0:
        line_p, chain_p = _side_ready(out, at, False, amount, b_out, with_balances, with_serials)
    if q != 0:
        line_q, chain_q = _side_ready(account, at, True, amount, b_in, with_balances, with_serials)
    if line_q and with_balances:
        records, n = _gap(i, q, b_in, amount, accounts, nodes, spare, records, n)
    first, hop = n, (out[FLAGS] >> 32) + 1
    if line_p:
        if with_balances:
            records, n = _gap(i, p, b_out, -amount, accounts, nodes, spare, records, n)
            out[CAME] += max(0, amount - max(0, out[BALANCE]))
            out[BALANCE] -= amount
        else:
            out[WENT] = min(out[WENT], out[CAME] - amount)  # an opening that nobody stated
        first = n
        records, n = _take(accounts, nodes, spare, p, amount, records, n, i)
    if claim >= 0:
        _name(records, first, n, np.int64(SUPERSEDED), q, hop)
        first, hop = n, 1
        records, n = _record(records, n, i, claim, amount, _ZERO, q, _ZERO)
    if n > first:
        end = _end_of(q, account[FLAGS], line_q, kind, is_exit)
        nodes = _arrive(accounts, nodes, spare, records, first, n, q, end, hop)
    if line_q:
        account[CAME] += amount
        if with_balances:
            debt = max(0, -account[BALANCE])
            account[BALANCE] += amount
            if debt:
                first = n
                records, n = _take(accounts, nodes, spare, q, min(amount, debt), records, n, i)
                _name(records, first, n, np.int64(REPAID), q, account[FLAGS] >> 32)
    _stamp(out, at, np.int64(HAD_OUT), chain_p)
    _stamp(account, at, np.int64(HAD_IN), chain_q)
    return nodes, records, n


@inner
def _in_order(accounts, p, q, t, a):
    """Whether a row of a complete ledger only adds to the ends of both lines."""
    fp, fq = accounts[p, FLAGS], accounts[q, FLAGS]
    if (fp | fq) & HUB_MASKED_OR_OUTER or t <= accounts[p, LAST_AT] or t <= accounts[q, LAST_AT]:
        return False
    went = accounts[p, WENT] + a
    if went > accounts[p, CAME]:
        if fp & SPECIAL:
            return False
        accounts[p, WENT] = accounts[p, CAME] - a  # paid out of an opening that nobody stated: the line begins earlier
        return True
    return went <= accounts[p, FIRST] or not fq & STALE


@inner
def _follows(accounts, p, q, t, a, b_out, b_in):
    """The same where both state a balance that follows from the last one or is the account's first."""
    fp, fq = accounts[p, FLAGS], accounts[q, FLAGS]
    if (fp | fq) & (HUB_MASKED_OR_OUTER | STALE | LOOSE) or t <= accounts[p, LAST_AT] or t <= accounts[q, LAST_AT]:
        return False
    if b_out < 0 or b_in < a:  # a debt, or not stated
        return False
    if (fp & COVERED and accounts[p, BALANCE] != b_out + a) or (fq & COVERED and accounts[q, BALANCE] != b_in - a):
        return False
    if not fp & COVERED:
        accounts[p, CAME], accounts[p, WENT] = b_out + a, 0
    if not fq & COVERED:
        accounts[q, CAME], accounts[q, WENT] = b_in - a, 0
    accounts[p, BALANCE], accounts[q, BALANCE] = b_out, b_in
    accounts[p, FLAGS], accounts[q, FLAGS] = fp | COVERED, fq | COVERED
    return True


@inner
def _enter(accounts, account, at, had):
    """Note the instant of an account's row that is in order."""
    accounts[account, LAST_AT] = at
    accounts[account, FLAGS] = (accounts[account, FLAGS] & ~(HAD_IN | HAD_OUT)) | had | CHAINED


@inner
def _plain_rows(k, at, payer, payee, amount, kind, payer_balance, payee_balance, accounts):
    """Take rows from `k` on that only add to the ends of two lines and move nothing tainted; gives the first other one.

    It is a loop of its own, so that what other rows need does not crowd its registers out.
    """
    with_balances = payer_balance.size > 0
    while k < at.size:
        if k + AHEAD < at.size:
            prefetch(accounts, payer[k + AHEAD])
            prefetch(accounts, payee[k + AHEAD])
        # Without a sign, so that no index is taken for one from the end.
        p, q, t, a = np.uintp(payer[k]), np.uintp(payee[k]), at[k], amount[k]
        if p == q or kind[k] == REVERSAL or accounts[p, FLAGS] & CLAIMANT:
            return k
        if accounts[p, WENT] + a > accounts[p, FIRST]:
            return k
        if with_balances:
            if not _follows(accounts, p, q, t, a, payer_balance[k], payee_balance[k]):
                return k
        elif not _in_order(accounts, p, q, t, a):
            return k
        accounts[p, WENT] += a
        accounts[q, CAME] += a
        _enter(accounts, p, t, HAD_OUT)
        _enter(accounts, q, t, HAD_IN)
        k += 1
    return k


@kernel
def advance(
    first, at, payer, payee, amount, kind, payer_balance, payee_balance, accounts, nodes, spare, records, claims,
    by_payer, claimants, is_exit, with_serials
):  # fmt: skip
    """Take rows in the order of arrival, the number of the first one being `first`.

    Gives how many were taken before one that must be redone with all before it, the tainted intervals and the table of
    records, both perhaps longer than they came, and how many records there are: (row, label, amount, end, account, hop).
    """
    n, k = _ZERO, _ZERO
    with_balances = payer_balance.size > 0
    while True:
        k = _plain_rows(k, at, payer, payee, amount, kind, payer_balance, payee_balance, accounts)
        if k == at.size:
            return k, nodes, records, n
        p, q, t, a = np.uintp(payer[k]), np.uintp(payee[k]), at[k], amount[k]
        claim = EMPTY
        if accounts[p, FLAGS] & CLAIMANT and p != q:
            claim = _claim_of(claims, by_payer, claimants, np.int64(p), np.int64(q), t, a)
        if claim == EMPTY and p != q and kind[k] != REVERSAL:
            if (
                _follows(accounts, p, q, t, a, payer_balance[k], payee_balance[k])
                if with_balances
                else _in_order(accounts, p, q, t, a)
            ):
                if accounts[p, WENT] + a > accounts[p, FIRST]:
                    start, hop = n, (accounts[p, FLAGS] >> 32) + 1
                    records, n = _take(accounts, nodes, spare, np.int64(p), a, records, n, first + k)
                    end = np.int64(TO_VICTIM) if accounts[q, FLAGS] & VICTIM else _ZERO
                    nodes = _arrive(accounts, nodes, spare, records, start, n, np.int64(q), end, hop)
                else:
                    accounts[p, WENT] += a
                accounts[q, CAME] += a
                _enter(accounts, p, t, HAD_OUT)
                _enter(accounts, q, t, HAD_IN)
                k += 1
                continue
        i, payer_now, payee_now = first + k, np.int64(p), np.int64(q)
        if claim < EMPTY:
            records, n = _record(records, n, i, -2 - claim, _ZERO, np.int64(AMBIGUOUS), payee_now, _ZERO)
        if claim >= 0:
            claims[claim, C_ROW] = i
        b_out = payer_balance[k] if with_balances else MISSING
        b_in = payee_balance[k] if with_balances else MISSING
        if _must_redo(payer_now, payee_now, t, a, kind[k], b_out, b_in, accounts, claim, with_balances, with_serials):
            return k, nodes, records, n
        if p == q:
            _inside(payer_now, b_out, b_in, a, t, accounts[payer_now], with_balances)
        else:
            nodes, records, n = _careful(
                i, payer_now, payee_now, t, a, kind[k], b_out, b_in, claim, accounts, nodes, spare, records, n,
                with_balances, with_serials, is_exit,
            )  # fmt: skip
        k += 1
