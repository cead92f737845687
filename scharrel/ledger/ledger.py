"""What a ledger says, as values."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from scharrel.core.chart import Account
from scharrel.core.facts import Amounts, Movement
from scharrel.core.month import Month
from scharrel.core.problems import Problem
from scharrel.core.quotes import Billed, Quote
from scharrel.store.text import Text
from scharrel.treasury.invoices import InvoiceBooking


@dataclass(slots=True)
class Ledger:
    """What a ledger says. `booked` has the lines of the bookings by the month in which they count,
    `role_lines` the first line of each role by month; `balances` the asserted
    accounts with their lines; `roles` has the role of every account that the ledger may use; `earned` the
    dates after `earned:`. `sums` is what was booked by month of the date, account and currency, as it stands
    there; what has a cost or a price is no part of it, but in `priced`, with its accounts by line. `own` are
    the accounts that the ledger opens, `prices` the lines of what it says of prices; `billed` the bookings
    with a link or a `quote:`, `invoices` those about customers and invoices. `on_account` are postings that
    count as far as they are paid, `paid` what was paid of them; `amounts` has them so. `receipts` are the
    names of receipts by the line of the booking, `delivered` the days on which what was sold was done."""

    amounts: Amounts
    movements: list[Movement] = field(default_factory=list)
    booked: dict[Month, list[int]] = field(default_factory=dict)
    days: list[tuple[date, int]] = field(default_factory=list)
    role_lines: dict[Month, dict[str, int]] = field(default_factory=dict)
    balances: list[tuple[str, int]] = field(default_factory=list)
    roles: dict[str, str | None] = field(default_factory=dict)
    earned: list[tuple[date, int]] = field(default_factory=list)
    sums: dict[Month, dict[tuple[str, str], Decimal]] = field(default_factory=dict)
    priced: dict[int, dict[int, str]] = field(default_factory=dict)
    own: dict[str, Account] = field(default_factory=dict)
    prices: list[int] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    billed: list[Billed] = field(default_factory=list)
    invoices: list[InvoiceBooking] = field(default_factory=list)
    on_account: list[Movement] = field(default_factory=list)
    paid: list[Movement] = field(default_factory=list)
    receipts: dict[int, str] = field(default_factory=dict)
    delivered: dict[int, date] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    text: Text = field(default=Text(b"", []))

    @property
    def counted(self) -> list[Movement]:
        """The movements as they count: of what counts by payment what was paid, and when."""
        if not self.on_account:
            return self.movements
        waiting = set(map(id, self.on_account))
        return [*(moved for moved in self.movements if id(moved) not in waiting), *self.paid]

    @property
    def shown(self) -> str:
        """The ledger's path in the cooperative."""
        return self.text.shown
