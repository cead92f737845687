"""The cooperative's own month: what it got from whom by which step, and what it booked itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.corrections import Correction
from scharrel.core.facts import Holder
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.pack import Step
from scharrel.core.trace import Allocation
from scharrel.ledger.ledger import Ledger
from scharrel.text.sentences import label
from scharrel.text.words import Words


class OwnShare(NamedTuple):
    """What the cooperative itself got of a holder by one step, in euros: of the month in which it is booked,
    or put right of an earlier one (`of`)."""

    holder: str
    name: str
    step: str
    label: str
    of: Month
    amount: Decimal


class OwnBooking(NamedTuple):
    """A posting in the cooperative's own ledger, in euros: income and costs are both above zero as a rule."""

    day: date
    text: str
    amount: Decimal
    file: str
    line: int


OwnAccounts = Mapping[str, Sequence[OwnBooking]]


class OwnMonth(NamedTuple):
    """The shares by name and step; what came in otherwise, and what it was spent on, by account."""

    shares: Sequence[OwnShare]
    income: OwnAccounts
    spent: OwnAccounts

    @property
    def shared(self) -> Decimal:
        """All shares together, in euros."""
        return total(share.amount for share in self.shares)


Named = tuple[str, Step | None, Correction]
"""A correction with its name, and the step that pays it."""


def own_shares(
    words: Words,
    holder: Holder,
    month: Month,
    allocation: Allocation | None,
    corrected: Mapping[Month, Iterable[Named]],
) -> Iterator[OwnShare]:
    """What the month books for the cooperative of the holder: its division, without what later months put
    right of it, and what it puts right itself; `corrected` has both by the month that books it. What a member
    of a sub-cooperative pays comes in there, and that of the sub-cooperative is what it pays on."""
    posted: dict[tuple[str, Month], tuple[str, Decimal]] = {}

    def book(step: str, of: Month, name: str, amount: Decimal) -> None:
        known, before = posted.get((step, of), (name, ZERO))
        posted[step, of] = known, before + amount

    for result in allocation.posted if allocation else ():
        if result.step.party == "coop" and not holder.belongs_to(month):
            book(result.step.id, month, label(words, result.step), result.paid)
    for booked, entries in corrected.items():
        for name, step, c in entries:
            if not step or step.party != "coop" or c.project or holder.belongs_to(c.of):
                continue
            if booked == month:
                book(c.step, c.of, name, c.difference)
            elif c.of == month:
                book(c.step, month, name, -c.difference)
    for (step_id, of), (name, amount) in posted.items():
        if amount:
            yield OwnShare(holder.id, holder.name, step_id, name, of, amount)


def own_month(shares: Sequence[OwnShare], ledger: Ledger | None, month: Month) -> OwnMonth:
    """The cooperative's month, with what its ledger has, if there is one."""
    if ledger is None:
        return OwnMonth(shares, {}, {})
    return OwnMonth(shares, _accounts(ledger, month, "Income:"), _accounts(ledger, month, "Expenses:"))


def _accounts(ledger: Ledger, month: Month, root: str) -> OwnAccounts:
    """The euros that count in the month on accounts under the root, by account."""
    found: dict[str, list[OwnBooking]] = {}
    for m in sorted(ledger.movements, key=lambda m: (m.account, m.day, m.line)):
        if m.account.startswith(root) and m.counts == month and m.currency == "EUR":
            booking = OwnBooking(m.day, m.text, m.amount, ledger.shown, m.line)
            found.setdefault(m.account, []).append(booking)
    return found


def sum_of(accounts: OwnAccounts) -> Decimal:
    """All bookings together, in euros."""
    return total(booking.amount for bookings in accounts.values() for booking in bookings)
