"""By what period the municipality settles, and whether what it takes is definitive yet."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from scharrel.core.facts import Holder
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.core.period import Period
from scharrel.core.settling import decided
from scharrel.core.trace import Allocation, StepResult
from scharrel.text.words import Words


def period_name(words: Words, period: Period) -> str:
    """2026, or: juli tot en met september 2026."""
    return str(period) if period.span == "year" else _stretch(words, period.first, period.last)


def months_named(words: Words, found: Iterable[Month]) -> str:
    """January 2026, March to June 2026."""
    stretches: list[tuple[Month, Month]] = []
    for month in sorted(set(found)):
        if stretches and month == stretches[-1][1].plus(1):
            stretches[-1] = stretches[-1][0], month
        else:
            stretches.append((month, month))
    return ", ".join(_stretch(words, first, last) for first, last in stretches)


def _stretch(words: Words, first: Month, last: Month) -> str:
    """Juli tot en met september 2026, or: oktober 2025 tot en met maart 2026."""
    if first == last:
        return words.month(first)
    began = words.month(first)
    if first.year == last.year:
        began = began.removesuffix(f" {first.year}")
    return words("period.months", first=began, last=words.month(last))


def provisional(words: Words, allocation: Allocation) -> str:
    """That what goes to the municipality is provisional, or has become definitive; nothing where it settles
    by the month."""
    if allocation.period is None:
        return ""
    key = "provisional" if allocation.provisional else "decided"
    period = period_name(words, allocation.period)
    return words(f"period.{key}-{allocation.period.span}", period=period)


def part_lines(words: Words, periods: Iterable[Period], first: Month, last: Month) -> Iterator[str]:
    """That a part of a sum over these months is provisional: a line for each stretch that has yet to be
    settled."""
    stretches: list[tuple[Period, Period]] = []
    for period in sorted(set(periods)):
        if (
            stretches
            and stretches[-1][1].span == period.span
            and stretches[-1][1].last.plus(1) == period.first
        ):
            stretches[-1] = stretches[-1][0], period
        else:
            stretches.append((period, period))
    for begins, ends in stretches:
        yield words(
            f"period.part-{begins.span}",
            stretch=_stretch(words, max(begins.first, first), min(ends.last, last)),
        )


def provisional_of_step(words: Words, allocation: Allocation, result: StepResult) -> Iterator[str]:
    """The same of a step, if it is the municipality's; a part of what is definitive says so by itself."""
    said = provisional(words, allocation)
    if said and result.step.party == "municipality" and result.definitive is None:
        yield said


def provisional_lines(words: Words, used: Sequence[tuple[Holder, Pack]], month: Month) -> Iterator[str]:
    """For how many members the month is provisional, a line for each period."""
    periods = Counter(
        period
        for member, pack in used
        if pack.settled != "month" and not decided(member, pack, period := Period.of(pack.settled, month))
    )
    for period, count in sorted(periods.items()):
        said = words(f"period.provisional-{period.span}", period=period_name(words, period))
        yield words("period.members", count=count, said=said[0].lower() + said[1:])
