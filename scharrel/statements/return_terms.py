"""What an official wants to know beside the amounts of a return: what was worked, why nothing is exempt,
which limits hold, what counts in another month."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.income import part_of, parts_of
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.pack import Figure, NoValueError, Param
from scharrel.core.trace import Allocation
from scharrel.statements.data import StatementData
from scharrel.text.sentences import label, role_name
from scharrel.text.words import Words, usual


class Late(NamedTuple):
    """An amount in euros booked in one month that counts in another."""

    role: str
    amount: Decimal
    booked: Month
    counts: Month


class Norm(NamedTuple):
    """A limit of a step that holds for the member this month, in euros."""

    label: str
    code: str
    figure: Figure


class Worked(NamedTuple):
    """Of hours, kilometres or the like that the agreement asks for: how many in the month and in the year so
    far, and how many a year may have if that is agreed."""

    role: str
    label: str
    month: Decimal
    year: Decimal
    most: Decimal | None


class Shifted(NamedTuple):
    """Costs of a step that earlier months could not take off, and those that are left for a later one, in
    euros; below zero what came back."""

    label: str
    earlier: Decimal
    later: Decimal


class Refused(NamedTuple):
    """An exemption of the law that the member did not get, and why: "age" or "months-used", with the years or
    months that this is about; "none" if the municipality granted none."""

    why: str
    label: str = ""
    number: int = 0


def refused_exemptions(words: Words, month: Allocation) -> list[Refused]:
    """Why nothing of an income that is offset is exempt, if it is not."""
    if not parts_of(month)["offset"] or parts_of(month)["exempt"]:
        return []
    exempting = [r for r in month.steps if part_of(month.pack, r.step) == "exempt"]
    found = [
        Refused(
            code, label(words, r.step), int((r.step.min_age if code == "age" else r.step.max_months) or 0)
        )
        for r in exempting
        for code in ("age", "months-used")
        if code in r.why
    ]
    return found or [Refused("none")] * any("condition" in r.why for r in exempting)


def permission(data: StatementData) -> date | None:
    """The last day on which the member may work as these rules have it, if they need leave for that."""
    facts = data.member.facts(data.month)
    days = [day for fact in data.allocation.pack.permissions() if isinstance(day := facts.get(fact), date)]
    return min(days, default=None)


def worked_units(words: Words, data: StatementData) -> list[Worked]:
    """What the rules pay for by the hour or kilometre, and whatever they set a yearly limit to."""
    month = data.allocation
    most: dict[str, Decimal | None] = {r.step.role: None for r in month.steps if r.units and r.step.role}
    for limit in month.pack.year_limits:
        operand = limit.year
        try:
            facts = data.member.facts(data.month)
            most[limit.role] = (
                operand.figure(data.month, facts).value if isinstance(operand, Param) else operand
            )
        except NoValueError:
            most[limit.role] = None
    year = data.year_so_far()
    counted = [m for m in data.movements if most and m.currency != "EUR" and m.counts in year]
    return [
        Worked(
            role,
            role_name(words, role),
            total(m.amount for m in counted if data.roles.get(m.account) == role and m.counts == data.month),
            total(m.amount for m in counted if data.roles.get(m.account) == role),
            limit_of_year,
        )
        for role, limit_of_year in most.items()
    ]


def counted_elsewhere(words: Words, data: StatementData) -> list[Late]:
    """By role and month, in words: what counts in another month than that in which it was booked."""
    seen = data.allocation.pack.roles()
    sums: dict[tuple[str, Month, Month], Decimal] = {}
    for movement in data.movements:
        if movement.earned is None or movement.currency != "EUR":
            continue
        booked = Month.of(movement.day)
        role = data.roles.get(movement.account)
        if role in seen and booked != movement.counts and data.month in (booked, movement.counts):
            key = (str(role), booked, movement.counts)
            sums[key] = sums.get(key, ZERO) + movement.amount
    return [
        Late(usual(words, "role", role) or role, amount, booked, counts)
        for (role, booked, counts), amount in sorted(sums.items())
    ]
