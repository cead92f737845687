"""The cooperative's own month: what it got from whom by which step, and what it booked itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.corrections import Correction
from scharrel.core.facts import Holder
from scharrel.core.money import total
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


def own_shares(
    words: Words,
    holder: Holder,
    month: Month,
    allocation: Allocation | None,
    corrected: Iterable[tuple[str, Step | None, Correction]],
) -> Iterator[OwnShare]:
    """What the cooperative gets of the holder by the month's division and by what the month puts `corrected`
    (each by its name, with the step that pays it). What a member of a sub-cooperative pays comes in there,
    and that of the sub-cooperative is what it pays on."""
    if allocation and not holder.belongs_to(month):
        for result in allocation.posted:
            if result.step.party == "coop":
                name = label(words, result.step)
                yield OwnShare(holder.id, holder.name, result.step.id, name, month, result.paid)
    for name, step, c in corrected:
        if step and step.party == "coop" and not c.project and not holder.belongs_to(c.of) and c.difference:
            yield OwnShare(holder.id, holder.name, c.step, name, c.of, c.difference)


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
