"""Array loops of live tracing: one pass over the rows as they come; private to this room.

An account is one row of 64 bytes, so that a transfer touches two cache lines: how much came in, how much went out (both as
places on its lines, the opening included), its last stated balance, the time of its last row, the first and last tainted
interval, its last row (a chain through `prev` leads back to the first), and flags with the hop in the upper half. A tainted
interval is a row of `nodes`: from, to (places on the inflow line), label, next. What an account does to its lines follows
`ledger.line_kernels`; whatever would change an earlier allocation stops the pass instead, for the batch engine to redo.
"""

from __future__ import annotations

import numpy as np

from fanzha.ledger.compiled import inner, kernel
from fanzha.ledger.layout import (
    AFTER,
    LAST,
    LOW_32,
    NO_ROW,
    ROW_ENDS,
    ROW_IN_LO,
    ROW_JUMPS,
    ROW_OUT_LO,
    SEG_BASE,
    SEG_BY_SHARES,
    SEG_EID,
    SEG_LENGTH,
    SEG_OFFSET,
    SEG_REVERSAL,
)
from fanzha.ledger.layout import SPECIAL as REVERSED

MISSING = np.iinfo(np.int64).min
CAME, WENT, BALANCE, LAST_AT, HEAD, TAIL, LAST_ROW, FLAGS = 0, 1, 2, 3, 4, 5, 6, 7
# Flags of an account.
TAINTED, TOUCHED = 1, 2  # traced money entered its lots; traced money arrived, but outside its lots
STALE = 4  # rows came out of order before any traced money did: its lines are not known until somebody needs them
VICTIM, HUB, MASKED, CLAIMANT = 8, 16, 32, 64
COVERED, LOOSE = 128, 256  # it has stated a balance; a row without its balance came after the last stated one
HAD_IN, HAD_OUT, CHAINED = 512, 1024, 2048  # rows of its last instant; whether their balances follow in arrival order
HUB_OR_MASKED = HUB | MASKED
SPECIAL = TAINTED | TOUCHED
CAREFUL = SPECIAL | HUB_OR_MASKED | CLAIMANT
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


@inner
def _grown_rows(table):
    out = np.empty((2 * table.shape[0], table.shape[1]), table.dtype)
    out[: table.shape[0]] = table
    return out


@inner
def _record(records, n, row, label, amount, end, pocket, hop):
    if n == records.shape[0]:
        records = _grown_rows(records)
    records[n, REC_ROW], records[n, REC_LABEL], records[n, REC_AMOUNT] = row, label, amount
    records[n, REC_END], records[n, REC_POCKET], records[n, REC_HOP] = end, pocket, hop
    return records, n + 1


@inner
def _take(accounts, nodes, spare, p, amount, pieces):
    """Pay an amount out of an account's line: the tainted pieces of it as (label, offset, length), oldest first."""
    lo = accounts[p, WENT]
    hi = lo + amount
    accounts[p, WENT] = hi
    m, node = 0, accounts[p, HEAD]
    while node >= 0 and nodes[node, LO] < hi:
        part = min(nodes[node, HI], hi) - nodes[node, LO]
        if m == pieces.shape[0]:
            pieces = _grown_rows(pieces)
        pieces[m, 0], pieces[m, 1], pieces[m, 2] = nodes[node, LABEL], nodes[node, LO] - lo, part
        m += 1
        nodes[node, LO] += part
        if nodes[node, LO] < nodes[node, HI]:
            break
        after = nodes[node, NEXT]
        nodes[node, NEXT] = spare[1]
        spare[1] = node
        node = after
    accounts[p, HEAD] = node
    if node < 0:
        accounts[p, TAIL] = -1
    return pieces, m


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
    nodes[node, LO], nodes[node, HI], nodes[node, LABEL], nodes[node, NEXT] = lo, lo + length, label, -1
    if tail >= 0:
        nodes[tail, NEXT] = node
    else:
        accounts[q, HEAD] = node
    accounts[q, TAIL] = node
    return nodes


@kernel
def replace_nodes(accounts, nodes, spare, pocket, fresh):
    """Give an account another list of tainted intervals: rows of (from, to, label), in order of place."""
    node = accounts[pocket, HEAD]
    while node >= 0:
        after = nodes[node, NEXT]
        nodes[node, NEXT] = spare[1]
        spare[1] = node
        node = after
    accounts[pocket, HEAD] = accounts[pocket, TAIL] = -1
    for k in range(fresh.shape[0]):
        nodes = _put(accounts, nodes, spare, pocket, fresh[k, 0], fresh[k, 1] - fresh[k, 0], fresh[k, 2])
    return nodes


