"""Worked examples beside a pack, in `rules/<pack>.cases.toml`: every mistake told with its line."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from scharrel.core.case import CASE_SOURCE_KINDS, Case, CaseMonth, Expected, What
from scharrel.core.chart import Chart
from scharrel.core.fact_types import fits_asked, wanted
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.core.pack import PARTIES, Facts, FactValue, Pack
from scharrel.core.problems import Problem
from scharrel.core.trace import REASONS
from scharrel.packs.locate import Lines
from scharrel.packs.sources import Sourced
from scharrel.packs.toml import read_toml
from scharrel.packs.values import HUGE, number, whole
from scharrel.store.paths import Coop
from scharrel.store.text import read_text

ENDING = ".cases.toml"

_CASE_KEYS = frozenset({"title", "source", "facts", "balances", "month"})
_EXPECTED_KEYS = frozenset(get_args(What))
_MONTH_KEYS = frozenset({"month", "facts", "booked", "approved", "sold", "received"}) | _EXPECTED_KEYS
_VAT = "vat"
"""What is said beside the roles of what was sold on account."""
_MAX_MONTHS = 600
_MAX_DECIMALS = 6
_NOBODY = ""

Tables = list[dict[str, Any]]


def cases_path(pack_path: Path) -> Path:
    """Where the cases of the pack in this file are."""
    return pack_path.with_name(pack_path.stem + ENDING)


def read_cases(coop: Coop, path: Path, pack: Pack, chart: Chart) -> tuple[tuple[Case, ...], list[Problem]]:
    """The cases in the file, or none and everything that is wrong with them."""
    text = read_text(coop, path)
    shown = coop.shown(path)
    if text.problems:
        return (), text.problems
    table, problems = read_toml(text.data.decode(), shown)
    if problems:
        return (), problems
    reader = _Reader(table, Lines(text.data.decode()), shown, chart)
    cases = tuple(reader.cases(pack))
    return (() if reader.problems else cases), reader.problems


class _Reader(Sourced):
    """The cases of one pack while they are being read."""

    def cases(self, pack: Pack) -> Iterator[Case]:
        self.sources = dict(pack.sources)
        for key in self.table.keys() - {"source", "case"}:
            self.at = (key, 0)
            self.say("", "unknown-key", key=key, near=nearest(key, frozenset(("source", "case"))))
        for key, value in self._table(self.table, "source").items():
            self.at = (f"source.{key}", 0)
            self.sources[key] = self._source(key, value, CASE_SOURCE_KINDS)
        self.at = ("case", 0)
        months_before = 0
        for nth, table in enumerate(self._tables(self.table, "case")):
            self.at = ("case", nth)
            self._known(table, _CASE_KEYS)
            title = self._text(table, "title") or ""
            source = self.sources.get(self._source_of(table))
            line = self.lines.line("case", "", nth)
            facts, balances = self._facts(table, pack), self._balances(table, pack)
            tables = self._tables(table, "month")
            months = tuple(self._months(tables, months_before, pack))
            months_before += len(tables)
            if source:
                yield Case(title, line, source, facts, balances, months)

    def _tables(self, table: dict[str, Any], key: str) -> Tables:
        """The tables of this name, at least one."""
        found = table.get(key)
        if isinstance(found, list) and found and all(isinstance(each, dict) for each in found):
            return found
        self.say(key if key != "case" else "", "case-tables")
        return []

    def _months(self, tables: Tables, before: int, pack: Pack) -> Iterator[CaseMonth]:
        earlier: list[Month] = []
        for nth, table in enumerate(tables):
            self.at = ("case.month", before + nth)
            self._known(table, _MONTH_KEYS)
            month = self._month(table, earlier)
            facts = self._facts(table, pack)
            roles, accounts = self._booked(table, pack)
            approved = dict(self._named(table, "approved", pack.approved_roles(), "case-approved", pack))
            sold = dict(self._named(table, "sold", pack.roles() | {_VAT}, "case-booked", pack))
            received = self._amount("received", table.get("received", 0), euros=True) or ZERO
            told = len(self.problems)
            expected = tuple(self._expected(table, pack))
            if not expected and len(self.problems) == told:
                self.say("", "case-expects")
            if table.get("in_force") is False and table.keys() - {"month", "in_force"}:
                self.say("in_force", "case-not-in-force")
            if month:
                line = self.lines.line("case.month", "", before + nth)
                yield CaseMonth(
                    month,
                    line,
                    facts,
                    roles,
                    accounts,
                    expected,
                    approved,
                    sold,
                    sold.pop(_VAT, ZERO),
                    received,
                )
                earlier.append(month)

    def _month(self, table: dict[str, Any], earlier: list[Month]) -> Month | None:
        value = table.get("month")
        try:
            month = Month.parse(value if isinstance(value, str) else "")
        except ValueError:
            self.say("month", "case-month", value=str(value))
            return None
        if earlier and month <= earlier[-1]:
            self.say("month", "case-order", month=str(month))
        if earlier and month.since(earlier[0]) > _MAX_MONTHS:
            self.say("month", "case-span", month=str(month))
        return month

    # -- what is known and booked

    def _facts(self, table: dict[str, Any], pack: Pack) -> Facts:
        kinds: dict[str, list[type]] = {"born": [date], **wanted(pack)}
        codes = {date: "not-a-date", str: "not-text", bool: "true-or-false", Decimal: "not-a-number"}
        facts: dict[str, FactValue] = {}
        for fact, said in self._inline(table, "facts"):
            value = Decimal(said) if whole(said) else said
            if fact not in pack.facts():
                self._unknown("facts", fact, pack.facts(), "case-fact", pack)
            elif not fits_asked(pack, fact, kinds[fact], value):
                self.say(f"facts.{fact}", codes[kinds[fact][0]], key=fact)
            else:
                facts[fact] = value
        return facts

    def _balances(self, table: dict[str, Any], pack: Pack) -> dict[str, Decimal]:
        return dict(self._named(table, "balances", _accounts(pack), "case-account", pack))

    def _booked(self, table: dict[str, Any], pack: Pack) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
        """What was booked on roles and on accounts."""
        booked = dict(self._named(table, "booked", pack.roles() | _accounts(pack), "case-booked", pack))
        return (
            {role: amount for role, amount in booked.items() if ":" not in role},
            {account: amount for account, amount in booked.items() if ":" in account},
        )

    # -- what is expected

    def _expected(self, table: dict[str, Any], pack: Pack) -> Iterator[Expected]:
        steps = frozenset(step.id for step in pack.steps)
        table_nth = self.at[1]

        def expected(key: What, name: str, value: Any) -> Expected:
            return Expected(self.lines.line("case.month", key, table_nth, name), key, name, value)

        for name, amount in self._named(table, "paid", steps, "case-step", pack):
            yield expected("paid", name, amount)
        for name, codes in self._inline(table, "why"):
            if name not in steps:
                self._unknown("why", name, steps, "case-step", pack)
            elif not isinstance(codes, list) or not set(map(str, codes)) <= set(REASONS):
                value, choices = str(codes), ", ".join(REASONS)
                self.say(f"why.{name}", "case-why", name=name, value=value, choices=choices)
            else:
                yield expected("why", name, tuple(sorted(map(str, codes))))
        for name, amount in self._named(table, "party", frozenset(PARTIES), "case-party", pack):
            yield expected("party", name, amount)
        for name, amount in self._named(table, "balances", _accounts(pack), "case-account", pack):
            yield expected("balances", name, amount)
        for key in ("keep", "reduction"):
            if key in table and (total := self._amount(key, table[key], euros=True)) is not None:
                yield expected(key, _NOBODY, total)
        if "in_force" in table:
            yield expected("in_force", _NOBODY, self._flag(table, "in_force"))

    # -- tables within a table

    def _inline(self, table: dict[str, Any], key: str) -> list[tuple[str, Any]]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            self.say(key, "case-inline", key=key)
            return []
        return list(value.items())

    def _named(
        self, table: dict[str, Any], key: str, names: frozenset[str], code: str, pack: Pack
    ) -> Iterator[tuple[str, Decimal]]:
        """Amounts by names of which all are known; `code` says that one is not."""
        for name, value in self._inline(table, key):
            euros = key != "booked" or self._euros(name)
            if name not in names:
                self._unknown(key, name, names, code, pack)
            elif (amount := self._amount(f"{key}.{name}", value, euros=euros)) is not None:
                yield name, amount

    def _unknown(self, key: str, name: str, names: frozenset[str], code: str, pack: Pack) -> None:
        choices = ", ".join(sorted(names))
        near = nearest(name, names)
        self.say(f"{key}.{name}", code, name=name, pack=pack.id, near=near, choices=choices)

    def _euros(self, role: str) -> bool:
        """Whether what is booked on it is money; a quantity can have more decimals."""
        units = [account.currencies for name, account in self.chart.accounts.items()
                 if account.currencies and self.chart.role(name) == role]  # fmt: skip
        return not units or any("EUR" in currencies for currencies in units)

    def _amount(self, key: str, value: Any, *, euros: bool) -> Decimal | None:
        if not number(value) or not -HUGE < value < HUGE:
            self.say(key, "case-amount", value=str(value))
            return None
        if -int(Decimal(value).as_tuple().exponent) > (2 if euros else _MAX_DECIMALS):
            self.say(key, "three-decimals" if euros else "case-amount", value=str(value))
            return None
        return Decimal(value)


def _accounts(pack: Pack) -> frozenset[str]:
    return frozenset(step.to for step in pack.steps if step.to)
