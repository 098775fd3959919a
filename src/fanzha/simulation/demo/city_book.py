"""The book of one of the city's institutions: its accounts live in the city, its orders and holds in a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fanzha.simulation.banks.book import Book, Counterparty, Hold, Movement
from fanzha.simulation.demo.city_world import CityWorld

# No institution of a city issues such numbers: with them a visitor of the demo plays through a report that he makes up.
REHEARSAL_PREFIX: Final = "629999"
REHEARSAL_DIGITS: Final = 16  # as many at least
OWN_SERIALS: Final = 10**9  # of movements that the desk caused, behind those of the city


def is_rehearsal(number: str) -> bool:
    """Whether it is a number for rehearsals, that the city's institutions open when an order asks for it."""
    return number.startswith(REHEARSAL_PREFIX) and number.isdigit() and len(number) >= REHEARSAL_DIGITS


class CityBook(Book):
    """As `Book`, for accounts of a world that several institutions share."""

    def __init__(self, file: Path | None, world: CityWorld, institution: str) -> None:
        super().__init__(file)
        self._world, self._institution = world, institution

    def turn_to(self, at_us: int) -> None:
        """Holds end at the end of their term, and everybody pays what is due by then."""
        due = self.ask(
            "SELECT original, until_us FROM holds WHERE over_us IS NULL AND until_us <= ? ORDER BY until_us", at_us
        )
        for original, until_us in due:
            self._world.advance(until_us)
            self.end_hold(original, until_us)
        self._world.advance(at_us)

    def admit(self, number: str, holder: str, paid_minor: int, at_us: int) -> None:
        """Opens an account of rehearsal for whom the order names, with the payment that it follows; each payment once."""
        if not is_rehearsal(number) or not holder:
            return
        self.connection.execute("INSERT OR IGNORE INTO accounts VALUES (?, ?)", (number, holder))
        self.move(number, paid_minor, at_us, Counterparty(), "转入", f"rehearsal {number} {at_us} {paid_minor}")

    def holder(self, number: str) -> str | None:
        """Whose account it is; None where this institution has none of that number."""
        if is_rehearsal(number):
            return super().holder(number)
        code = self._world.payments.code_of.get(number)
        if code is None or self._world.payments.institutions[code] != self._institution:
            return None
        return self._world.payments.holders[code]

    def balance(self, number: str) -> int:
        """What is in an account."""
        if is_rehearsal(number):
            return super().balance(number)
        own = self.ask("SELECT COALESCE(SUM(amount), 0) FROM movements WHERE account = ?", number)[0][0]
        return self._world.planned_minor(self._code(number)) + int(own)

    def move(self, number: str, amount_minor: int, at_us: int, other: Counterparty, words: str, reference: str) -> bool:
        """Books a movement that no plan knows; False when it was booked under that reference before."""
        booked = super().move(number, amount_minor, at_us, other, words, reference)
        if booked and not is_rehearsal(number):
            self._world.move(self._code(number), amount_minor)
        return booked

    def movements(self, number: str, from_us: int, until_us: int) -> list[Movement]:
        """The rows of an account between two instants, both included."""
        if is_rehearsal(number):
            return super().movements(number, from_us, until_us)
        payments, code = self._world.payments, self._code(number)
        own = super().movements(number, 0, until_us)
        lines = [
            Movement(
                each.row + 1, each.at_us, each.amount_minor, 0, payments.numbers[each.other], payments.holders[each.other],
                payments.institutions[each.other], each.words,
            )
            for each in self._world.rows(code, until_us)
        ]  # fmt: skip
        lines += [
            Movement(
                OWN_SERIALS + each.serial, each.at_us, each.amount_minor, 0, each.other, each.other_holder,
                each.other_institution, each.words,
            )
            for each in own
        ]  # fmt: skip
        standing, found = int(payments.opening_minor[code]), []
        for line in sorted(lines, key=lambda each: (each.at_us, each.serial)):
            standing += line.amount_minor
            if line.at_us >= from_us:
                found.append(
                    Movement(
                        line.serial, line.at_us, line.amount_minor, standing, line.other, line.other_holder,
                        line.other_institution, line.words,
                    )
                )  # fmt: skip
        return found

    def begin_hold(self, hold: Hold) -> None:
        """Begins one."""
        super().begin_hold(hold)
        self._bind(hold, 1)

    def change_hold(self, original: str, *, amount_minor: int | None = None, until_us: int | None = None) -> None:
        """Changes its amount or its end."""
        before = self.hold(original)
        super().change_hold(original, amount_minor=amount_minor, until_us=until_us)
        if before is None or is_rehearsal(before.account):
            return
        if before.over_us is None and amount_minor is not None and not before.blocks:
            self._world.keep_back(self._code(before.account), amount_minor - before.amount_minor)

    def end_hold(self, original: str, at_us: int) -> None:
        """Ends it."""
        before = self.hold(original)
        super().end_hold(original, at_us)
        if before is not None and before.over_us is None:
            self._bind(before, -1)

    def next_end_us(self) -> int | None:
        """When the next hold ends by itself."""
        found = self.ask("SELECT MIN(until_us) FROM holds WHERE over_us IS NULL")[0][0]
        return None if found is None else int(found)

    def bind_anew(self) -> None:
        """Tells a world that begins again what this institution did: movements of its own, and holds that stand."""
        for number, amount in self.ask("SELECT account, SUM(amount) FROM movements GROUP BY account"):
            if not is_rehearsal(number):
                self._world.move(self._code(number), amount)
        for hold in self.holds():
            self._bind(hold, 1)

    def _bind(self, hold: Hold, sign: int) -> None:
        if is_rehearsal(hold.account):
            return
        code = self._code(hold.account)
        if hold.blocks:
            self._world.block(code, sign)
        else:
            self._world.keep_back(code, sign * hold.amount_minor)

    def _code(self, number: str) -> int:
        return self._world.payments.code_of[number]
