"""Whether someone who earned can have less in a month than who earns nothing: less than the norm.

`in_hand` says what is meant by that. Where nothing lowers the benefit, or all that does is paid to the member
in the month in which it goes off, no pattern of income can bring a month below the norm, and nothing is
searched. Elsewhere the patterns of a year are gone through: in each month nothing, or an amount at a corner
of what the steps then pay (see `lines`), or the least by which one of them begins to. Patterns that leave the
same behind go on as one, the smallest of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Literal, NamedTuple

from scharrel.analysis.finding import Finding
from scharrel.analysis.in_hand import (
    TOGETHER,
    IncomeYear,
    Path,
    cash_until,
    month_divided,
    pattern_of,
)
from scharrel.analysis.kinds import kinds
from scharrel.analysis.lines import pieces
from scharrel.analysis.situations import periods
from scharrel.analysis.trajectories import held, remembering
from scharrel.analysis.within import cents_below
from scharrel.core.facts import MonthFacts
from scharrel.core.money import CENT, ZERO, to_cents, total
from scharrel.core.month import Month, months
from scharrel.core.pack import Pack, Step
from scharrel.core.period import Period
from scharrel.treasury.outlook import PAID_AFTER, PaymentTimes
from scharrel.treasury.payments import MEMBER, accounts_paid

_YEAR = 12

MOST_EARNED = Decimal(5000)
"""Euros a month up to which patterns are looked at."""

NOTICED = Decimal(1)
"""Euros from which less in hand is told: what is below it is small change."""

SLIGHT = Decimal("0.05")
"""The part of the norm up to which less in hand is a note, and above which it is an error: as much as the law
itself keeps apart each month as holiday allowance (Participatiewet, article 19, paragraph 3)."""

MAX_PATHS, FEWEST = 32, 4
"""Beginnings of patterns with equally many months of earnings that are gone on with: those with least and
those with most earned. So many of all kinds of members together, and of each kind these at least."""

_BESIDE = {True: (-1, 2), False: (0, 1)}
"""Which cents beside a corner are tried: a month's own corners are moved by rounding too."""

Proof = Literal["none-lowered", "no-norm", "same-month", "corners", "searched"]


_LOOKED_AT = ("corners", "searched")


def stability(pack: Pack, times: PaymentTimes = TOGETHER) -> Proof:
    """How it is known whether a month can be below the norm. "none-lowered" and "same-month" are proofs that
    none is, for all amounts and however long; "no-norm": these rules lower a benefit without saying what it
    is. Where no month matters to a later one all "corners" of a month are tried: a proof for all amounts up
    to MOST_EARNED. Other patterns are "searched"."""
    lowering = [step for step in pack.steps if step.reduction]
    if not lowering:
        return "none-lowered"
    if all(step.cap_month is None for step in lowering):
        return "no-norm"
    paid_out = accounts_paid([pack], MEMBER)
    together = times.lag == PAID_AFTER and pack.settled == "month"
    if together and all(step.to in paid_out for step in lowering):
        return "same-month"
    return "searched" if _mattering(pack) or pack.settled != "month" else "corners"


