"""Reading the lines of a bank account under ledgers/bank, as the treasurer completed them."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from scharrel.core.across import HandBooking
from scharrel.core.chart import Chart
from scharrel.core.facts import Movement
from scharrel.core.money import total
from scharrel.core.names import COOP_ID, nearest
from scharrel.core.problems import TREASURY, Problem, errors
from scharrel.ledger.chart import unknown
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.parsing import parse, place
from scharrel.ledger.postings import filled
from scharrel.ledger.scan import as_transaction, scan
from scharrel.ledger.source import chart_from, refused
from scharrel.store.bank_lines import month_texts
from scharrel.store.paths import Coop
from scharrel.store.text import Text
from scharrel.treasury.accounts import SUSPENSE, BankAccount
from scharrel.treasury.lines import AcceptedGap, BankBook, BookedLine, CounterLeg, StatementRecord

_COMMANDS = frozenset({"include"})


def read_bank_book(
    coop: Coop, account: BankAccount, chart: Chart, holders: Collection[str]
) -> tuple[BankBook, list[Problem]]:
    """The lines, statements and gaps of the account, which count only if no problem is an error."""
    reader = _Reader(account, chart, holders)
    for text in month_texts(coop, account.name):
        reader.read(text)
    lines = sorted(reader.lines, key=lambda line: (line.day, line.file, line.line))
    return BankBook(account, tuple(lines), tuple(reader.statements), tuple(reader.gaps)), reader.problems


def read_bank_month(
    text: Text, account: BankAccount, chart: Chart, holders: Collection[str]
) -> tuple[list[BookedLine], list[Problem]]:
    """The lines of one month of the account."""
    reader = _Reader(account, chart, holders)
    reader.read(text)
    return reader.lines, reader.problems


class _Reader:
    """One account while it is being read."""

    def __init__(self, account: BankAccount, chart: Chart, holders: Collection[str]):
        self.account = account
        self.chart = chart
        self.holders = holders
        self.lines: list[BookedLine] = []
        self.statements: list[StatementRecord] = []
        self.gaps: list[AcceptedGap] = []
        self.problems: list[Problem] = []
        self.places: dict[str, tuple[str, int]] = {}

    def read(self, text: Text) -> None:
        scanned = None if text.problems else scan(text.data.decode(), chart_from(text.shown))
        rest = text._replace(data=scanned.rest.encode()) if scanned else text
        found = [*text.problems, *refused(rest, _COMMANDS)]
        directives: list[Any] = []
        if rest.data and not errors(found):
            directives, options, found = parse(rest)
            if not options["include"] and not scanned:
                found.append(text.problem(1, "bank-line-include"))
        for booking in scanned.bookings if scanned else ():
            self._line(as_transaction(booking, text.shown), text)
        self.problems += found
        for directive in directives:
            if isinstance(directive, data.Transaction):
                self._line(directive, text)
            elif isinstance(directive, data.Custom):
                self._custom(directive, text)
            elif not isinstance(directive, data.Note | data.Event | data.Query):
                self._say(text, directive, "bank-line-directive")

    def _say(self, text: Text, directive: Any, code: str, /, key: str = "", **values: str) -> None:
        line = text.key_line(place(directive), key)
        self.problems.append(text.problem(line, code, account=self.account.name, **values))

    def _line(self, booking: Any, text: Text) -> None:
        identity = self._identity(booking.meta.get("bank"), booking, text)
        complete = filled(booking)
        if complete is None or len(complete[0]) < 2:
            self._say(text, booking, "bank-line-incomplete")
            return
        postings, left, _ = complete
        if left:
            amount = ", ".join(f"{number} {unit}" for unit, number in left.items())
            self.problems.append(text.problem(place(booking), "unbalanced", amount=amount))
        for account, _, _, line in postings:
            if account not in self.chart.accounts:
                for at, code, values in unknown(account, line, self.chart.accounts):
                    self.problems.append(text.problem(at, code, **values))
        own = [number for account, number, unit, _ in postings if self._is_own(account, unit)]
        if not own:
            self._say(text, booking, "bank-line-elsewhere", own=self.account.account)
            return
        legs = tuple(
            CounterLeg(name, number) for name, number, unit, _ in postings if not self._is_own(name, unit)
        )
        suspended = any(self.chart.role(leg.account) == SUSPENSE for leg in legs)
        earned = booking.meta.get("earned")
        if earned is not None and not isinstance(earned, date):
            self._say(text, booking, "earned-not-a-date", key="earned")
        self.lines.append(
            BookedLine(
                identity, booking.date, total(own), booking.payee or "", _text(booking, "counter"),
                booking.narration or "", self._holder(booking, text), legs, _text(booking, "why"),
                booking.flag != "!" and not suspended, None, earned, text.shown, place(booking),
            )
        )  # fmt: skip

    def _is_own(self, account: str, unit: str) -> bool:
        return account == self.account.account and unit == "EUR"

    def _identity(self, said: Any, directive: Any, text: Text) -> str:
        """What the bank's line is called; told where that cannot be."""
        if not isinstance(said, str) or not said.startswith(f"{self.account.name}:"):
            self._say(text, directive, "bank-line-identity")
        elif said in self.places:
            file, line = self.places[said]
            self._say(text, directive, "bank-line-twice", key="bank", first=f"{file}:{line}", id=said)
        else:
            self.places[said] = text.shown, place(directive)
        return str(said)

    def _holder(self, directive: Any, text: Text) -> str:
        said = _text(directive, "for")
        if said and said != COOP_ID and said not in self.holders:
            values = {"holder": said, "near": nearest(said, [*self.holders, COOP_ID])}
            self._say(text, directive, "bank-line-holder", key="for", **values)
        return "" if said == COOP_ID else said

    def _custom(self, custom: Any, text: Text) -> None:
        values = [value.value for value in custom.values or ()]
        match custom.type, values:
            case "bank-line", [str() as said, Amount() as amount] if _euros(amount):
                booked = custom.meta.get("booked")
                if not isinstance(booked, date):
                    self._say(text, custom, "bank-line-booked", key="booked")
                    return
                self.lines.append(
                    BookedLine(
                        self._identity(said, custom, text), custom.date, amount.number or Decimal(0),
                        _text(custom, "name"), _text(custom, "counter"), _text(custom, "text"),
                        self._holder(custom, text), (), f"booking {booked}", True, booked, None, text.shown,
                        place(custom),
                    )
                )  # fmt: skip
            case "bank-statement", [str(), date() as first, *balances] if all(map(_euros, balances)):
                opening, closing = [b.number for b in balances] if len(balances) == 2 else (None, None)
                self.statements.append(
                    StatementRecord(
                        first, custom.date, opening, closing, _text(custom, "file"), text.shown, place(custom)
                    )
                )
            case "bank-gap", [str(), date() as first, Amount() as balance] if _euros(balance):
                self.gaps.append(
                    AcceptedGap(first, custom.date, balance.number or Decimal(0), _text(custom, "reason"))
                )
            case _:
                self._say(text, custom, "bank-line-custom")


