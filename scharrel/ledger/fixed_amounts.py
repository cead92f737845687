"""What a member wants counted that comes or goes every month: `custom` "fixed-cost" and "fixed-income"."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from scharrel.core.facts import Holder
from scharrel.core.names import nearest
from scharrel.core.problems import Problem
from scharrel.ledger.own_entries import euros_of
from scharrel.ledger.parsing import metadata, place
from scharrel.store.text import Text
from scharrel.treasury.outlook import FixedAmount

FIXED_KINDS: Mapping[str, int] = {"fixed-cost": -1, "fixed-income": 1}
"""What it is called in the register, and which way it goes."""

_KEY = "day"
_LAST_DAY = 31


def read_fixed_amounts(
    directives: Sequence[Any], members: Mapping[str, Holder], text: Text
) -> tuple[dict[str, tuple[FixedAmount, ...]], list[Problem]]:
    """These entries by member, oldest first, and what is wrong with any."""
    found: dict[str, list[FixedAmount]] = {}
    first: dict[tuple[object, ...], int] = {}
    problems: list[Problem] = []
    for directive in directives:
        line, told = place(directive), metadata(directive)
        values = [value.value for value in directive.values or []]
        told_amount = values[2] if len(values) == 3 else None
        amount = euros_of(told_amount) if isinstance(told_amount, Amount) else None
        names = values[:2]
        if amount is None or amount < 0 or not all(isinstance(name, str) and name.strip() for name in names):
            problems.append(text.problem(line, "fixed", kind=directive.type))
            continue
        member, name = names
        if member not in members or not members[member].person:
            known = [holder.id for holder in members.values() if holder.person]
            problems.append(text.problem(line, "fixed-member", member=member, near=nearest(member, known)))
            continue
        for key in told.keys() - {_KEY}:
            told_key = {"key": key, "kind": directive.type, "near": nearest(key, [_KEY]), "keys": _KEY}
            problems.append(text.problem(text.key_line(line, key), "own-key", True, **told_key))
        day = told.get(_KEY)
        if not (isinstance(day, Decimal) and day == int(day) and 1 <= day <= _LAST_DAY):
            problems.append(text.problem(text.key_line(line, _KEY), "day-of-month", key=_KEY))
            continue
        same = (directive.date, directive.type, member, name.casefold())
        if (earlier := first.setdefault(same, line)) != line:
            problems.append(text.problem(line, "fixed-again", name=name, first=str(earlier)))
            continue
        signed = amount * FIXED_KINDS[directive.type]
        entry = FixedAmount(directive.date, line, directive.type, name, signed, int(day))
        found.setdefault(member, []).append(entry)
    return {member: tuple(sorted(entries)) for member, entries in found.items()}, problems
