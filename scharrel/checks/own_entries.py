"""What is wrong with what the register says of the cooperative itself, and with the accounts that this asks
of the chart."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from scharrel.checks.register import contradictions, written_value
from scharrel.core.chart import Account, Chart
from scharrel.core.facts import Dated, HolderDirective
from scharrel.core.iban import compact
from scharrel.core.money import MAX_AMOUNT, as_written
from scharrel.core.names import nearest
from scharrel.core.problems import CHART, Problem
from scharrel.formats.pain001 import mistyped_reference
from scharrel.ledger.chart import meant
from scharrel.ledger.own_entries import ENTRY_KINDS, euros_of
from scharrel.ledger.register import Register
from scharrel.store.text import Text
from scharrel.treasury.accounts import (
    ENTRY_KEYS,
    IN_HAND,
    MONTH_DAYS,
    MONTH_NUMBERS,
    MONTHS_AFTER,
    OWN_ROLES,
    ROUNDING,
    SUSPENSE,
    TAX_DUE,
    TEXT_KEYS,
    TRANSIT,
    VAT_DUE,
    VAT_RATES_SINCE,
    BankAccount,
)
from scharrel.treasury.late_payment import collection_scale, yearly_rate

_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "payee": ("name", "iban"),
    "bank": ENTRY_KEYS["bank"],
    "customer": ("name",),
}
_LONGEST = 365
"""Days to pay."""

_KVK = re.compile(r"\d{8}")
_OIN = re.compile(r"\d{20}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Codes of other things in the list of territories."""
_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
HOME = "NL"
LANGUAGES_OF_CUSTOMERS = ("nl", "en")


def vat_id_sound(said: str) -> bool:
    """Whether it can be a VAT id: that of a country of the European Union by its check digits."""
    from stdnum.eu import vat

    number = compact(said)
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{2,13}", number):
        return False
    return number[:2].lower() not in vat.MEMBER_STATES or bool(vat.is_valid(number))


def postcode_sound(said: str) -> bool:
    """Whether it is a postcode of the Netherlands."""
    from stdnum.nl import postcode

    return bool(postcode.is_valid(said))


def country_sound(said: str) -> bool:
    """Whether it is the code of a country, in two capitals."""
    if said == HOME or not _COUNTRY.fullmatch(said) or said in _NO_COUNTRIES:
        return said == HOME
    from babel import Locale

    return said in Locale.parse("en").territories


_FORMS: Mapping[str, Callable[[str], object]] = {
    "vat_id": vat_id_sound,
    "oin": _OIN.fullmatch,
    "country": country_sound,
    "email": _EMAIL.fullmatch,
    "interest": yearly_rate,
    "interest_business": yearly_rate,
    "collection": collection_scale,
    "holiday_part": yearly_rate,
}
_WHOLE = (
    (MONTH_DAYS, "day-of-month", 1, 31),
    (MONTHS_AFTER, "months-after", 0, 12),
    (MONTH_NUMBERS, "month-of-year", 1, 12),
)
_VAT = re.compile(r"\d{1,2}%|input|reverse|reverse-eu|reverse-non-eu|private")
_VAT_WORDS = ("21%", "9%", "input", "reverse", "reverse-eu", "reverse-non-eu", "private")
_KNOWN_RATES = frozenset(f"{rate:.0%}" for _, rates in VAT_RATES_SINCE for rate in rates)
_BALANCE = ("Assets:", "Liabilities:")
_ROOTS: Mapping[str, tuple[str, ...]] = {
    SUSPENSE: _BALANCE,
    IN_HAND: ("Assets:",),
    TRANSIT: _BALANCE,
    TAX_DUE: _BALANCE,
    ROUNDING: ("Income:", "Expenses:"),
}


def own_entries_problems(register: Register, chart: Chart, chart_text: Text) -> Iterator[Problem]:
    """Keys that mean nothing or say what cannot be, what is missing, and bank accounts that the chart does
    not have or that stand there twice."""
    text, own = register.text, register.own
    cooperative, benefit = ({one.id: one} if one else {} for one in (own.cooperative, own.benefit))
    entries = cooperative, own.payees, own.banks, own.customers, benefit
    for kind, named in zip(ENTRY_KINDS, entries, strict=True):
        for entry in named.values():
            yield from entry_problems(kind, entry, text)
            yield from contradictions(f"{kind} {entry.id}", entry.directives, text)
    accounts = list(own.bank_accounts.values())
    for nth, bank in enumerate(accounts):
        yield from _bank_problems(bank, own.banks[bank.name], accounts[:nth], chart, text)
    yield from _chart_problems(chart, chart_text, with_bank=bool(own.banks))


def entry_problems(kind: str, entry: Dated, text: Text) -> Iterator[Problem]:
    """What an entry of this kind lacks, keys that mean nothing, and values that cannot be."""
    first = entry.directives[0].line
    said = {key for directive in entry.directives for key in directive.values}
    for key in _REQUIRED.get(kind, ()):
        # An empty key is told where it stands.
        if key not in said and not any(text.key_below(d.line, key) for d in entry.directives):
            yield text.problem(first, "own-without", kind=kind, name=entry.id, key=key)
    for directive in entry.directives:
        for key, value in directive.values.items():
            line = text.key_line(directive.line, key)
            if key not in ENTRY_KEYS[kind]:
                values = {"key": key, "kind": kind, "near": nearest(key, ENTRY_KEYS[kind])}
                yield text.problem(line, "own-key", True, **values, keys=", ".join(ENTRY_KEYS[kind]))
            elif key in TEXT_KEYS and not isinstance(value, str):
                yield text.problem(line, "text-unquoted", key=key, value=written_value(text, line))
            elif wrong := wrong_value(key, value, _country(entry, directive)):
                code, values = wrong
                yield text.problem(line, code, **values)
            elif kind == "payee" and key == "reference" and mistyped_reference(str(value)):
                yield text.problem(line, "payment-reference", True, value=str(value))


