"""The annual accounts on paper, for the members' meeting and its audit committee."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.across import ReceiptEntry
from scharrel.core.chart import Chart
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID
from scharrel.ledger.books import Books
from scharrel.text.accounts import account_name
from scharrel.text.annual import heading_text
from scharrel.text.bank import account_title, line_of, outstanding_text
from scharrel.text.places import place_on_paper
from scharrel.text.words import Words, capital
from scharrel.treasury.annual import OWED_PARTIES, AnnualAccounts, AnnualLine
from scharrel.treasury.journal import JournalEntry
from scharrel.treasury.receivables import CustomerDebt
from scharrel.treasury.standing import Standing


class BookYear(NamedTuple):
    """A year out of the books: its accounts, the bank at its end, what customers owe then, bookings to look
    up, and everything that was ever booked. `ended` is false as long as the year lasts; `receipts` are the
    bookings with a receipt, of whatever year, or without one that should have it."""

    accounts: AnnualAccounts
    standings: list[Standing]
    debts: list[CustomerDebt]
    sample: list[JournalEntry]
    entries: list[JournalEntry]
    ended: bool
    receipts: Sequence[ReceiptEntry] = ()


class HeadingRow(NamedTuple):
    """A heading with what it comes to in euros, and the year before."""

    text: str
    amount: Decimal
    previous: Decimal


class MovementRow(NamedTuple):
    """A pot or a reserve from its beginning to its end, in euros."""

    text: str
    begin: Decimal
    allocated: Decimal
    other: Decimal
    end: Decimal


class OwedRow(NamedTuple):
    """What someone is owed in euros, in the order of the view's `owed_to`, less what they have in hand."""

    name: str
    amounts: Sequence[Decimal]
    in_hand: Decimal

    @property
    def total(self) -> Decimal:
        return total(self.amounts) - self.in_hand


class BankRow(NamedTuple):
    """A bank account at the end of the year: what the last statement said, what makes the difference with the
    books (each in words, with what it adds), what no booking explains, and the books. In euros. Where
    statements begin with the next year it is what the account opens with on that day, `begins`."""

    title: str
    to: date | None
    begins: date | None
    bank: Decimal
    reasons: Sequence[tuple[str, Decimal]]
    unexplained: Decimal
    books: Decimal
    open_lines: int


class SampleRow(NamedTuple):
    """A booking to look up: `what` has whose it is, with whom and what, `accounts` those it is booked on,
    `place` where it stands, and its receipt."""

    day: date
    what: str
    accounts: Sequence[str]
    amount: Decimal
    place: str


class AnnualView(NamedTuple):
    """The accounts of a year as they are printed; amounts in euros. `who` says who the cooperative is,
    `first` that nothing was booked before; `kept` is what rules put in reserves of the result, by party."""

    coop: str
    year: int
    who: Sequence[str]
    ended: bool
    first: bool
    assets: Sequence[HeadingRow]
    liabilities: Sequence[HeadingRow]
    equity: Sequence[HeadingRow]
    income: Sequence[HeadingRow]
    expenses: Sequence[HeadingRow]
    result: HeadingRow
    kept: Mapping[str, Decimal]
    undivided: Decimal
    movements: Sequence[MovementRow]
    owed_to: Sequence[str]
    owed: Sequence[OwedRow]
    own_cash: Decimal
    debts: Sequence[CustomerDebt]
    banks: Sequence[BankRow]
    sample: Sequence[SampleRow]

    @property
    def month(self) -> Month:
        """The last of the year."""
        return Month(self.year, 12)

    @property
    def figures(self) -> dict[str, Decimal]:
        """The amounts by which the accounts can be checked."""
        parts = {
            "assets": self.assets,
            "liabilities": self.liabilities,
            "equity": self.equity,
            "income": self.income,
            "expenses": self.expenses,
        }
        rows = {f"{part} {row.text}": row for part, found in parts.items() for row in found}
        found = {name: row.amount for name, row in rows.items()} | {"result": self.result.amount}
        return found | {f"{name} {self.year - 1}": row.previous for name, row in rows.items()}

    @property
    def any_in_hand(self) -> bool:
        return any(row.in_hand for row in self.owed)


