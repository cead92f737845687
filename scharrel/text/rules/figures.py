"""The figures of a step in words: as they hold in a month, and since when."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.month import Month
from scharrel.core.pack import Pack, Param, Term
from scharrel.text.words import Words, usual

Value = Decimal | Mapping[str, Decimal]


class FigureSentence(NamedTuple):
    """A figure that changes by date: since when it holds and what comes later, and its source."""

    about: str
    text: str
    source: str


def yearly(pack: Pack) -> list[Term]:
    """The figure of each yearly limit, in whatever it counts."""
    return [Term("cap-year", limit.year, "count", nth) for nth, limit in enumerate(pack.year_limits, 1)]


def figure_text(words: Words, figure: Term, month: Month) -> str:
    """The figure as it holds in the month; words that point to a list where it depends on a fact."""
    if isinstance(figure.operand, Decimal):
        return _number(words, figure.unit, figure.operand)
    row = figure.operand.in_force(month)
    if row is None:
        return words(f"rule.unset.{figure.unit}")
    if isinstance(row[1], Mapping):
        return words(f"rule.varies.{figure.unit}", fact=fact_name(words, figure.operand))
    return _number(words, figure.unit, row[1])


def rows_of(words: Words, some: list[Term], month: Month) -> tuple[str, ...]:
    """A row for each value of a fact on which these figures depend; each named where there are more."""
    lists = [
        (figure, row[1])
        for figure in some
        if isinstance(figure.operand, Param)
        and (row := figure.operand.in_force(month))
        and isinstance(row[1], Mapping)
    ]
    return tuple(
        f"{place_name(words, figure)}, {name}: {number}" if len(lists) > 1 else f"{name}: {number}"
        for figure, values in lists
        for name, number in _cells(words, figure, values)
    )


def value_text(words: Words, figure: Term, value: Value) -> str:
    """A value of a parameter on one line."""
    if isinstance(value, Mapping):
        return ", ".join(" ".join(cell) for cell in _cells(words, figure, value))
    return _number(words, figure.unit, value)


def dated(words: Words, some: Iterable[Term], month: Month) -> Iterator[FigureSentence]:
    """Since when each of these figures holds and what it becomes later, each parameter once."""
    seen: set[str] = set()
    for figure in some:
        param = figure.operand
        if isinstance(param, Param) and param.id not in seen:
            seen.add(param.id)
            source = param.source_in(month)
            yield FigureSentence(figure.about, " ".join(_dates(words, figure, param, month)), source)


def place_name(words: Words, figure: Term) -> str:
    """What the figure is to the step: a percentage, a limit a month."""
    return words(f"rule.place.{figure.place}", nth=figure.nth)


def fact_name(words: Words, param: Param) -> str:
    """The fact on which a parameter depends."""
    name = str(param.by)
    return usual(words, "fact", name) or words("rule.other-fact", fact=name)


def _dates(words: Words, figure: Term, param: Param, month: Month) -> Iterator[str]:
    row = param.in_force(month)
    before = row[1] if row else None
    what = place_name(words, figure)
    if row is None:
        yield words("rule.not-yet", what=what, month=words.month(month))
    elif param.by:
        yield words(f"rule.since-list.{figure.unit}", what=what, day=words.day(row[0].first_day))
    else:
        since = param.figure(month, {}).since or row[0]
        shown = value_text(words, figure, row[1])
        yield words("rule.since", figure=shown, day=words.day(since.first_day))
    for since, value in param.values:
        if since > month:
            shown = value_text(words, figure, value)
            key = "list" if param.by else "first" if before is None else "becomes"
            if value == before:
                key = "list-stays" if param.by else "stays"
            yield words(f"rule.later-{key}", figure=shown, day=words.day(since.first_day))
            before = value


def _cells(words: Words, figure: Term, values: Mapping[str, Decimal]) -> Iterator[tuple[str, str]]:
    """Each value of the fact in words, with its figure."""
    param = figure.operand
    for name, value in values.items():
        fact = f"{param.by}: {name}" if isinstance(param, Param) else name
        yield usual(words, "value", fact) or name, _number(words, figure.unit, value)


def _number(words: Words, unit: str, number: Decimal) -> str:
    if unit == "count":
        return words.number(number)
    return words.rate(number) if unit == "rate" else words.money(number)
