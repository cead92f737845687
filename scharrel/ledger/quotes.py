"""Quotes as a ledger has them, and what is billed for them."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from beancount.core.amount import Amount

from scharrel.core.quotes import RECEIVABLE, Billed, Quote
from scharrel.ledger.parsing import metadata, place

if TYPE_CHECKING:
    from scharrel.ledger.postings import CompletePosting

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,30}")


def quote_of(directive: Any) -> Quote | None:
    """The quote that the directive is; nothing when it is not written as one."""
    values = [value.value for value in directive.values or []]
    if len(values) != 3 or not all(isinstance(v, str) and v.strip() for v in values[:2]):
        return None
    number, customer, price = values
    if not _NUMBER.fullmatch(number) or not isinstance(price, Amount) or price.currency != "EUR":
        return None
    amount = price.number
    if not isinstance(amount, Decimal) or amount <= 0 or -int(amount.as_tuple().exponent) > 2:
        return None
    said = tuple((key, str(value)) for key, value in metadata(directive).items() if value is not None)
    return Quote(directive.date, place(directive), number, customer, amount, said)


def billed(transaction: Any, postings: list["CompletePosting"], roles: Mapping[str, str | None]) -> Billed:
    """What the booking does to the quotes that it names, by `quote:` or by a link."""
    named = str(transaction.meta.get("quote") or "")
    euros = [(account, number) for account, number, currency, _ in postings if currency == "EUR"]
    return Billed(
        place(transaction),
        named,
        frozenset({*transaction.links, *([named] if named else [])}),
        -sum((number for account, number in euros if account.startswith("Income:")), Decimal(0)),
        sum((number for account, number in euros if roles.get(account) == RECEIVABLE), Decimal(0)),
    )
