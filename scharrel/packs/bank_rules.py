"""rules/bank.toml: how bank lines are recognised. A rule that an answer of the treasurer became is put at the
end; all else stays as it was written."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from scharrel.core.chart import Chart
from scharrel.core.iban import compact, sound
from scharrel.core.names import COOP_ID, nearest
from scharrel.core.problems import Problem
from scharrel.core.quotes import RECEIVABLE
from scharrel.packs.locate import Lines
from scharrel.packs.toml import read_toml, toml_value
from scharrel.packs.values import Values
from scharrel.store.paths import MEMBER_ID, Coop
from scharrel.store.text import read_text
from scharrel.treasury.accounts import IN_HAND, RATES_IN_FORCE, SUSPENSE, TRANSIT, BankAccount
from scharrel.treasury.recognition import SIGNS, BankRule, as_percent, vat_accounts, vat_word

_KEYS = ("id", "sign", "iban", "name", "text", "for", "account", "vat")
_CONDITIONS = ("sign", "iban", "name", "text")
_RATE = re.compile(r"(\d{1,2}(?:[.,]\d)?)\s?%?")


def read_bank_rules(
    coop: Coop, chart: Chart, holders: Collection[str], banks: Mapping[str, BankAccount]
) -> tuple[list[BankRule], list[Problem]]:
    """The rules in their order, and what is wrong with them; none if there is no such file."""
    if not coop.bank_rules.exists():
        return [], []
    text = read_text(coop, coop.bank_rules)
    if text.problems:
        return [], list(text.problems)
    table, problems = read_toml(text.data.decode(), text.shown)
    if problems:
        return [], problems
    reader = _Rules(table, Lines(text.data.decode()), text.shown, chart)
    return reader.rules(holders, {bank.account for bank in banks.values()})


class _Rules(Values):
    """The rules while they are being read; what cannot be used is reported and left out."""

    def rules(self, holders: Collection[str], own: Collection[str]) -> tuple[list[BankRule], list[Problem]]:
        for key in self.table.keys() - {"rule"}:
            self.at = (key, 0)
            self.say("", "unknown-key", key=key, near=nearest(key, ("rule",)))
        rows = self.table.get("rule", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.at = ("rule", 0)
            self.say("", "bank-rule-table")
            return [], self.problems
        found: dict[str, BankRule] = {}
        for nth, row in enumerate(rows):
            self.at = ("rule", nth)
            before = len(self.problems)
            rule = self._rule(row, holders, own)
            if rule.id in found:
                self.say("id", "bank-rule-id", id=rule.id)
            if len(self.problems) == before:
                found[rule.id] = rule
        return list(found.values()), self.problems

    def _rule(self, row: dict[str, Any], holders: Collection[str], own: Collection[str]) -> BankRule:
        self._known(row, frozenset(_KEYS))
        said = {key: self._words(row, key) for key in _KEYS}
        for key in ("id", "account"):
            if key not in row:
                self.say(key, "missing-key", key=key)
        if said["id"] and not MEMBER_ID.fullmatch(said["id"]):
            self.say("id", "bank-rule-id", id=said["id"])
        if not any(key in row for key in _CONDITIONS):
            self.say("", "bank-rule-conditions")
        if said["sign"] and said["sign"] not in SIGNS:
            self.say("sign", "bad-choice", key="sign", value=said["sign"], choices=", ".join(SIGNS))
        if said["iban"] and not sound(said["iban"]):
            self.say("iban", "bank-rule-iban", iban=said["iban"])
        holder = said["for"]
        if holder and holder != COOP_ID and holder not in holders:
            near = nearest(holder, [*holders, COOP_ID])
            self.say("for", "bank-line-holder", holder=holder, near=near, account="")
        rate = rate_of(said["vat"]) if said["vat"] else None
        if said["vat"] and rate is None:
            self.say("vat", "bank-rule-rate", rate=said["vat"])
        if wrong := account_wrong(said["account"], rate, self.chart, own):
            code, values = wrong
            self.say("vat" if code in ("bank-rule-rate", "bank-vat-account") else "account", code, **values)
        line = self.lines.line("rule", nth=self.at[1])
        return BankRule(
            said["id"], said["sign"], compact(said["iban"]), said["name"], said["text"],
            "" if holder == COOP_ID else holder, said["account"], rate, line,
        )  # fmt: skip

    def _words(self, row: dict[str, Any], key: str) -> str:
        """The text at the key, if it is there."""
        value = row.get(key, "")
        if key in row and (not isinstance(value, str) or not value.strip()):
            self.say(key, "not-text", key=key)
            return ""
        return str(value).strip()


def rate_of(text: str) -> Decimal | None:
    """A rate of VAT as someone wrote it; nothing if it is none."""
    found = _RATE.fullmatch(text.strip())
    return Decimal(found[1].replace(",", ".")) / 100 if found else None


WITHOUT_VAT = (IN_HAND, TRANSIT, RECEIVABLE)
"""Roles of accounts on which money only moves, so that no VAT is split off from what goes there."""


def account_wrong(
    account: str, rate: Decimal | None, chart: Chart, own: Collection[str], day: date | None = None
) -> tuple[str, dict[str, str]] | None:
    """What is wrong with an account as the other side of a bank line (of this day), with VAT of this rate
    split off: a code and what the message needs. `own` are the accounts of the banks."""
    if not account:
        return None
    known = chart.accounts.get(account)
    if known is None:
        return "unknown-account", {"account": account, "near": nearest(account, chart.accounts)}
    if known.currencies and "EUR" not in known.currencies:
        expected = ", ".join(known.currencies)
        return "wrong-currency", {"account": account, "currency": "EUR", "expected": expected, "near": ""}
    if day and not chart.open_on(account, day):
        return "bank-not-open", {"account": account, "day": str(day)}
    if account in own and (between := chart.with_role(TRANSIT)):
        return "bank-own-account", {"account": account, "between": between[0]}
    if account in own or chart.role(account) in (SUSPENSE, "appropriation"):
        return "bank-other-side", {"account": account}
    if account.startswith(("Income:", "Expenses:")) and chart.role(account) is None:
        return "no-role", {"account": account}
    if rate and not _is_known(rate, chart):
        return "bank-rule-rate", {"rate": as_percent(rate)}
    if rate and (account.startswith(("Liabilities:", "Equity:")) or chart.role(account) in WITHOUT_VAT):
        return "bank-no-vat", {"account": account}
    if rate and not (vat := vat_accounts(chart, account, rate)):
        return "bank-vat-account", {"account": account, "kind": vat_word(account, rate)}
    if rate and day and not chart.open_on(vat[0], day):
        return "bank-not-open", {"account": vat[0], "day": str(day)}
    return None


def _is_known(rate: Decimal, chart: Chart) -> bool:
    return rate in RATES_IN_FORCE or any(a.vat == as_percent(rate) for a in chart.accounts.values())


def with_rule(text: str, rule: BankRule, taken: Collection[str]) -> str:
    """The file with the rule at its end, under a name that no other has."""
    name = next(
        each
        for nth in range(1, len(taken) + 2)
        if (each := f"{rule.id[:27]}-{nth}".removesuffix("-1")) not in taken
    )
    values = {
        "id": name, "sign": rule.sign, "iban": rule.iban, "name": rule.name, "text": rule.text,
        "for": rule.holder or COOP_ID, "account": rule.account,
        "vat": as_percent(rule.rate) if rule.rate else "",
    }  # fmt: skip
    said = "".join(f"{key} = {toml_value(value)}\n" for key, value in values.items() if value)
    return f"{text.rstrip()}\n\n[[rule]]\n{said}".lstrip("\n")
