"""Reading the chart of accounts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from beancount.core import data

from scharrel.core.chart import Account, Chart
from scharrel.core.names import key_meant, nearest
from scharrel.core.problems import Problem
from scharrel.ledger.parsing import empty_keys, form_of, metadata, parse, place
from scharrel.ledger.source import refused
from scharrel.store.paths import Coop
from scharrel.store.text import Text, read_text

_ROOTS = ("Assets:", "Liabilities:", "Equity:", "Income:", "Expenses:")

LABEL_KEYS = ("label_nl", "label_en")

_KEYS = frozenset({"role", "depreciation", "vat", "heading", "rgs", *LABEL_KEYS})

_OTHER_WORDS = {"rol": "role", "btw": "vat", "afschrijving": "depreciation", "kop": "heading"}

Wrong = tuple[int, str, dict[str, str]]
"""What is wrong: the line, the code and what the message needs."""


def meant(account: str, known: Iterable[str]) -> str:
    """The known account that this one looks most like, or else one with the same last part, or nothing."""
    last = account.rpartition(":")[2].casefold()
    known = tuple(known)
    same = [each for each in known if each.rpartition(":")[2].casefold() == last]
    return nearest(account, same) or (same or [nearest(account, known)])[0]


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
    text = read_text(coop, coop.chart)
    problems = [*text.problems, *refused(text, frozenset({"option"}))]
    if problems:
        return Chart({}), problems
    directives, _, problems = parse(text)
    accounts: dict[str, Account] = {}
    wearing: dict[str, int] = {}
    for directive in directives:
        line = place(directive)
        if not isinstance(directive, data.Open):
            if not isinstance(directive, data.Commodity | data.Note | data.Custom | data.Close):
                problems.append(text.problem(line, "only-accounts"))
            continue
        if directive.account in accounts:
            values = {"account": directive.account}
            problems.append(text.problem(line, "opened-twice", **values))
        for key in _KEYS & {*empty_keys(directive)}:
            at, values = text.key_line(line, key), {"key": key, "form": form_of(key, directive.date)}
            problems.append(text.problem(at, "empty-key", **values))
        problems += _labels_wrong(text, line, directive, accounts)
        for key in metadata(directive).keys() - _KEYS:
            if not key.startswith("label") and (near := key_meant(key, _KEYS, _OTHER_WORDS)):
                problems.append(text.problem(text.key_line(line, key), "near-key", True, key=key, near=near))
        said = metadata(directive)
        role, worn_on, vat = (said.get(key) for key in ("role", "depreciation", "vat"))
        accounts[directive.account] = Account(
            directive.date,
            tuple(directive.currencies or ()),
            None if role is None else str(role),
            directive.booking.value if directive.booking else "",
            None if worn_on is None else str(worn_on),
            None if vat is None else str(vat),
            heading=str(said["heading"]) if said.get("heading") else None,
            rgs=str(said["rgs"]) if said.get("rgs") else None,
            label_nl=_label(said, "label_nl"),
            label_en=_label(said, "label_en"),
        )
        wearing[directive.account] = line
    for line, code, values in [*named(directives, accounts), *repeated(directives)]:
        problems.append(text.problem(line, code, **values))
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
            problems.append(text.problem(line, "depreciation-account", **values))
    appropriations = [name for name, a in accounts.items() if a.role == "appropriation"]
    if len(appropriations) != 1:
        values = {"count": str(len(appropriations))}
        problems.append(Problem(text.shown, 1, "one-appropriation", values))
    return chart, problems


def _labels_wrong(text: Text, line: int, opened: Any, others: Mapping[str, Account]) -> Iterator[Problem]:
    """What is wrong with how an account is called: no text, in no language that is known, or as another of
    its kind is called."""
    for key, value in metadata(opened).items():
        at = text.key_line(line, key)
        if key not in LABEL_KEYS:
            if key.startswith("label"):
                yield text.problem(at, "label-key", True, key=key, keys=", ".join(LABEL_KEYS))
        elif not isinstance(value, str):
            yield text.problem(at, "label-text", key=key)
        else:
            kind, said = opened.account.partition(":")[0], " ".join(value.split())
            for name, other in others.items():
                label = getattr(other, key) or ""
                if name.startswith(f"{kind}:") and label.casefold() == said.casefold():
                    yield text.problem(at, "label-again", True, label=said, other=name)


def _label(said: Mapping[str, Any], key: str) -> str | None:
    return " ".join(str(said.get(key) or "").split()) or None