def _euros(amount: Any) -> bool:
    return isinstance(amount, Amount) and amount.currency == "EUR" and isinstance(amount.number, Decimal)


def _text(directive: Any, key: str) -> str:
    said = directive.meta.get(key)
    return said.strip() if isinstance(said, str) else ""


def hand_bookings(ledger: Ledger, holder: str, accounts: Iterable[BankAccount]) -> Iterator[HandBooking]:
    """The bookings of the holder's ledger itself that put money on one of the accounts or take it off."""
    for account in accounts:
        by_line: dict[int, list[Movement]] = {}
        for moved in ledger.movements:
            if moved.account == account.account and _by_hand(ledger, moved.line):
                by_line[moved.line] = []
        for moved in ledger.movements if by_line else ():
            if moved.line in by_line:
                by_line[moved.line].append(moved)
        whose = "" if holder == COOP_ID else holder
        for line, movements in by_line.items():
            on = [m for m in movements if m.account == account.account and m.currency == "EUR"]
            others = tuple(m.account for m in movements if m.account != account.account)
            amount, day = total(m.amount for m in on), movements[0].day
            if amount:
                text = movements[0].text
                yield HandBooking(account.name, whose, day, amount, text, others, *ledger.text.at(line))


def _by_hand(ledger: Ledger, line: int) -> bool:
    """Whether the booking stands in a ledger, and is no line of a bank."""
    return ledger.text.own(line) or ledger.text.at(line)[0] == TREASURY
