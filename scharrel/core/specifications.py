"""What a municipality says in writing of a month: its specification, and the same figures by the books."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.corrections import Correction
from scharrel.core.income import corrected_part, parts_of
from scharrel.core.money import ZERO, to_cents, total
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.core.trace import Allocation

REPORTED, EXEMPT, OFFSET, BENEFIT, HOLIDAY = (
    "OpgegevenInkomsten", "InkomstenVrijlating", "TeVerrekenenInkomsten", "BetaaldeUitkering",
    "Vakantietoeslag",
)  # fmt: skip
SPECIFIED = (REPORTED, EXEMPT, OFFSET, BENEFIT, HOLIDAY)
"""The amounts of a specification by the names that it gives them, in euros."""

HOLIDAY_SHARE = Decimal("0.05")
"""The part of the benefit that is holiday allowance: Participatiewet, article 19, paragraph 3."""

OBJECTION_WEEKS = 6
"""How long there is to object: Algemene wet bestuursrecht, articles 6:7 and 6:8, paragraph 1."""


class Specification(NamedTuple):
    """A letter of that day, by who it is about, the month, and the amounts that it has (in euros, by name);
    `line` is where the register has it."""

    day: date
    line: int
    member: str
    month: Month
    amounts: Mapping[str, Decimal]

    @property
    def objection_until(self) -> date:
        """The last day on which an objection is in time."""
        return self.day + timedelta(weeks=OBJECTION_WEEKS)


def key_of(name: str) -> str:
    """The amount's name as a key: beancount has keys begin with a small letter."""
    return name[0].lower() + name[1:]


def specified(month: Allocation) -> dict[str, Decimal]:
    """What a specification of the month should say, in euros; the benefit only where the rules know it: as
    what most can be taken off it."""
    parts = parts_of(month)
    found = {REPORTED: total(parts.values()), EXEMPT: parts["exempt"], OFFSET: parts["offset"]}
    lowering = [result for result in month.steps if result.step.reduction]
    norm = total(
        level.figure.value for result in lowering for level in result.levels if level.code == "cap-month"
    )
    if norm and len(lowering) == 1:
        left = norm - total(result.paid for result in lowering)
        holiday = to_cents(left * HOLIDAY_SHARE, month.pack.rounding)
        found |= {BENEFIT: left - holiday, HOLIDAY: holiday}
    return found


def before_corrections(
    now: Mapping[str, Decimal], packs: Mapping[str, Pack], corrections: Iterable[Correction]
) -> dict[str, Decimal]:
    """What the return of the month said before these corrections of it, as far as that can be told."""
    before = {name: amount for name, amount in now.items() if name in (REPORTED, EXEMPT, OFFSET)}
    for correction in corrections:
        part, _ = corrected_part(packs.get(correction.pack), correction)
        if part in ("turnover", "deducted"):
            continue
        before[REPORTED] -= correction.difference
        for name, of in ((EXEMPT, "exempt"), (OFFSET, "offset")):
            if part == of:
                before[name] -= correction.difference
    return before


def differing_amounts(letter: Mapping[str, Decimal], books: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """How much more the letter has than the books, by name, of what both have; only what is not nothing."""
    more = {name: letter[name] - books[name] for name in SPECIFIED if name in letter and name in books}
    return {name: amount for name, amount in more.items() if amount != ZERO}


def at_stake(found: Mapping[str, Decimal]) -> Decimal:
    """What the differences come to for the member, in euros: what was offset too much, else what was paid
    too little, else what was counted too much; below zero where the member got too much."""
    if OFFSET in found:
        return found[OFFSET]
    paid = total(-found[name] for name in (BENEFIT, HOLIDAY) if name in found)
    return paid or found.get(REPORTED, ZERO) or -found.get(EXEMPT, ZERO) or found.get(BENEFIT, ZERO)


def latest(specifications: Iterable[Specification]) -> list[Specification]:
    """The last letter about each month of each member, in order of member and month."""
    last = {(each.member, each.month): each for each in sorted(specifications, key=lambda each: each.day)}
    return [last[key] for key in sorted(last)]
