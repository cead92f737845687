"""A year of the whole umbrella as tables."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.umbrella import Branch, Year
from scharrel.text.words import Words, visible

_FIGURES = ("turnover", "costs", "tax", "kept", "municipality", "community", "contributed")
_OWN = ("contributed", "own_turnover", "own_costs", "paid_on", "reserve", "standing")


def branch_rows(words: Words, names: Mapping[str, str], branches: Sequence[Branch]) -> list[list[str]]:
    """What members and projects earned and where it went: a row for each sub-cooperative, one for who belongs
    to none, and the totals. A figure that is zero for all has no column."""
    return _rows(words, names, branches, _FIGURES, always=("turnover", "costs", "kept", "contributed"))


def own_rows(words: Words, names: Mapping[str, str], branches: Sequence[Branch]) -> list[list[str]]:
    """Each sub-cooperative's own money: what came in, its costs, the umbrella's share and its reserve."""
    always = ("contributed", "own_costs", "paid_on", "reserve", "standing")
    return _rows(words, names, [branch for branch in branches if branch.id], _OWN, always=always)


def month_rows(words: Words, year: Year) -> list[list[str]]:
    """All together, month by month."""
    head = [
        words(f"umbrella.{key}")
        for key in ("month", "turnover", "kept", "contributed", "umbrella", "reserve")
    ]
    rows = [[words.month(month), *map(words.amount, _of_month(year, month))] for month in year.months]
    totals = [
        sum(column, ZERO) for column in zip(*(_of_month(year, month) for month in year.months), strict=True)
    ]
    return [head, *rows, [words("umbrella.total"), *map(words.amount, totals)]]


def _of_month(year: Year, month: Month) -> list[Decimal]:
    found = year.months[month]
    sums = [
        sum((getattr(b, key) for b in found), ZERO) for key in ("turnover", "kept", "contributed", "reserve")
    ]
    sums[0] += sum((branch.own_turnover for branch in found), ZERO)
    return [*sums[:3], year.umbrella_of(month), sums[3]]


def _rows(
    words: Words,
    names: Mapping[str, str],
    branches: Sequence[Branch],
    figures: Sequence[str],
    always: Sequence[str],
) -> list[list[str]]:
    shown = [key for key in figures if key in always or any(getattr(b, key) for b in branches)]
    columns = [[getattr(branch, key) for key in shown] for branch in branches]
    totals = [sum(column, ZERO) for column in zip(*columns, strict=True)]
    rest = "none" if any(branch.id for branch in branches) else "everyone"
    label = {"": words(f"umbrella.{rest}"), **{key: visible(name) for key, name in names.items()}}
    return [
        [words(f"umbrella.{key}") for key in ("branch", *shown)],
        *([label[b.id], *map(words.amount, row)] for b, row in zip(branches, columns, strict=True)),
        [words("umbrella.total"), *map(words.amount, totals)],
    ]