@kernel
def nodes_of(accounts, nodes, pocket):
    """An account's tainted intervals: rows of (from, to, label)."""
    count, node = 0, accounts[pocket, HEAD]
    while node >= 0:
        count += 1
        node = nodes[node, NEXT]
    out = np.empty((count, 3), np.int64)
    node = accounts[pocket, HEAD]
    for k in range(count):
        out[k, 0], out[k, 1], out[k, 2] = nodes[node, LO], nodes[node, HI], nodes[node, LABEL]
        node = nodes[node, NEXT]
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
                grown[:n] = out
                out = grown
            out[n] = side >> 1
            n += 1
            side = prev[side >> 1, side & 1]
    return out[:n]


@kernel
def chain_row(row, p, q, accounts, prev):
    """Hang a row into the chains of its two accounts."""
    prev[row, 0] = accounts[p, LAST_ROW]
    accounts[p, LAST_ROW] = 2 * row
    prev[row, 1] = accounts[q, LAST_ROW]
    accounts[q, LAST_ROW] = 2 * row + 1


@inner
def _claim_of(claims, p, q, at, amount):
    """The origin that this row is the payment of, -1 if none; -2 - k if it could be origin k, which another row is."""
    again = EMPTY
    for k in range(claims.shape[0]):
        if claims[k, C_PAYER] != p or claims[k, C_AMOUNT] != amount or not claims[k, C_FROM] <= at <= claims[k, C_TO]:
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
def _must_redo(i, p, q, at, amount, kind, b_out, b_in, accounts, claim, with_balances, with_serials):
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
    return bool(line_p and fp & SPECIAL and accounts[p, WENT] + amount > accounts[p, CAME])


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
def _gone(records, n, row, pieces, m, end, pocket, hop):
    for j in range(m):
        records, n = _record(records, n, row, pieces[j, 0], pieces[j, 2], end, pocket, hop)
    return records, n


@inner
def _gap(row, pocket, balance, signed, accounts, nodes, spare, pieces, records, n):
    """What the running balance says went on before this row without one: an unknown inflow or outflow."""
    account = accounts[pocket]
    hop = account[FLAGS] >> 32
    difference = balance - account[BALANCE] - signed
    if difference > 0:
        account[CAME] += difference
        debt = max(0, -account[BALANCE])
        account[BALANCE] += difference
        if debt:
            pieces, m = _take(accounts, nodes, spare, pocket, min(difference, debt), pieces)
            records, n = _gone(records, n, row, pieces, m, REPAID, pocket, hop)
    elif difference < 0:
        account[CAME] += max(0, -difference - max(0, account[BALANCE]))
        account[BALANCE] += difference
        pieces, m = _take(accounts, nodes, spare, pocket, -difference, pieces)
        records, n = _gone(records, n, row, pieces, m, GAP, pocket, hop)
    return pieces, records, n


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
def _careful(
    i,
    p,
    q,
    at,
    amount,
    kind,
    b_out,
    b_in,
    claim,
    accounts,
    nodes,
    spare,
    pieces,
    records,
    n,
    with_balances,
    with_serials,
    is_exit,
):
    """One row with all the rules; nothing that was allocated before changes."""
    out = accounts[p]
    line_p = line_q = chain_p = chain_q = False
    if p != 0:
        line_p, chain_p = _side_ready(out, at, False, amount, b_out, with_balances, with_serials)
    if q != 0:
        line_q, chain_q = _side_ready(accounts[q], at, True, amount, b_in, with_balances, with_serials)
    m, hop = 0, (out[FLAGS] >> 32) + 1
    if line_p:
        if with_balances:
            pieces, records, n = _gap(i, p, b_out, -amount, accounts, nodes, spare, pieces, records, n)
            out[CAME] += max(0, amount - max(0, out[BALANCE]))
            out[BALANCE] -= amount
        elif out[WENT] + amount > out[CAME]:
            out[CAME] = out[WENT] + amount
        pieces, m = _take(accounts, nodes, spare, p, amount, pieces)
    if claim >= 0:
        records, n = _gone(records, n, i, pieces, m, SUPERSEDED, q, hop)
        pieces[0, 0], pieces[0, 1], pieces[0, 2] = claim, 0, amount
        m, hop = 1, 1
    account = accounts[q]
    if line_q and with_balances:
        pieces2 = np.empty((8, 3), np.int64)
        pieces2, records, n = _gap(i, q, b_in, amount, accounts, nodes, spare, pieces2, records, n)
    end = _end_of(q, account[FLAGS], line_q, kind, is_exit)
    for j in range(m):
        records, n = _record(records, n, i, pieces[j, 0], pieces[j, 2], end, q, hop)
        if end == 0:
            nodes = _put(accounts, nodes, spare, q, account[CAME] + pieces[j, 1], pieces[j, 2], pieces[j, 0])
    if m and end != TO_VICTIM and q != 0:
        known = account[FLAGS] >> 32
        nearest = hop if known == 0 else min(known, hop)
        account[FLAGS] = (account[FLAGS] & LOW_FLAGS) | (TAINTED if end == 0 else TOUCHED) | (nearest << 32)
    if line_q:
        account[CAME] += amount
        if with_balances:
            debt = max(0, -account[BALANCE])
            account[BALANCE] += amount
            if debt:
                pieces, m = _take(accounts, nodes, spare, q, min(amount, debt), pieces)
                records, n = _gone(records, n, i, pieces, m, REPAID, q, account[FLAGS] >> 32)
    _stamp(out, at, HAD_OUT, chain_p)
    _stamp(account, at, HAD_IN, chain_q)
    return nodes, pieces, records, n


