"""What was booked in the member's month: by hand, and by what the bank brought and took."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.facts import Movement
from scharrel.core.money import ZERO, total
from scharrel.statements.data import StatementData
from scharrel.text.words import Words, masked
from scharrel.treasury.accounts import OWN_ROLES, TRANSIT
from scharrel.treasury.payments import owed_by

LONGEST_BANK_TEXT, LONGEST_OWN_TEXT = 70, 140
"""Letters of what a bank's line says, and a booking by hand, into which one may have been pasted."""


class Payout(NamedTuple):
    """What went to the member in euros, and `how`: "hand" is by the member's own ledger, "transfer" was
    ordered at the bank or left it; "back" came back from there, and "cancelled" was never sent."""

    day: date
    amount: Decimal
    how: str


class BookedRow(NamedTuple):
    """A posting that counts in the month: an amount in euros unless `currency` says otherwise, and the line
    of the member's own ledger; none for what the bank brought, of which the `text` says what it put on the
    cooperative's account and `place` where that stands."""

    day: date
    text: str
    account: str
    amount: Decimal
    currency: str
    line: int
    place: str

    @property
    def signed(self) -> Decimal:
        """The amount as members read it: what was spent has a minus."""
        return -self.amount if self.account.startswith("Expenses:") else self.amount


def booked_rows(words: Words, data: StatementData, counted: Sequence[Movement]) -> Iterator[BookedRow]:
    """What counted in the month; of a bank line the first says what it put on the account."""
    told: set[int] = set()
    for m in counted:
        if data.roles[m.account] in ("vat", *OWN_ROLES):
            continue
        text, line, place = _booking_text(words, data.names, m), m.line, ""
        if not data.by_bank(m):
            text = masked(text, LONGEST_OWN_TEXT)
        else:
            said = [] if line in told else [_moved_at_bank(words, one) for one in data.banked(line)]
            text, place = masked(text, LONGEST_BANK_TEXT), data.source.where(line)
            text = " ".join([_sentence(text) if said else text, *said])
            told.add(line)
            line = 0
        yield BookedRow(m.day, text, m.account, m.amount, m.currency, line, place)


def _sentence(text: str) -> str:
    return text if text.endswith(("…", ".")) else f"{text}."


def _moved_at_bank(words: Words, movement: Movement) -> str:
    key = "in" if movement.amount > 0 else "out"
    values = {"day": words.day(movement.day), "amount": words.money(abs(movement.amount))}
    return words(f"paper.book_bank_{key}", **values)


def otherwise_banked(
    words: Words, data: StatementData, told: Collection[str], paid_out: Sequence[Payout]
) -> Iterator[str]:
    """What the bank brought or took for the member in the month, and what is told nowhere else."""
    transferred = {(paid.day, paid.amount) for paid in paid_out if paid.how in ("transfer", "back")}
    for m in data.banked():
        place = data.source.where(m.line)
        if place not in told and (m.day, abs(m.amount)) not in transferred:
            yield f"{_moved_at_bank(words, m)}: {_sentence(masked(m.text, LONGEST_OWN_TEXT))}"


def _booking_text(words: Words, names: Mapping[str, str], movement: Movement) -> str:
    """What the booking says, for which project it was, and when the customer paid what counts of it."""
    about = [names.get(movement.project, movement.project)] if movement.project else []
    if movement.paid and movement.earned:
        about.append(words("explain.paid-on", day=words.day(movement.earned)))
    return " ".join([movement.text, *(f"({each})" for each in about)])


def payouts(data: StatementData, accounts: Sequence[str]) -> Iterator[Payout]:
    """What went from these accounts to the member in the month, by day; of a payment what the bank pays."""
    of_others = [m for m in data.movements if data.by_bank(m)]
    ordered = _owed_by_line(m for m in of_others if data.roles.get(m.account) == TRANSIT)
    at_bank = _owed_by_line(m for m in of_others if m.account in data.banks)
    dated = [m for account in accounts for m in data.dated(account)]
    for line, m in sorted({m.line: m for m in dated}.items(), key=lambda found: (found[1].day, found[0])):
        taken = -total(one.amount for one in dated if one.line == line)
        if amount := ordered.get(line) or at_bank.get(line):
            back = "cancelled" if line in ordered else "back"
            yield Payout(m.day, abs(amount), "transfer" if amount > 0 else back)
        elif taken > 0:
            yield Payout(m.day, taken, "hand")


def _owed_by_line(movements: Iterable[Movement]) -> Mapping[int, Decimal]:
    """By booking what it makes the cooperative owe more, in euros."""
    sums: dict[int, Decimal] = {}
    for m in movements:
        sums[m.line] = sums.get(m.line, ZERO) + owed_by(m)
    return sums
