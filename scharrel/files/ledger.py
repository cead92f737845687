"""A member's ledger: read, balanced to the cent, checked, and summed by month and role."""

import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.number import MISSING
from beancount.parser import booking, options

from scharrel.core.facts import Amounts, Movement
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.problems import Problem
from scharrel.files.chart import Account, Chart, nearest
from scharrel.files.coop import Coop
from scharrel.files.parsing import MAX_PROBLEMS, metadata, parse, place
from scharrel.files.source import Text, read_text, refused

MAX_AMOUNT = Decimal(10) ** 9
MAX_DECIMALS = 6
MAX_DIGITS = 20

_OWED = ("Liabilities:", "Equity:")
_NEGATED = ("Income:", *_OWED)
_ROOTS = ("Assets:", "Expenses:", *_NEGATED)
_COMMANDS = frozenset({"include"})
_ALLOWED = (
    data.Transaction | data.Open | data.Close | data.Commodity | data.Note | data.Event
    | data.Price | data.Custom | data.Balance | data.Query
)  # fmt: skip

Posted = tuple[str, Decimal, str, int]
"""A posting that is complete: account, number, currency and line."""


@dataclass(slots=True)
class Ledger:
    """What a ledger says. `booked` has the lines of the bookings by the month in which they count,
    `dated` by date; `role_lines` the first line of each role by month; `balances` the asserted
    accounts with their lines; `roles` has the role of every account that the ledger may use."""

    amounts: Amounts
    movements: list[Movement] = field(default_factory=list)
    booked: dict[Month, list[int]] = field(default_factory=dict)
    days: list[tuple[date, int]] = field(default_factory=list)
    role_lines: dict[Month, dict[str, int]] = field(default_factory=dict)
    balances: list[tuple[str, int]] = field(default_factory=list)
    roles: dict[str, str | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    text: Text = field(default=Text(b"", []))
    shown: str = ""


def read_ledger(coop: Coop, member: str, chart: Chart) -> Ledger:
    """The member's ledger; its amounts count only if `problems` holds no error."""
    path = coop.ledger(member)
    shown = coop.shown(path)
    text = read_text(coop, path)
    problems = list(text.problems)
    if not problems or problems[0].code == "bom":
        problems += refused(text, shown, _COMMANDS)
    if problems and any(p.code != "comma-number" for p in problems):
        return Ledger(Amounts({}, {}), problems=problems, text=text, shown=shown)
    return _Reader(chart, shown, text, problems).read()


class _Reader:
    """One ledger while it is being read."""

    def __init__(self, chart: Chart, shown: str, text: Text, problems: list[Problem]):
        self.chart = chart
        self.shown = shown
        self.text = text
        self.accounts: dict[str, Account] = dict(chart.accounts)
        self.roles = {name: chart.role(name) for name in chart.accounts}
        self.closed: dict[str, date] = {}
        self.wrong = 0
        self.ledger = Ledger(Amounts({}, {}), problems=problems, text=text, shown=shown, roles=self.roles)

    @property
    def full(self) -> bool:
        """Whether enough is wrong to stop looking."""
        return self.wrong > MAX_PROBLEMS

    def say(self, line: int, code: str, /, warning: bool = False, **values: str) -> None:
        self.wrong += not warning
        excerpt = self.text.line(line)
        self.ledger.problems.append(Problem(self.shown, line, code, values, warning, excerpt))

    def read(self) -> Ledger:
        directives, _, problems = parse(self.text, self.shown)
        self.ledger.problems += problems
        if b'include "' not in self.text.data:
            self.say(1, "no-include")
        for directive in directives:
            if not self.full:
                self._look_at(directive)
        roles: dict[Month, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        owed: dict[Month, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        seen: dict[Any, int] = {}
        for directive in directives:
            if self.full:
                self.say(place(directive), "stopped-looking")
                break
            if isinstance(directive, data.Transaction) and (postings := self._complete(directive)):
                self._sum(directive, postings, roles, owed)
                self._suspect(directive, postings, seen)
        if self.ledger.balances and not any(not p.warning for p in self.ledger.problems):
            self._check_balances(directives)
        ledger = self.ledger
        ledger.amounts = Amounts(
            {month: dict(sums) for month, sums in roles.items()},
            {month: dict(sums) for month, sums in owed.items()},
        )
        return ledger

    def _look_at(self, directive: Any) -> None:
        line = place(directive)
        if not isinstance(directive, _ALLOWED):
            self.say(line, "forbidden-directive", directive=type(directive).__name__.lower())
        elif isinstance(directive, data.Open):
            if "role" in metadata(directive):
                self.say(line, "role-in-ledger", account=directive.account)
            if directive.account in self.accounts:
                self.say(line, "opened-twice", account=directive.account)
                return
            if any(not _latin(letter) for letter in directive.account):
                self.say(line, "strange-letters", account=directive.account)
            currencies = tuple(directive.currencies or ())
            self.accounts[directive.account] = Account(directive.date, currencies)
            self.roles[directive.account] = self.chart.role(directive.account)
        elif isinstance(directive, data.Close):
            if directive.account in self.chart.accounts:
                self.say(line, "closes-chart", account=directive.account)
                return
            self.closed[directive.account] = directive.date
        elif isinstance(directive, data.Balance):
            self.ledger.balances.append((directive.account, line))
        elif isinstance(directive, data.Custom) and directive.type == "member":
            self.say(line, "member-in-ledger")

    def _complete(self, transaction: Any) -> list[Posted]:
        """The postings with every amount filled in, adding up to nothing; none if they cannot."""
        postings = _filled(transaction)
        if postings is None:
            completed, failures = booking.book([transaction], _options())
            for failure in failures:
                self.say(place(failure.entry or transaction), "incomplete")
            return [] if failures else [_posted(p, *p.units) for t in completed for p in t.postings]
        if left := _imbalance(postings):
            amounts = ", ".join(f"{number} {currency}" for currency, number in left.items())
            self.say(place(transaction), "unbalanced", amount=amounts)
            return []
        return postings

    def _sum(self, transaction: Any, postings: list[Posted], roles: Any, owed: Any) -> None:
        line, day = place(transaction), transaction.date
        earned = transaction.meta.get("earned")
        if earned is not None and not isinstance(earned, date):
            self.say(line, "earned-not-a-date")
            earned = None
        dated = Month.of(day)
        counts = Month.of(earned) if earned else dated
        ledger = self.ledger
        ledger.booked.setdefault(counts, []).append(line)
        ledger.days.append((day, line))
        reason = str(transaction.meta.get("reason") or "")
        text = " · ".join(part for part in (transaction.payee, transaction.narration) if part)
        for account, number, currency, place_of in postings:
            if not self._sound(day, account, number, currency, place_of):
                continue
            role = self.roles[account]
            amount = -number if account.startswith(_NEGATED) else number
            if role:
                roles[counts][role] += amount
                ledger.role_lines.setdefault(counts, {}).setdefault(role, place_of)
            if currency == "EUR" and account.startswith(_OWED):
                owed[dated][account] += amount
            ledger.movements.append(Movement(line, day, text, account, amount, currency, earned, reason))

    def _sound(self, day: date, account: str, number: Decimal, currency: str, line: int) -> bool:
        known = self.accounts.get(account)
        if known is None and not account.startswith(_ROOTS):
            return False  # no account at all: the parser has told
        if known is None:
            near = nearest(account, self.accounts)
            self.say(line, "unknown-account", account=account, near=near)
            return False
        if day < known.opened or day > self.closed.get(account, day):
            self.say(line, "account-not-open", account=account, opened=str(known.opened))
        if known.currencies and currency not in known.currencies:
            expected = ", ".join(known.currencies)
            self.say(line, "wrong-currency", account=account, currency=currency, expected=expected)
        if self.roles[account] is None and account.startswith(("Income:", "Expenses:")):
            self.say(line, "no-role", account=account)
        decimals = -int(number.as_tuple().exponent)
        if decimals > (2 if currency == "EUR" else MAX_DECIMALS):
            self.say(line, "decimals", number=str(number)[:40])
        if abs(number) >= MAX_AMOUNT:
            shown = f"{number:f}" if number.adjusted() < MAX_DIGITS else f"{number:.2E}"
            self.say(line, "too-large", number=shown)
        return True

    def _suspect(self, transaction: Any, postings: list[Posted], seen: dict[Any, int]) -> None:
        booked = tuple(posting[:3] for posting in postings)
        key = (transaction.date, transaction.payee, transaction.narration, booked)
        line = place(transaction)
        if key in seen:
            self.say(line, "twice", warning=True, first=str(seen[key]))
        seen.setdefault(key, line)

    def _check_balances(self, directives: list[Any]) -> None:
        """Balance assertions as beancount checks them, on the ledger alone."""
        from beancount.ops import balance

        opens = [
            data.Open(data.new_metadata("", 0), account.opened, name, list(account.currencies) or None, None)
            for name, account in self.chart.accounts.items()
        ]
        entries, _ = booking.book(data.sorted([*opens, *directives]), _options())
        _, failures = balance.check(entries, _options())
        for failure in failures:
            self.say(failure.source["lineno"], "balance-wrong", account=failure.entry.account)


def _latin(letter: str) -> bool:
    """Whether the letter can be told from those that the chart uses."""
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN ")


def _options() -> Any:
    return {**options.OPTIONS_DEFAULTS, "input_hash": ""}


def _posted(posting: Any, number: Decimal, currency: str) -> Posted:
    return posting.account, number, currency, place(posting)


def _filled(transaction: Any) -> list[Posted] | None:
    """The postings with the one open amount filled in, where plain sums can do that."""
    posted: list[Posted] = []
    open_posting, open_at = None, 0
    total, currency = ZERO, None
    for position, posting in enumerate(transaction.postings):
        units = posting.units
        if posting.cost is not None or posting.price is not None:
            return None
        if units is MISSING:
            if open_posting is not None:
                return None
            open_posting, open_at = posting, position
            continue
        number, unit = units
        if number is MISSING or unit is MISSING:
            return None
        currency = unit if currency in (None, unit) else ""
        total += number
        posted.append(_posted(posting, number, unit))
    if open_posting is not None:
        if not currency:
            return None
        posted.insert(open_at, _posted(open_posting, -total, currency))
    return posted


def _imbalance(postings: list[Posted]) -> dict[str, Decimal]:
    """What a booking lacks by currency: nothing, to the last decimal, when it is sound."""
    left: dict[str, Decimal] = {}
    for _, number, currency, _ in postings:
        left[currency] = left.get(currency, ZERO) + number
    return {currency: number for currency, number in left.items() if number}