@kernel
def advance(
    first,
    end,
    at,
    payer,
    payee,
    amount,
    kind,
    payer_balance,
    payee_balance,
    prev,
    accounts,
    nodes,
    spare,
    claims,
    is_exit,
    with_serials,
):
    """Take rows `first` to `end` in the order of arrival.

    Gives the row that must be redone with all before it (`end` if none), the tainted intervals (perhaps in a longer
    array) and the records (row, label, amount, end, account, hop).
    """
    records, n = np.empty((1024, 6), np.int64), 0
    pieces = np.empty((64, 3), np.int64)
    with_balances = payer_balance.size > 0
    i = first
    while i < end:
        p, q, t, a = payer[i], payee[i], at[i], amount[i]
        out, into = accounts[p], accounts[q]
        flags = out[FLAGS] | into[FLAGS]
        if (
            not with_balances and t > out[LAST_AT] and t > into[LAST_AT] and not flags & CAREFUL
            and p != q and p != 0 and q != 0
        ):  # fmt: skip
            # Nothing traced on either side, and both in order: the two lines grow, no more.
            prev[i, 0], out[LAST_ROW] = out[LAST_ROW], 2 * i
            prev[i, 1], into[LAST_ROW] = into[LAST_ROW], 2 * i + 1
            went = out[WENT] + a
            out[WENT] = went
            out[CAME] = max(went, out[CAME])
            into[CAME] += a
            out[LAST_AT] = into[LAST_AT] = t
            out[FLAGS] = (out[FLAGS] & ~(HAD_IN | CHAINED)) | HAD_OUT
            into[FLAGS] = (into[FLAGS] & ~(HAD_OUT | CHAINED)) | HAD_IN
            i += 1
            continue
        b_out = payer_balance[i] if with_balances else MISSING
        b_in = payee_balance[i] if with_balances else MISSING
        claim = EMPTY
        if out[FLAGS] & CLAIMANT and p != q:
            claim = _claim_of(claims, p, q, t, a)
            if claim < EMPTY:
                records, n = _record(records, n, i, -2 - claim, 0, AMBIGUOUS, q, 0)
        if claim >= 0:
            claims[claim, C_ROW] = i
        if _must_redo(i, p, q, t, a, kind[i], b_out, b_in, accounts, claim, with_balances, with_serials):
            return i, nodes, records[:n]
        chain_row(i, p, q, accounts, prev)
        if p == q:
            _inside(p, b_out, b_in, a, t, out, with_balances)
        else:
            nodes, pieces, records, n = _careful(
                i, p, q, t, a, kind[i], b_out, b_in, claim, accounts, nodes, spare, pieces, records, n, with_balances,
                with_serials, is_exit,
            )  # fmt: skip
        i += 1
    return end, nodes, records[:n]


HELD = -1  # in place of an end: the money is still at the payee of the row, at a place of his line


