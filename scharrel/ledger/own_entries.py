"""What the register says of the cooperative itself: `custom` "cooperative", "payee", "bank", "customer" or
"benefit"."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from scharrel.core.facts import Dated, HolderDirective
from scharrel.core.iban import compact
from scharrel.core.names import COOP_ID, nearest
from scharrel.core.problems import Problem
from scharrel.ledger.parsing import metadata, place
from scharrel.store.paths import MEMBER_ID
from scharrel.store.text import Text
from scharrel.treasury.accounts import ENTRY_KEYS, PAYEES, BankAccount, OwnEntries

ENTRY_KINDS = tuple(ENTRY_KEYS)


def read_own_entries(directives: Sequence[Any], text: Text) -> tuple[OwnEntries, list[Problem]]:
    """The cooperative's own entries among these, and what is wrong with the names that they give."""
    problems: list[Problem] = []
    found: dict[str, dict[str, list[HolderDirective]]] = {kind: {} for kind in ENTRY_KINDS}
    for directive in directives:
        kind, line = directive.type, place(directive)
        values = [value.value for value in directive.values or []]
        name = values[0] if len(values) == 1 and isinstance(values[0], str) else ""
        others = found[kind]
        if kind == "payee" and name not in PAYEES:
            known = {"near": nearest(name, PAYEES), "choices": ", ".join(PAYEES)}
            problems.append(text.problem(line, "payee-name", **known))
        elif kind == "benefit" and name != PAYEES[0]:
            problems.append(text.problem(line, "benefit-name"))
        elif not MEMBER_ID.fullmatch(name):
            problems.append(text.problem(line, f"{kind}-name"))
        elif kind == "cooperative" and others and name not in others:
            other, said = next(iter(others.items()))
            problems.append(text.problem(line, "two-cooperatives", other=other, first=str(said[0].line)))
        elif kind == "customer" and name == COOP_ID:
            problems.append(text.problem(line, "coop-taken"))
        else:
            others.setdefault(name, []).append(HolderDirective(directive.date, line, metadata(directive)))
    by_kind = {
        kind: {name: Dated(name, tuple(sorted(said, key=lambda d: (d.day, d.line)))) for name, said in all_of}
        for kind, all_of in ((kind, sorted(named.items())) for kind, named in found.items())
    }
    accounts = {name: account for name, bank in by_kind["bank"].items() if (account := _account(bank))}
    own = OwnEntries(
        next(iter(by_kind["cooperative"].values()), None),
        by_kind["payee"],
        by_kind["customer"],
        by_kind["bank"],
        accounts,
        by_kind["benefit"].get(PAYEES[0]),
    )
    return own, problems


def _account(bank: Dated) -> BankAccount | None:
    """The account that the entries together are; nothing while a key is missing or has no such value."""
    values = {key: value for said in bank.directives for key, value in said.values.items()}
    opens = next((said for said in reversed(bank.directives) if "opening" in said.values), None)
    opening = euros_of(values.get("opening"))
    iban, account = values.get("iban"), values.get("account")
    if opens is None or opening is None or not isinstance(iban, str) or not isinstance(account, str):
        return None
    return BankAccount(bank.id, opens.day, opens.line, compact(iban), account, opening)


def euros_of(value: Any) -> Decimal | None:
    """The euros, with or without EUR behind them; nothing for another currency, or parts of a cent."""
    number = value.number if isinstance(value, Amount) and value.currency == "EUR" else value
    if not isinstance(number, Decimal) or -int(number.as_tuple().exponent) > 2:
        return None
    return number
