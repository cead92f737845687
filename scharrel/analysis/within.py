"""Within a month, for every amount of turnover: does earning more ever cost, and does the offset stay below
the benefit?"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from scharrel.analysis.finding import Example, Finding, Lived, example_of
from scharrel.analysis.kinds import stands_open
from scharrel.analysis.lines import Piece, pieces
from scharrel.analysis.situations import Situation
from scharrel.core.money import CENT, ZERO
from scharrel.core.pack import KEPT_PARTIES, Pack, Param, Step

NOTHING = Fraction(0)
MOST = Fraction(9, 10)
"""So much of a loss at least has to show in whole cents."""


def within_month(pack: Pack, situation: Situation, found: Sequence[Piece]) -> Iterator[Finding]:
    """What is wrong with these pieces: what the steps pay in the situation, from zero up on the role."""
    yield from _cliffs(pack, situation, found)
    yield from _over_hundred(pack, situation, found)
    yield from _loses(pack, situation, found)
    yield from _over_benefit(pack, situation, found)
    yield from _rates(pack, situation)


def _cliffs(pack: Pack, situation: Situation, found: Sequence[Piece]) -> Iterator[Finding]:
    for before, after in pairwise(found):
        kept = before.keep_at(after.start)
        if after.keep < kept:
            loss = kept - after.keep
            values = {"loss": loss, "lost": _loser(pack, before.paid_at(after.start), after)}
            yield Finding(
                "cliff",
                before.bends,
                after.start,
                made_up(found, after.start, kept),
                values,
                _example(pack, situation, after.start, after.start, loss),
            )


def _over_hundred(pack: Pack, situation: Situation, found: Sequence[Piece]) -> Iterator[Finding]:
    for piece in found:
        if piece.kept < 0:
            taken = [step.slope for step in piece.steps]
            more = piece.start + 1 if piece.end is None else piece.end
            loss = (more - piece.start) * -piece.kept
            yield Finding(
                "marginal-over-100",
                _taker(pack, [NOTHING] * len(taken), taken),
                piece.start,
                piece.end,
                {"taken": 1 - piece.kept, "loss": loss},
                _example(pack, situation, piece.start, more, loss),
            )


def _loses(pack: Pack, situation: Situation, found: Sequence[Piece]) -> Iterator[Finding]:
    """The deepest fall of what is kept below what someone with less turnover keeps."""
    highest, at = NOTHING, NOTHING
    worst: tuple[Fraction, Fraction, Fraction, Piece] | None = None
    for piece in found:
        ends = [piece.start] if piece.end is None else [piece.start, piece.end]
        if piece.end is None and piece.kept < 0:
            ends.append(max(2 * piece.start, piece.start + 1000))
        for there in ends:
            kept = piece.keep_at(there)
            if kept >= highest:
                highest, at = kept, there
            elif worst is None or highest - kept > worst[0]:
                worst = (highest - kept, at, there, piece)
    if worst:
        loss, start, deepest, piece = worst
        before = next(p for p in found if p.end is None or p.end >= start)
        yield Finding(
            "member-loses",
            before.bends or _taker(pack, before.paid_at(start), piece.paid_at(deepest)),
            start,
            made_up(found, deepest, piece.keep_at(deepest) + loss),
            {"loss": loss, "at": deepest},
            _example(pack, situation, start, deepest, loss),
        )


def _taker(pack: Pack, before: Sequence[Fraction], after: Sequence[Fraction]) -> str:
    """The step of others that takes most of what comes in more."""
    grown = [
        (now - then if step.party not in KEPT_PARTIES else NOTHING, -nth, step.id)
        for nth, (step, then, now) in enumerate(zip(pack.steps, before, after, strict=True))
    ]
    return max(grown)[2]


def _loser(pack: Pack, before: Sequence[Fraction], after: Piece) -> str:
    """The step of the member's own that gives up most where a piece begins."""
    fallen = [
        (then - now.start if step.party in KEPT_PARTIES else NOTHING, -nth, step.id)
        for nth, (step, then, now) in enumerate(zip(pack.steps, before, after.steps, strict=True))
    ]
    return max(fallen)[2]