def _country(entry: Dated, directive: HolderDirective) -> str:
    """Where who the entry is about is established, by what this directive or one before it says."""
    said = (other for other in reversed(entry.directives) if other.day <= directive.day)
    found = next((other.values["country"] for other in said if "country" in other.values), HOME)
    return str(found).strip()


def wrong_value(key: str, value: object, country: str) -> tuple[str, dict[str, str]] | None:
    """What is wrong with the value of a known key; account numbers are told by the register."""
    said = str(value).strip()
    if key in _FORMS and not _FORMS[key](said):
        return f"form-{key.replace('_', '-')}", {"value": said}
    if key == "postcode" and country == HOME and not postcode_sound(said):
        return "form-postcode", {"value": said}
    if key == "language" and said not in LANGUAGES_OF_CUSTOMERS:
        return "form-language", {"value": said, "choices": ", ".join(LANGUAGES_OF_CUSTOMERS)}
    if key == "kvk" and not _KVK.fullmatch(said):
        return "kvk", {"number": said}
    if key == "vat" and said not in VAT_DUE:
        return "vat-due", {"value": said, "near": nearest(said, VAT_DUE), "choices": ", ".join(VAT_DUE)}
    if key == "terms" and not (isinstance(value, Decimal) and value == int(value) and 0 <= value <= _LONGEST):
        return "terms", {}
    for keys, code, least, most in _WHOLE:
        if key in keys and not whole_number(value, least, most):
            return code, {"key": key}
    if key == "receipts":
        euros = euros_of(value)
        return None if euros is not None and 0 <= euros < MAX_AMOUNT else ("receipts", {})
    if key == "opening":
        euros = euros_of(value)
        if euros is None:
            return "opening", {}
        if abs(euros) >= MAX_AMOUNT:
            return "too-large", {"number": as_written(euros)}
    return None


def whole_number(value: object, least: int, most: int) -> bool:
    """Whether it is a whole number from the least to the most."""
    return isinstance(value, Decimal) and value == int(value) and least <= value <= most


def _bank_problems(
    bank: BankAccount, entry: Dated, others: list[BankAccount], chart: Chart, text: Text
) -> Iterator[Problem]:
    said = {key: directive for directive in entry.directives for key in directive.values}
    line = text.key_line(said["account"].line, "account")
    known = chart.accounts.get(bank.account)
    values = {"account": bank.account, "name": bank.name}
    if not chart.accounts:
        return  # what is wrong with the chart is told
    if known is None:
        near = meant(bank.account, (name for name in chart.accounts if name.startswith("Assets:")))
        yield text.problem(line, "unknown-account", account=bank.account, near=near)
    elif not bank.account.startswith("Assets:") or chart.role(bank.account) in OWN_ROLES:
        yield text.problem(line, "bank-account", **values)
    elif known.currencies and "EUR" not in known.currencies:
        yield text.problem(line, "bank-currency", **values, expected=", ".join(known.currencies))
    elif (when := _not_open(known, bank.day)) is not None:
        yield text.problem(line, "account-not-open", account=bank.account, opened=str(when))
    for other in others:
        if other.iban == bank.iban:
            at = text.key_line(said["iban"].line, "iban")
            yield text.problem(at, "bank-again", key="iban", other=other.name)
        if other.account == bank.account:
            yield text.problem(line, "bank-again", key="account", other=other.name)


def _not_open(account: Account, day: date) -> date | None:
    return account.opened if day < account.opened else None


def _chart_problems(chart: Chart, text: Text, *, with_bank: bool) -> Iterator[Problem]:
    for name, account in chart.accounts.items():
        roots = _ROOTS.get(account.role or "")
        if roots and not name.startswith(roots):
            below = ", ".join(root.rstrip(":") for root in roots)
            at = text.key_line(text.account_line("open", name), "role")
            yield text.problem(at, "role-place", account=name, role=str(account.role), roots=below)
        if account.vat and not _VAT.fullmatch(account.vat):
            values = {"value": account.vat, "near": nearest(account.vat, _VAT_WORDS)}
            at = text.key_line(text.account_line("open", name), "vat")
            yield text.problem(at, "vat-word", **values, choices=", ".join(_VAT_WORDS))
        elif account.vat and account.vat.endswith("%") and account.vat not in _KNOWN_RATES:
            at = text.key_line(text.account_line("open", name), "vat")
            yield text.problem(at, "vat-other-rate", True, value=account.vat)
    suspense = chart.with_role(SUSPENSE)
    if with_bank and chart.accounts and len(suspense) != 1:
        line = text.account_line("open", suspense[1]) if suspense else 1
        yield Problem(CHART, line, "one-suspense", {"count": str(len(suspense))}, excerpt=text.line(line))