def annual_view(words: Words, books: Books, found: BookYear) -> AnnualView:
    """The accounts of the year as they are printed."""
    accounts = found.accounts
    named = {(one.file, one.line): one.name for one in found.receipts}
    owed_to = [
        party
        for party in OWED_PARTIES
        if party != "municipality" and any(party in owed for owed in accounts.owed.values())
    ]
    return AnnualView(
        books.title,
        accounts.year,
        list(cooperative_lines(words, books, Month(accounts.year, 12))),
        found.ended,
        accounts.first,
        _rows(words, books.chart, accounts.assets),
        _rows(words, books.chart, accounts.liabilities),
        _rows(words, books.chart, accounts.equity),
        _rows(words, books.chart, accounts.income),
        _rows(words, books.chart, accounts.expenses),
        HeadingRow("", accounts.result, accounts.previous_result),
        accounts.kept,
        accounts.undivided,
        [
            MovementRow(
                f"{heading_text(words, m.heading)} ({account_name(words, books.chart, m.account)})",
                m.begin, m.allocated, m.other, m.end,
            )
            for m in accounts.movements
        ],
        owed_to,
        list(_owed_rows(words, books, accounts, owed_to)),
        accounts.in_hand.get(COOP_ID, ZERO),
        found.debts,
        list(_bank_rows(words, books, found)),
        [_sample_row(words, books, entry, named.get((entry.file, entry.line), "")) for entry in found.sample],
    )  # fmt: skip


def _rows(words: Words, chart: Chart, lines: Iterable[AnnualLine]) -> list[HeadingRow]:
    return [HeadingRow(_title(words, chart, line), line.amount, line.previous) for line in lines]


def _title(words: Words, chart: Chart, line: AnnualLine) -> str:
    """Its heading; of one account without one, what people call it."""
    if line.heading.name and len(line.accounts) == 1 and not chart.heading(line.accounts[0]):
        return capital(account_name(words, chart, line.accounts[0]))
    return heading_text(words, line.heading)


def cooperative_lines(words: Words, books: Books, month: Month) -> Iterator[str]:
    """The cooperative's name in full, where it is, and its numbers."""
    said = books.entries.cooperative
    facts = said.facts(max(month, said.first)) if said else {}
    told = {
        key: str(facts[key])
        for key in ("name", "street", "postcode", "city", "kvk", "vat_id")
        if key in facts
    }
    yield told.get("name", books.title)
    address = ", ".join(
        part
        for part in (told.get("street", ""), f"{told.get('postcode', '')} {told.get('city', '')}".strip())
        if part
    )
    if address:
        yield address
    for key in ("kvk", "vat_id"):
        if key in told:
            yield words(f"annual.{key}", number=told[key])


def _owed_rows(
    words: Words, books: Books, accounts: AnnualAccounts, owed_to: Sequence[str]
) -> Iterator[OwedRow]:
    end = Month(accounts.year, 12)
    holders = {*accounts.owed, *accounts.in_hand}
    for holder in sorted(holders, key=lambda each: books.names.get(each, each)):
        owed = accounts.owed.get(holder, {})
        in_hand = accounts.in_hand.get(holder, ZERO) if holder != COOP_ID else ZERO
        if in_hand or any(owed.get(party) for party in owed_to):
            known = books.holders.get(holder)
            name = books.names.get(holder, holder)
            if known and known.first <= end and not known.active(end):
                name = words("annual.left", name=name)
            yield OwedRow(name, [owed.get(party, ZERO) for party in owed_to], in_hand)


def _bank_rows(words: Words, books: Books, found: BookYear) -> Iterator[BankRow]:
    """The accounts at the end of the year; one that opens after it only if the books know it by then."""
    for stands in found.standings:
        row = _bank_row(words, books, stands, found.accounts)
        if row.books or not row.begins:
            yield row


def _bank_row(words: Words, books: Books, stands: Standing, accounts: AnnualAccounts) -> BankRow:
    reasons = [
        (outstanding_text(words, booking, books.names, late=stands.overdue(booking)), booking.amount)
        for booking in stands.outstanding
    ]
    for line in stands.lost:
        values = {"day": words.short_day(line.day), "what": line_of(line)}
        reasons.append(
            (
                words("annual.not-booked", **values, place=place_on_paper(words, line.file, line.line)),
                -line.amount,
            )
        )
    for gap, missing in stands.gaps:
        days = {"first": words.short_day(gap.first), "last": words.short_day(gap.last)}
        reasons.append((words("bank.gap", **days, reason=gap.reason), -missing))
    on = accounts.on.get(stands.account.account, ZERO)
    unexplained = on - stands.bank - total(amount for _, amount in reasons)
    return BankRow(
        account_title(stands.account),
        stands.to,
        stands.account.day if stands.account.day.year > accounts.year else None,
        stands.bank,
        reasons,
        unexplained,
        on,
        len(stands.open_lines),
    )


def _sample_row(words: Words, books: Books, entry: JournalEntry, receipt: str) -> SampleRow:
    said = ", ".join(part for part in (entry.payee, entry.text) if part)
    name = books.names.get(entry.holder, entry.holder)
    accounts = list(dict.fromkeys(account_name(words, books.chart, leg.account) for leg in entry.legs))
    place = place_on_paper(words, entry.file, entry.line)
    place += words("annual.receipt", name=receipt) if receipt else ""
    return SampleRow(entry.day, f"{name}: {said}", accounts, entry.size, place)