def cents_below(amount: Fraction) -> Decimal:
    return Decimal(amount.numerator * 100 // amount.denominator).scaleb(-2)


def cents_above(amount: Fraction) -> Decimal:
    return Decimal(-(-amount.numerator * 100 // amount.denominator)).scaleb(-2)


def made_up(found: Sequence[Piece], since: Fraction, kept: Fraction) -> Fraction | None:
    """From which turnover past `since` on the member keeps as much again, in euros; none if never."""
    for piece in found:
        start = max(piece.start, since)
        if piece.end is not None and piece.end <= start:
            continue
        if piece.keep_at(start) >= kept:
            return start
        if piece.kept > 0:
            there = start + (kept - piece.keep_at(start)) / piece.kept
            if piece.end is None or there <= piece.end:
                return there
    return None


def _example(pack: Pack, situation: Situation, less: Fraction, more: Fraction, loss: Fraction) -> Example:
    """The two amounts in whole cents, or so little beside them that the division shows most of the loss."""

    def lived(amount: Decimal) -> tuple[Lived, ...]:
        return example_of(pack, situation, [{situation.role: amount}])

    cents = cents_below(less)
    since = max(cents_above(more), cents + CENT)
    near = [lived(cents + little) for little in (ZERO, CENT, 10 * CENT) if cents + little < since]
    near += [lived(cents - CENT)] if cents else []
    highest = max(months[0].keep for months in near)
    stops = next(months for months in near if months[0].keep >= highest - loss * (1 - MOST))
    goes_on = [lived(since + little) for little in (ZERO, CENT, 10 * CENT, 100 * CENT)]
    most = next((months for months in goes_on if stops[0].keep - months[0].keep >= loss * MOST), None)
    return Example(situation, stops, most or min(goes_on, key=lambda months: months[0].keep))


def _over_benefit(pack: Pack, situation: Situation, found: Sequence[Piece]) -> Iterator[Finding]:
    """The benefit is what the month caps of the offsets come to; without one there is nothing that keeps
    the offset below it."""
    offsets = [step for step in pack.steps if step.reduction]
    if not offsets:
        return
    if any(step.cap_year is not None or step.cap_life is not None for step in offsets):
        # A cap over more months keeps no single month below the benefit.
        freed = replace(pack, steps=tuple(replace(s, cap_year=None, cap_life=None) for s in pack.steps))
        found = list(pieces(freed, situation.month_facts(), situation.before, situation.role))
    caps = [_value(s.cap_month, situation) for s in offsets if s.cap_month is not None]
    positions = [nth for nth, step in enumerate(pack.steps) if step.reduction]
    benefit = max(caps, default=None)
    for piece in found:
        there = sum((piece.steps[nth].start for nth in positions), NOTHING)
        slope = sum((piece.steps[nth].slope for nth in positions), NOTHING)
        end = there if piece.end is None else there + (piece.end - piece.start) * slope
        for_ever = piece.end is None and slope > 0
        if for_ever or (benefit is not None and max(there, end) > benefit):
            above = piece.start
            if benefit is not None and slope > 0 and there < benefit:
                above += (benefit - there) / slope
            values = {} if benefit is None else {"benefit": benefit}
            last = max(nth for nth in positions if piece.steps[nth].start or piece.steps[nth].slope)
            yield Finding("offset-over-benefit", pack.steps[last].id, above, None, values)
            return


def _rates(pack: Pack, situation: Situation) -> Iterator[Finding]:
    """Shares of one base that are more than all of it."""
    bases: dict[str, list[Step]] = {}
    for step in pack.steps:
        if step.kind in ("rate", "bands") and stands_open(step, situation.facts):
            others = bases.setdefault(step.base, [])
            if not any(other.id in (step.not_with, step.after) for other in others):
                others.append(step)
    for base, steps in bases.items():
        total = sum((_highest_rate(step, situation) for step in steps), NOTHING)
        if len(steps) > 1 and total > 1:
            names = [step.id for step in steps]
            yield Finding("rates-over-100", names[-1], None, None, {"base": base, "total": total})


def _highest_rate(step: Step, situation: Situation) -> Fraction:
    if step.kind == "rate" and step.operand is not None:
        return _value(step.operand, situation)
    return max((_value(band.rate, situation) for band in step.bands), default=NOTHING)


def _value(operand: Decimal | Param | None, situation: Situation) -> Fraction:
    if isinstance(operand, Param):
        return Fraction(operand.figure(situation.month, situation.facts).value)
    return Fraction(operand or ZERO)