def below_norm(pack: Pack, month: Month, role: str, times: PaymentTimes = TOGETHER) -> Iterator[Finding]:
    """The smallest pattern of income on the role with a month below the norm, and what is missing at worst,
    of the kind of member who comes off worst: by what goes off from month to month, and by a settlement."""
    if stability(pack, times) not in _LOOKED_AT:
        return
    first = _first(pack, month)
    length = held(pack, first, _YEAR)
    members = reversed(kinds(pack, first))  # those for whom least happens first: the simplest examples
    paid_out = accounts_paid([pack], MEMBER)
    years = [IncomeYear(pack, facts, times, role, paid_out, first, length) for facts in members]
    years.sort(key=lambda year: year.most, reverse=True)
    share = max(MAX_PATHS // len(years), FEWEST)
    if stability(replace(pack, settled="month"), times) in _LOOKED_AT:
        yield from _worst(years, lambda year: _search(year, _kept(year), share))
    if pack.settled != "month":
        yield from _worst(years, lambda year: _by_settlement(year, share))


def _mattering(pack: Pack) -> list[Step]:
    """The steps for which earlier months matter when nothing but income is booked."""
    return [step for step in remembering(pack) if step.kind != "input"]


def _first(pack: Pack, month: Month) -> Month:
    """The January from the month on, or the beginning of the last year in which the rules hold."""
    first = month if month.number == 1 else Month(month.year + 1, 1)
    if pack.valid_until:
        first = min(first, pack.valid_until.plus(1 - _YEAR))
    return max(first, periods(pack)[0])


class _Hit(NamedTuple):
    """A pattern, up to its last month with earnings, and how much is missing in the month that it brings
    below the norm."""

    missing: Decimal
    earned: tuple[Decimal, ...]

    @property
    def size(self) -> tuple[int, Decimal]:
        """Smallest first: in how many months something is earned, then how much."""
        return sum(map(bool, self.earned)), total(self.earned)


class _Found(NamedTuple):
    """The smallest patterns in which something is missing, and seriously much, and that in which most is."""

    year: IncomeYear
    noticed: _Hit
    serious: _Hit | None
    worst: _Hit


def _worst(years: Sequence[IncomeYear], look: Callable[[IncomeYear], Iterator[_Found]]) -> Iterator[Finding]:
    """What is found about the kind of member who lacks most; they are in order of what they can lack."""
    best: _Found | None = None
    for year in years:
        if best and best.worst.missing >= year.most:
            break
        for found in look(year):
            if best is None or found.worst.missing > best.worst.missing:
                best = found
    if best:
        yield _finding(best)


def _by_settlement(year: IncomeYear, most_paths: int) -> Iterator[_Found]:
    """What a settlement takes at once, of each quarter or year that is not like an earlier one."""
    seen: set[object] = set()
    for month in months(year.first, year.first.plus(year.length - 1)):
        period = Period.of(year.pack.settled, month)
        length = period.last.since(period.first) + 1
        ahead = list(months(month, period.last.plus(1 + year.times.reduced_after)))
        figures = tuple(_figures(year, each) for each in ahead)
        if period.first == month and held(year.pack, month, length) == length and figures not in seen:
            seen.add(figures)
            alike = len(set(figures[:length])) == 1 and not _mattering(year.pack)
            of_period = year._replace(first=month, length=length, period=period)
            yield from _search(of_period, partial(_in_period, alike), most_paths)


def _figures(year: IncomeYear, month: Month) -> tuple[Decimal, ...]:
    return tuple(param.figure(month, year.facts).value for param in year.pack.used_params())


def _in_period(alike: bool, path: Path) -> object:
    """All of a path that matters to what its period comes to: where months are alike, not which they are."""
    return tuple(sorted(filter(None, path.earned))) if alike else path.earned


def _search(year: IncomeYear, kept: Callable[[Path], object], most_paths: int) -> Iterator[_Found]:
    """Pattern by pattern, those with fewest months of earnings first. What is missing is an exact function of
    what is earned in the last of these: it is most at a corner, and reaches a level between two of them."""
    levels = NOTICED, max(to_cents(year.norm(year.first) * SLIGHT, "half-up") + CENT, NOTICED)
    smallest: list[_Hit | None] = [None, None]
    worst: _Hit | None = None
    seen: set[object] = set()
    paths = list(_resting(year, Path(), kept, seen))
    while paths:
        open_levels = [nth for nth, hit in enumerate(smallest) if hit is None]
        goes_on: list[Path] = []
        for path in paths:
            corners = _corners(year, path)
            tried = [_lacking(year, path, amount) for amount in _near(corners, *_BESIDE[year.period is None])]
            for nth in open_levels:
                smallest[nth] = _smaller(year, path, tried, levels[nth], smallest[nth])
            here = max(hit.missing for hit in tried)
            if here > (worst.missing if worst else ZERO):
                worst = _smaller(year, path, tried, here, None)
            elif worst and here == worst.missing:
                worst = _smaller(year, path, tried, here, worst)
            goes_on += _after(year, path, _near(corners, 0, int(year.period is None)))
        if worst and worst.missing >= year.most and all(smallest):
            break
        goes_on.sort(key=lambda path: total(path.earned))
        paths = [rested for path in goes_on for rested in _resting(year, path, kept, seen)]
        if len(paths) > most_paths:
            paths.sort(key=lambda path: (total(path.earned), len(path.earned)))
            most = sorted(paths, key=lambda path: (-total(path.earned), len(path.earned)))
            paths = [*paths[: most_paths // 2], *most[: most_paths // 2]]
    noticed, serious = smallest
    if noticed and worst:
        yield _Found(year, noticed, serious, worst)


def _lacking(year: IncomeYear, path: Path, amount: Decimal) -> _Hit:
    """The path with this earned in its next month, and nothing after it."""
    longer = path.after(year, amount)
    return _Hit(year.in_hand(*cash_until(year, longer)).missing, longer.earned)


def _smaller(
    year: IncomeYear, path: Path, tried: Sequence[_Hit], level: Decimal, known: _Hit | None
) -> _Hit | None:
    """The pattern with the least earned in the path's next month by which so much is missing, if these hits
    reach it and it is smaller than the known one."""
    for less, more in pairwise(tried):
        if less.missing < level <= more.missing and not (known and known.size <= _more_than(less).size):
            enough = _least(
                less.earned[-1],
                more.earned[-1],
                lambda amount: _lacking(year, path, amount).missing >= level,
            )
            return min(filter(None, (known, _lacking(year, path, enough))), key=lambda hit: hit.size)
    return known


def _more_than(hit: _Hit) -> _Hit:
    """Something more earned in the last month: the least that a pattern beyond this one can have."""
    return hit._replace(earned=(*hit.earned[:-1], hit.earned[-1] + CENT))


def _least(low: Decimal, high: Decimal, holds: Callable[[Decimal], bool]) -> Decimal:
    """The least amount in whole cents above the low one for which it holds, as it does for the high one."""
    while high - low > CENT:
        half = cents_below(Fraction(low + high) / 2)
        low, high = (low, half) if holds(half) else (half, high)
    return high


def _resting(
    year: IncomeYear, path: Path, kept: Callable[[Path], object], seen: set[object]
) -> Iterator[Path]:
    """The path, and what becomes of it in months without earnings, where it leaves what none before did."""
    while len(path.earned) < year.length:
        if (key := kept(path)) not in seen:
            seen.add(key)
            yield path
        path = path.after(year, ZERO)


def _after(year: IncomeYear, path: Path, amounts: Sequence[Decimal]) -> Iterator[Path]:
    """The path with something earned in its next month: each of the amounts, and the least by which other
    steps pay. Where no month matters to a later one there is no need of more months than one."""
    if not _mattering(year.pack) and year.period is None:
        return

    def paying(amount: Decimal) -> tuple[bool, ...]:
        return tuple(result.paid > 0 for result in month_divided(year, path, amount)[0].steps)

    chosen = set(amounts) - {ZERO}
    paid = [paying(amount) for amount in amounts] if year.period is None else []
    for (before, after), (was, then) in zip(pairwise(amounts), pairwise(paid), strict=False):
        if was != then:
            chosen.add(_least(before, after, partial(_pays_like, paying, then)))
    for amount in sorted(chosen):
        yield path.after(year, amount)


def _pays_like(
    paying: Callable[[Decimal], tuple[bool, ...]], those: tuple[bool, ...], amount: Decimal
) -> bool:
    return paying(amount) == those


def _corners(year: IncomeYear, path: Path) -> set[Fraction]:
    """Where it may bend what is missing when more is earned in the path's next month."""
    month = year.first.plus(len(path.earned))
    found = list(pieces(year.pack, MonthFacts(month, year.facts, {}, {}), path.state, year.role))
    lowering = [nth for nth, step in enumerate(year.pack.steps) if step.reduction]
    corners = {piece.start for piece in found}
    for piece in found:  # a benefit is lowered to nothing, and no further
        paid = [piece.steps[nth] for nth in lowering]
        start, slope = sum(step.start for step in paid), sum(step.slope for step in paid)
        if slope > 0:
            corners.add(piece.start + max((Fraction(year.norm(month)) - start) / slope, Fraction(0)))
    if year.period is not None:  # a settlement spreads all that was earned over the months
        before = Fraction(total(path.earned))
        corners |= {corner * year.length - before for corner in corners}
    return corners


def _near(corners: Iterable[Fraction], first: int, last: int) -> list[Decimal]:
    """Nothing, these corners with so many cents less and more, and the most that is looked at."""
    beside = range(first, last + 1)
    found = {cents_below(corner) + nth * CENT for corner in corners for nth in beside}
    return sorted({amount for amount in found if 0 < amount < MOST_EARNED} | {ZERO, MOST_EARNED})


def _kept(year: IncomeYear) -> Callable[[Path], object]:
    """All of a path that matters to later months."""
    steps = _mattering(year.pack)

    def kept(path: Path) -> object:
        state = path.state
        found: list[object] = [
            len(path.earned),
            state.deficit,
            path.cash[-1:] if year.times.lag < PAID_AFTER else (),
        ]
        for step in steps:
            own = state.of(year.pack.id, step)
            found += [
                own.shortfall,
                min(own.months_used, step.max_months) if step.max_months is not None else 0,
                own.first_paid if step.consecutive else None,
                own.year_paid if step.cap_year is not None else ZERO,
                own.life_paid if step.cap_life is not None else ZERO,
                own.year_base if step.over_year else ZERO,
                state.balances.get(step.to or "", ZERO) if step.target is not None else ZERO,
            ]
        return tuple(found)

    return kept


def _finding(found: _Found) -> Finding:
    year, worst = found.year, found.worst
    pattern, most = (pattern_of(year, hit.earned) for hit in (found.serious or found.noticed, worst))
    values = {
        "cause": _cause(year),
        "loss": Fraction(worst.missing),
        "most": Fraction(most.earned),
        "missing": Fraction(pattern.short.missing),
        "months": pattern.worked,
        "short": pattern.short.month,
    }
    step = _lowers_most(year, worst)
    start = Fraction(pattern.earned)
    slight = found.serious is None
    return Finding("below-norm", step, start, None, values, pattern=pattern, worst=most, slight=slight)


def _cause(year: IncomeYear) -> str:
    """Why money does not come in the month in which it goes off the benefit."""
    if year.period is not None:
        return "settled"
    if year.times.lag == PAID_AFTER:
        return "kept"
    return "later" if year.times.lag > PAID_AFTER else "sooner"


def _lowers_most(year: IncomeYear, hit: _Hit) -> str:
    """The step that lowers the benefit most in the pattern; of those that do not pay the member, if there are
    such."""
    lowering = [step for step in year.pack.steps if step.reduction]
    lowering = [step for step in lowering if step.to not in year.paid_out] or lowering
    results = [r for month in Path().after(year, *hit.earned).months for r in month.steps]
    return max(lowering, key=lambda step: total(r.paid for r in results if r.step == step)).id
