"""What a command line says of a member that is supposed: facts of the rules, and amounts on their roles."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.analysis.kinds import BORN
from scharrel.analysis.supposed import NEVER_ENDS, age, conditions, quantities, values_by
from scharrel.cli.arguments import read_amount, read_day
from scharrel.cli.screen import fail, words
from scharrel.core.pack import FactValue, Pack


class _Asked(NamedTuple):
    """The values of a fact that rules know; only those count when it is `closed`."""

    values: tuple[FactValue, ...]
    closed: bool


def read_facts(
    packs: Sequence[Pack], asked: Sequence[str]
) -> tuple[dict[str, FactValue], dict[str, Decimal]]:
    """Facts, and what is booked by role, from texts like `household=couple` and `hours=20`."""
    known = _known(packs)
    roles = sorted({role for pack in packs for role in quantities(pack)})
    facts: dict[str, FactValue] = {}
    booked: dict[str, Decimal] = {}
    for text in asked:
        key, equals, value = text.partition("=")
        if not equals or not key:
            fail(words("plot.fact-form", text=text), status=2)
        if key in known:
            facts[key] = _value(key, value, known[key])
        elif key in roles:
            booked[key] = not_negative(value)
        elif known or roles:
            fail(words("plot.fact-unknown", fact=key, known=", ".join([*known, *roles])), status=2)
        else:
            fail(words("plot.fact-none", fact=key), status=2)
    return facts, booked


def not_negative(text: str) -> Decimal:
    """An amount of zero or more."""
    amount = read_amount(text)
    if amount < 0:
        fail(words("plot.negative", text=text), status=2)
    return amount


def _known(packs: Sequence[Pack]) -> dict[str, _Asked]:
    found: dict[str, _Asked] = {}
    for pack in packs:
        for fact, values in conditions(pack).items():
            closed = isinstance(values[0], bool)
            found[fact] = _joined(found.get(fact), _Asked((True, False) if closed else values, closed))
    for pack in packs:
        for fact, cases in values_by(pack).items():
            found[fact] = _joined(found.get(fact), _Asked(cases, closed=True))
        for fact in sorted(pack.permissions()):
            found[fact] = _Asked((NEVER_ENDS,), closed=False)
    if age(packs):
        found[BORN] = _Asked((date.max,), closed=False)
    return found


def _joined(one: _Asked | None, other: _Asked) -> _Asked:
    if one is None:
        return other
    return _Asked(tuple(dict.fromkeys((*one.values, *other.values))), one.closed or other.closed)


def _value(fact: str, text: str, asked: _Asked) -> FactValue:
    for value in asked.values:
        if text.upper() == str(value).upper():
            return value
    if not asked.closed:
        match asked.values[0]:
            case Decimal():
                return read_amount(text)
            case date():
                return read_day(text)
        return text
    known = ", ".join(str(value).upper() if isinstance(value, bool) else str(value) for value in asked.values)
    fail(words("plot.fact-value", fact=fact, value=text, known=known), status=2)
