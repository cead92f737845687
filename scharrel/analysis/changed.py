"""One change of a pack, with its place in the file and what it was and becomes."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from scharrel.core.money import CENT
from scharrel.core.month import Month
from scharrel.core.pack import Operand, Pack, Unit

TENTH_OF_A_PERCENT = Decimal("0.001")

LIMITS = {
    "above": "above",
    "cap_month": "cap.month",
    "cap_year": "cap.year",
    "cap_life": "cap.life",
    "target": "target",
}
"""The figures that limit a step, by the word that a pack has for them."""


Code = Literal["figure", "since", "change", "add", "drop", "order"]


class Place(NamedTuple):
    """Where a pack says something: the key in the nth table of this name, on the line with `having`."""

    table: str
    key: str
    nth: int = 0
    having: str = ""


class Mutation(NamedTuple):
    """A pack with one change, and what it is.

    `of` is the parameter or step (none for the pack itself), `key` the word that says it. A figure has its
    unit; one with dates the month from which it holds, and `choice` if it goes by a fact.
    """

    code: Code
    place: Place
    pack: Pack
    of: str
    key: str
    was: Any
    becomes: Any = None
    unit: Unit | None = None
    month: Month | None = None
    choice: str = ""


def nudged(figure: Decimal, unit: Unit) -> list[Decimal]:
    """A cent or a tenth of a percent more, and less where that is possible."""
    little = CENT if unit == "amount" else TENTH_OF_A_PERCENT
    return [nudged for nudged in (figure - little, figure + little) if nudged >= 0]


def values_of(operand: Operand) -> list[Decimal]:
    """Every value that the figure has at some time for someone."""
    if isinstance(operand, Decimal):
        return [operand]
    rows = (value for _, value in operand.values)
    return [figure for row in rows for figure in (row.values() if isinstance(row, Mapping) else (row,))]


def with_step(
    pack: Pack,
    nth: int,
    code: Code,
    key: str,
    was: Any,
    becomes: Any = None,
    unit: Unit | None = None,
    **fields: Any,
) -> Mutation:
    """The pack with these fields of its nth step changed, of which the key in the file tells."""
    step = pack.steps[nth]
    steps = (*pack.steps[:nth], replace(step, **fields), *pack.steps[nth + 1 :])
    place = Place("step", key.partition(".")[0], nth)
    return Mutation(code, place, replace(pack, steps=steps), step.id, key, was, becomes, unit)
