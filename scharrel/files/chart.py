"""The chart of accounts: which account has which role."""

import difflib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from beancount.core import data

from scharrel.core.problems import Problem
from scharrel.files.coop import Coop
from scharrel.files.parsing import empty_keys, form_of, metadata, parse, place
from scharrel.files.source import read_text, refused

_ROOTS = ("Assets:", "Liabilities:", "Equity:", "Income:", "Expenses:")

Wrong = tuple[int, str, dict[str, str]]
"""What is wrong: the line, the code and what the message needs."""


class Account(NamedTuple):
    """An account as the chart or a ledger opens it; `booking` is how its lots are booked, if that is said,
    `depreciation` the account on which what stands here is written off, `vat` the rate of VAT on it, `closed`
    the last day on which something may be booked."""

    opened: date
    currencies: tuple[str, ...]
    role: str | None = None
    booking: str = ""
    depreciation: str | None = None
    vat: str | None = None
    closed: date | None = None


class Chart:
    """The accounts that the treasurer opened, and the commodities that the chart describes."""

    def __init__(self, accounts: Mapping[str, Account], commodities: frozenset[str] = frozenset()):
        self.accounts = accounts
        self.commodities = commodities

    def role(self, account: str) -> str | None:
        """The account's own role, or that of its nearest ancestor that has one."""
        while account:
            known = self.accounts.get(account)
            if known and known.role:
                return known.role
            account = account.rpartition(":")[0]
        return None

    def worn_on(self, account: str) -> str | None:
        """The account on which what stands here is written off: its own, or its nearest ancestor's."""
        while account:
            known = self.accounts.get(account)
            if known and known.depreciation:
                return known.depreciation
            account = account.rpartition(":")[0]
        return None

    def vat(self, account: str) -> str:
        """What the chart says of the VAT on the account, or on its nearest ancestor of which it says that."""
        while account:
            known = self.accounts.get(account)
            if known and known.vat:
                return known.vat
            account = account.rpartition(":")[0]
        return ""

    @property
    def spending(self) -> frozenset[str]:
        """The roles on which money is spent."""
        roles = {self.role(account) for account in self.accounts if account.startswith("Expenses:")}
        return frozenset(role for role in roles if role)

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(account.role for account in self.accounts.values() if account.role)

    @cached_property
    def appropriation(self) -> str:
        """The other side of every allocation."""
        return next(n for n, account in self.accounts.items() if account.role == "appropriation")


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like this one, capitals aside, or nothing."""
    names = {each.casefold(): each for each in known}
    return next((names[n] for n in difflib.get_close_matches(name.casefold(), names, 1, 0.6)), "")


def meant(account: str, known: Iterable[str]) -> str:
    """The known account that this one looks most like, or else one with the same last part, or nothing."""
    last = account.rpartition(":")[2].casefold()
    known = tuple(known)
    same = [each for each in known if each.rpartition(":")[2].casefold() == last]
    return nearest(account, same) or (same or [nearest(account, known)])[0]


def plain_letter(letter: str) -> bool:
    """Whether the letter can be told from those that charts use."""
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN ")


def named(directives: Iterable[Any], accounts: Mapping[str, Account]) -> Iterator[Wrong]:
    """What is wrong with the accounts that notes, checks of a balance and closings name."""
    for directive in directives:
        if not isinstance(directive, data.Note | data.Balance | data.Close):
            continue
        line, account = place(directive), directive.account
        known = accounts.get(account)
        if known is None:
            yield from unknown(account, line, accounts)
        elif directive.date < known.opened:
            yield line, "account-not-open", {"account": account, "opened": str(known.opened)}
        elif isinstance(directive, data.Balance) and known.currencies:
            unit, expected = directive.amount.currency, ", ".join(known.currencies)
            if unit not in known.currencies:
                values = {"account": account, "currency": unit, "expected": expected}
                yield line, "wrong-currency", values


def unknown(account: str, line: int, accounts: Iterable[str]) -> Iterator[Wrong]:
    """An account that nothing opens, unless its very name is none."""
    if account.startswith(_ROOTS):  # else the parser has told
        yield line, "unknown-account", {"account": account, "near": meant(account, accounts)}


def repeated(directives: Iterable[Any], commodities: Iterable[str] = ()) -> Iterator[Wrong]:
    """What may be said once and is said again: that an account is closed, what a commodity is, and what is on
    an account when a day begins."""
    described, closed = set(commodities), set()
    balances: dict[tuple[str, str, date], Any] = {}
    for directive in directives:
        line = place(directive)
        if isinstance(directive, data.Commodity):
            if directive.currency in described:
                yield line, "commodity-twice", {"commodity": directive.currency}
            described.add(directive.currency)
        elif isinstance(directive, data.Close):
            if directive.account in closed:
                yield line, "closed-twice", {"account": directive.account}
            closed.add(directive.account)
        elif isinstance(directive, data.Balance):
            key = directive.account, directive.amount.currency, directive.date
            if (first := balances.setdefault(key, directive)).amount != directive.amount:
                values = {"account": directive.account, "date": str(directive.date)}
                values |= {"amount": str(first.amount), "first": str(place(first))}
                yield line, "two-balances", values


def read_chart(coop: Coop) -> tuple[Chart, list[Problem]]:
    """The chart and what is wrong with it."""
    shown = coop.shown(coop.chart)
    text = read_text(coop, coop.chart)
    problems = [*text.problems, *refused(text, shown, frozenset({"option"}))]
    if problems:
        return Chart({}), problems
    directives, _, problems = parse(text, shown)
    accounts: dict[str, Account] = {}
    wearing: dict[str, int] = {}
    for directive in directives:
        line = place(directive)
        if not isinstance(directive, data.Open):
            if not isinstance(directive, data.Commodity | data.Note | data.Custom | data.Close):
                problems.append(Problem(shown, line, "only-accounts", {}, excerpt=text.line(line)))
            continue
        if directive.account in accounts:
            values = {"account": directive.account}
            problems.append(Problem(shown, line, "opened-twice", values, excerpt=text.line(line)))
        for key in {"role", "depreciation"} & {*empty_keys(directive)}:
            at, values = text.key_line(line, key), {"key": key, "form": form_of(key, directive.date)}
            problems.append(Problem(shown, at, "empty-key", values, excerpt=text.line(at)))
        role, worn_on, vat = (metadata(directive).get(key) for key in ("role", "depreciation", "vat"))
        accounts[directive.account] = Account(
            directive.date,
            tuple(directive.currencies or ()),
            None if role is None else str(role),
            directive.booking.value if directive.booking else "",
            None if worn_on is None else str(worn_on),
            None if vat is None else str(vat),
        )
        wearing[directive.account] = line
    for line, code, values in [*named(directives, accounts), *repeated(directives)]:
        problems.append(Problem(shown, line, code, values, excerpt=text.line(line)))
    for directive in directives:
        if isinstance(directive, data.Close) and directive.account in accounts:
            known = accounts[directive.account]
            accounts[directive.account] = known._replace(closed=known.closed or directive.date)
    described = frozenset(d.currency for d in directives if isinstance(d, data.Commodity))
    chart = Chart(accounts, described)
    for name, line in wearing.items():
        expense = accounts[name].depreciation
        if expense and not (
            name.startswith("Assets:") and expense.startswith("Expenses:") and chart.role(expense)
            and expense in accounts
        ):  # fmt: skip
            values = {"account": name, "near": nearest(expense, accounts)}
            problems.append(Problem(shown, line, "depreciation-account", values, excerpt=text.line(line)))
    appropriations = [name for name, a in accounts.items() if a.role == "appropriation"]
    if len(appropriations) != 1:
        values = {"count": str(len(appropriations))}
        problems.append(Problem(shown, 1, "one-appropriation", values))
    return chart, problems
