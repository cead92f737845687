"""Grants as the register has them, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from scharrel.core.facts import Holder
from scharrel.core.grants import Grant
from scharrel.core.names import nearest
from scharrel.core.problems import Problem
from scharrel.ledger.parsing import metadata, place
from scharrel.store.paths import MEMBER_ID
from scharrel.store.text import Text

_KEYS = frozenset({"name", "purpose", "for"})


def read_grants(
    directives: Sequence[Any], members: Mapping[str, Holder], text: Text
) -> tuple[dict[str, Grant], list[Problem]]:
    """The grants of the register by id, and what is wrong with them."""
    found: dict[str, Grant] = {}
    problems: list[Problem] = []
    for directive in sorted(directives, key=place):
        line, told = place(directive), metadata(directive)

        def say(key: str, code: str, /, **values: str) -> None:
            at = text.key_line(line, key)  # noqa: B023
            problems.append(text.problem(at, code, **values))

        if not (written := _written(directive)):
            say("", "grant")
            continue
        name, amount = written
        if name in found:
            say("", "grant-again", grant=name)
        for key in sorted(told.keys() - _KEYS):
            say(key, "grant-key", key=key, near=nearest(key, _KEYS))
        for key in ("name", "purpose"):
            if not isinstance(told.get(key), str) and (key in told or text.key_line(line, key) == line):
                say("", "grant-without", key=key)
        holder = told.get("for", "")
        if "for" in told and holder not in members:
            say("for", "grant-holder", holder=str(holder), near=nearest(str(holder), members))
        found[name] = Grant(
            name, directive.date, line, str(told.get("name")), str(told.get("purpose")), amount, str(holder)
        )
    return found, problems


def _written(directive: Any) -> tuple[str, Decimal] | None:
    """The short name and the euros; nothing when it is not written so."""
    values = [value.value for value in directive.values or []]
    if len(values) != 2 or not isinstance(values[0], str) or not MEMBER_ID.fullmatch(values[0]):
        return None
    units = values[1]
    if not isinstance(units, Amount) or units.currency != "EUR" or not isinstance(units.number, Decimal):
        return None
    if units.number <= 0 or -int(units.number.as_tuple().exponent) > 2:
        return None
    return values[0], units.number