@inner
def _trace(table, n, row, label, amount, end, place):
    if n == table.shape[0]:
        table = _grown_rows(table)
    table[n, 0], table[n, 1], table[n, 2], table[n, 3], table[n, 4] = row, label, amount, end, place
    return table, n + 1


@inner
def _wait(stack, depth, row, offset, length, label, base):
    """One more arrival to follow: a stretch of the payment of a row, which begins at `base` of the payee's line."""
    if depth == stack.shape[0]:
        stack = _grown_rows(stack)
    stack[depth, 0], stack[depth, 1], stack[depth, 2], stack[depth, 3], stack[depth, 4] = (
        row,
        offset,
        length,
        label,
        base,
    )
    return stack, depth + 1


@kernel
def chase_places(rows, row_of, amount, out_total, segs, skip, seed_eids, victims, nested_eids):
    """Chase the origins' money along the lines of an index, as `kernels.chase_fifo` does, and say where what is held lies.

    Records of (row, label, amount, end, place); the last value is false where only a replay can tell.
    """
    found, n = np.empty((256, 5), np.int64), 0
    stack, depth = np.empty((64, 5), np.int64), 0
    for label in range(seed_eids.size):
        row = np.int64(row_of[seed_eids[label]])
        found, n = _trace(found, n, row, label, amount[seed_eids[label]], 0, -1)
        stack, depth = _wait(stack, depth, row, 0, amount[seed_eids[label]], label, MISSING)
    while depth > 0:
        depth -= 1
        row, offset, length, label, base = stack[depth]
        payee, jumps, place = rows[row, ROW_ENDS] >> 32, rows[row, ROW_JUMPS], rows[row, ROW_IN_LO]
        r = (jumps >> 32) & LOW_32
        if base != MISSING:  # a piece that stayed of a reversed payment: look on from the first outflow after it
            r = jumps & AFTER if jumps & AFTER != AFTER else np.int64(NO_ROW)
            place = base
        else:
            home = _among(victims, payee)
            if r == REVERSED and (place < 0 or not home):
                found, n, stack, depth, whole = _pieces_of(
                    rows, segs, skip, row, offset, length, label, TO_VICTIM if home else -place, found, n, stack, depth
                )
                if not whole:
                    return found[:n], False
                continue
            if home or place < 0:
                found, n = _trace(found, n, row, label, length, TO_VICTIM if home else -place, -1)
                continue
            place += offset
        end = place + length
        while place < end:
            if r == NO_ROW:
                found, n = _trace(found, n, row, label, end - place, HELD, place)
                break
            last = (rows[r, ROW_JUMPS] & LAST) != 0
            upto = out_total[payee] if last else rows[r + 1, ROW_OUT_LO]
            if upto > place:
                part = min(end, upto) - place
                if _among(nested_eids, rows[r, ROW_ENDS] & LOW_32):
                    found, n = _trace(found, n, r, label, part, SUPERSEDED, -1)
                else:
                    found, n = _trace(found, n, r, label, part, 0, -1)
                    stack, depth = _wait(stack, depth, r, place - rows[r, ROW_OUT_LO], part, label, MISSING)
                place += part
            r = np.int64(NO_ROW) if last else r + 1
    return found[:n], True


@inner
def _among(values, wanted):
    for value in values:
        if value == wanted:
            return True
    return False


@inner
def _pieces_of(rows, segs, skip, row, offset, length, label, end, found, n, stack, depth):
    """Money of a payment that was reversed: what stayed goes on along the line, what was taken back goes with it."""
    eid = rows[row, ROW_ENDS] & LOW_32
    k = np.searchsorted(segs[:, SEG_EID], eid)
    while k < segs.shape[0] and segs[k, SEG_EID] == eid:
        lo = max(offset, segs[k, SEG_OFFSET])
        part = min(offset + length, segs[k, SEG_OFFSET] + segs[k, SEG_LENGTH]) - lo
        back, base = segs[k, SEG_REVERSAL], segs[k, SEG_BASE] + lo - segs[k, SEG_OFFSET]
        k += 1
        if part <= 0:
            continue
        if back == SEG_BY_SHARES:
            return found, n, stack, depth, False
        if back < 0:
            stack, depth = _wait(stack, depth, row, 0, part, label, base)
        else:
            found, n = _trace(found, n, back, label, part, 0, -1)
            skipped = skip[rows[back, ROW_ENDS] & LOW_32] if skip.size else 0
            stack, depth = _wait(stack, depth, back, base - skipped, part, label, MISSING)
    return found, n, stack, depth, True
