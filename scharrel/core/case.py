"""A worked example of what a pack does: what was booked in some months, and what must come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple

from scharrel.core.money import ZERO
from scharrel.core.month import Month, months
from scharrel.core.pack import SOURCE_KINDS, Facts, Source

CASE_SOURCE_KINDS = (*SOURCE_KINDS, "example")
"""What a case can rest on; an example is a sum that someone else worked out."""

What = Literal["paid", "why", "keep", "party", "balances", "reduction", "in_force"]


class Expected(NamedTuple):
    """What must be so in a month: of what, and which step, party or account. Euros, the codes of the limits
    in order of the alphabet, or whether the pack is in force; `line` is where the case says it."""

    line: int
    what: What
    name: str
    value: Decimal | tuple[str, ...] | bool


@dataclass(frozen=True, slots=True)
class CaseMonth:
    """A month of a case: the facts that change with it, and what was booked by role and by account; of a
    role, what of it was `approved` beforehand. Beside that what was `sold` on account, in euros by role, with
    the `vat` on it, and what was `received` of all that was sold so."""

    month: Month
    line: int
    facts: Facts
    roles: Mapping[str, Decimal]
    accounts: Mapping[str, Decimal]
    expected: tuple[Expected, ...]
    approved: Mapping[str, Decimal] = field(default_factory=dict)
    sold: Mapping[str, Decimal] = field(default_factory=dict)
    vat: Decimal = ZERO
    received: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Case:
    """One member's history under one pack, months in order; those between that are not named are empty.

    `balances` (euros) stand on the accounts before the first month.
    """

    title: str
    line: int
    source: Source
    facts: Facts
    balances: Mapping[str, Decimal]
    months: tuple[CaseMonth, ...]

    @property
    def span(self) -> list[Month]:
        """Every month from its first to its last."""
        return list(months(self.months[0].month, self.months[-1].month))
