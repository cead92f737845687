"""Why each line of a return is what it is: what it rests on, and where it is zero what made it so."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from scharrel.core.corrections import Cause, Turned
from scharrel.core.income import part_of, parts_of
from scharrel.core.money import ZERO, to_cents, total
from scharrel.core.pack import Pack, Step
from scharrel.core.trace import Allocation, StepResult
from scharrel.text.grounds import rests_on, source_names
from scharrel.text.sentences import label
from scharrel.text.words import Words

_SPEAKS_TO = re.compile(r"\b(?:jou|jouw|je|jullie|you|your|yours)\b", re.IGNORECASE)


def formal_label(words: Words, pack: Pack, step: Step) -> str:
    """The step's name for an official: what is offset is yet to be, and what is the member's own has no name
    that speaks to the member."""
    if step.party == "municipality" and [s.party for s in pack.steps].count("municipality") == 1:
        return words(f"paper.return_step.{'reduction' if step.reduction else 'payment'}")
    named = label(words, step)
    if step.party not in ("member", "pot") or not _SPEAKS_TO.search(named):
        return named
    if part_of(pack, step) == "above":
        return words("paper.return_part.above")
    return words(f"paper.return_step.{step.party}")


def why_each(words: Words, month: Allocation) -> dict[str, str]:
    """Why the turnover, the reported income and each part of it are what they are, by name."""
    parts = parts_of(month)
    reported = total(parts.values())
    return {
        "turnover": _turnover(words, month),
        "reported": words(f"return.{'reported' if reported else _no_income(month)}"),
        **{
            part: _paid(words, month, part)
            if amount
            else _zero(words, month, part)
            if reported
            else words("return.no-income")
            for part, amount in parts.items()
        },
    }


def _turnover(words: Words, month: Allocation) -> str:
    if not month.came_in:
        return words("return.no-turnover")
    shares = [p for p in month.received if p.role in month.pack.pool]
    counted = words(f"return.turnover-{'received' if month.pack.by_payment else 'booked'}")
    return " ".join(
        [counted, *(words("return.received", amount=words.money(p.amount), name=p.name) for p in shares)]
    )


def _no_income(month: Allocation) -> str:
    """Why nothing is left of what came in."""
    return "costs-took-it" if month.came_in > 0 else "no-income"


def _paid(words: Words, month: Allocation, part: str) -> str:
    """The steps behind a part, each with its amount if there are several, and what it rests on."""
    found = [r for r in month.steps if part_of(month.pack, r.step) == part and r.paid]
    if not found:
        return rests_on(words, month.steps[-1], month.pack)
    if part == "offset":
        how = {words(f"return.offset-{'reduction' if r.step.reduction else 'payment'}") for r in found}
        sums = (_worked_out(words, r) for r in found)
        grounds = dict.fromkeys(rests_on(words, r, month.pack) for r in found)
        return " ".join([*filter(None, sums), *(f"{ground}." for ground in grounds), *sorted(how)])
    named = [(formal_label(words, month.pack, r.step), r) for r in found]
    several, known = len(found) > 1, words(f"paper.return_part.{part}")
    return " ".join(
        ("" if name == known else f"{name}: {words.money(r.paid)}. " if several else f"{name}. ")
        + " ".join(filter(None, [_worked_out(words, r), f"{rests_on(words, r, month.pack)}."]))
        for name, r in named
    )


def _worked_out(words: Words, result: StepResult) -> str:
    """The sum behind what a step paid, where it is a percentage of one amount or a number of units and no
    limit came in between; empty otherwise."""
    step, figure = result.step, result.figure
    if figure is None or result.limits or result.paid != to_cents(result.wanted, step.rounding):
        return ""
    if step.kind == "per" and result.units:
        return words("return.per", units=words.number(result.units), figure=words.money(figure.value))
    if step.kind != "rate" or result.base is None or step.over_year or figure.value == 1:
        return ""
    values = {"rate": words.rate(figure.value), "base": words.money(result.base)}
    if result.above and result.above.value:
        return words("return.rate-above", **values, above=words.money(result.above.value))
    return words("return.rate", **values)


def _zero(words: Words, month: Allocation, part: str) -> str:
    """Why a part of an income is nothing."""
    steps = [r for r in month.steps if part_of(month.pack, r.step) == part]
    if not steps:
        return words(f"return.none-{part}") if part in ("exempt", "offset") else ""
    said = [reason for r in steps for reason in _stopped(words, month.pack, r)]
    if not said and any("condition" in r.why for r in steps):
        return words("return.not-granted")
    return " ".join(dict.fromkeys(said)) or words("return.nothing-left")


def _stopped(words: Words, pack: Pack, result: StepResult) -> Iterator[str]:
    """What kept the step from paying anything, but for a condition that the member does not meet."""
    step, name = result.step, formal_label(words, pack, result.step)
    if "below-threshold" in result.why and result.above:
        yield words(
            "return.below-year" if step.over_year else "return.below",
            above=words.money(result.above.value),
            base=words.money(result.year_before + (result.base or ZERO)),
            source=rests_on(words, result, pack),
        )
    if "age" in result.why:
        yield words("return.age", label=name, number=step.min_age)
    if "months-used" in result.why:
        yield words("return.months-used", label=name, number=step.max_months)


def unfounded(words: Words, month: Allocation) -> list[tuple[str, Decimal]]:
    """What the member has, outside the offset, by nothing that a municipality knows of: no law, decision or
    agreement. The steps' names, and what they paid in euros."""
    return [
        (formal_label(words, month.pack, r.step), r.paid)
        for r in month.steps
        if r.paid and part_of(month.pack, r.step) in ("exempt", "pot") and not _founded(month.pack, r)
    ]


def behind_correction(words: Words, causes: Iterable[Cause]) -> str:
    """Why a month was put right, without the bookings themselves: those are the member's own affair."""
    kinds = dict.fromkeys(
        "rests"
        if isinstance(cause, Turned)
        else "income"
        if any(account.startswith("Income:") for account, *_ in cause.mark.legs)
        else "costs"
        if any(account.startswith("Expenses:") for account, *_ in cause.mark.legs)
        else "bookings"
        for cause in causes
    )
    return " ".join(words(f"return.behind-{kind}") for kind in kinds)


def _founded(pack: Pack, result: StepResult) -> bool:
    own, *figures = (pack.sources[name].kind for name in source_names(result))
    return own != "report" or any(kind in ("law", "agreement") for kind in figures)
