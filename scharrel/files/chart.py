"""The chart of accounts: which account has which role."""

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import NamedTuple

from beancount.core import data

from scharrel.core.problems import Problem
from scharrel.files.coop import Coop
from scharrel.files.parsing import empty_keys, form_of, metadata, parse, place
from scharrel.files.source import read_text, refused


class Account(NamedTuple):
    """An account as the chart or a ledger opens it; `booking` is how its lots are booked, if that is said,
    `depreciation` the account on which what stands here is written off, `vat` the rate of VAT on it."""

    opened: date
    currencies: tuple[str, ...]
    role: str | None = None
    booking: str = ""
    depreciation: str | None = None
    vat: str | None = None


class Chart:
    """The accounts that the treasurer opened."""

    def __init__(self, accounts: Mapping[str, Account]):
        self.accounts = accounts

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


def plain_letter(letter: str) -> bool:
    """Whether the letter can be told from those that charts use."""
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN ")


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
    chart = Chart(accounts)
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
