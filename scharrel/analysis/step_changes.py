"""Everything that can be changed of one step of a pack and that makes a difference for some member."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from scharrel.analysis.changed import LIMITS, Mutation, nudged, values_of, with_step
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.pack import KEPT_PARTIES, PARTIES, Pack, Step, Unit

Change = Callable[..., Mutation]

_ELSEWHERE = "Liabilities:Elders"


def of_step(pack: Pack, nth: int) -> Iterator[Mutation]:
    """Every change of the nth step."""
    step = pack.steps[nth]
    change = partial(with_step, pack, nth)
    yield from _of_amount(pack, step, change)
    yield from _of_limits(pack, nth, change)
    yield from _of_receiver(pack, step, change)


def _of_amount(pack: Pack, step: Step, change: Change) -> Iterator[Mutation]:
    """What the step asks: its figures, what it looks at, and how it is rounded."""
    unit: Unit = "rate" if step.kind == "rate" else "amount"
    if isinstance(step.operand, Decimal):
        for figure in nudged(step.operand, unit):
            yield change("change", step.kind, step.operand, figure, unit, operand=figure)
    yield from _of_bands(step, change)
    if step.role and step.kind in ("input", "per"):
        key = "input" if step.kind == "input" else "units"
        yield change("drop", key, step.role, None, role=None)
    for base in _other_bases(pack, step):
        yield change("change", "of", step.base, base, base=base)
    if step.bands or step.above is not None:
        yield _toggled(change, "over", step.over_year, over_year=not step.over_year)
    if step.kind in ("per", "rate", "bands") and any(rate % 1 for rate in _rates(step)):
        becomes = "down" if step.rounding == "half-up" else "half-up"
        yield change("change", "rounding", step.rounding, becomes, rounding=becomes)


def _of_bands(step: Step, change: Change) -> Iterator[Mutation]:
    units: dict[str, Unit] = {"start": "amount", "rate": "rate"}
    for nth, band in enumerate(step.bands):
        for field, unit in units.items():
            figure = getattr(band, field)
            for becomes in nudged(figure, unit) if isinstance(figure, Decimal) else ():
                new = (*step.bands[:nth], band._replace(**{field: becomes}), *step.bands[nth + 1 :])
                yield change("change", "bands", figure, becomes, unit, bands=new)


def _other_bases(pack: Pack, step: Step) -> Iterator[str]:
    """Every other base that can differ from the step's own in a month in which the step pays."""
    if step.kind not in ("rate", "bands"):
        return
    earlier = pack.steps[: pack.steps.index(step)]
    bases = _bases(earlier)
    others = {other.id for other in earlier if other.own or never_together(step, other)}
    silent = {step.after, step.not_with} | others
    own = bases.index(step.base) if step.base in bases else None
    for position, base in enumerate(bases):
        between = earlier[min(own, position) : max(own, position)] if own is not None else ()
        if own is None or {other.id for other in between} - silent:
            yield base


def never_together(one: Step, other: Step) -> bool:
    """Whether the two ask another value of the same fact."""
    asked = dict(one.when)
    return any(asked.get(fact, value) != value for fact, value in other.when)


def _bases(steps: Sequence[Step]) -> list[str]:
    """What is left at the start, and after each of these steps."""
    return ["pool", *(f"after.{step.id}" for step in steps)]


def _rates(step: Step) -> list[Decimal]:
    """What the base is multiplied by; for units, which have decimals of their own, half."""
    if step.kind == "per":
        return [Decimal("0.5")]
    operands = [step.operand, *(band.rate for band in step.bands)]
    return [rate for operand in operands if operand is not None for rate in values_of(operand)]


def _of_limits(pack: Pack, nth: int, change: Change) -> Iterator[Mutation]:
    """What keeps the step from paying, or from paying all that it asks."""
    step = pack.steps[nth]
    for field, key in LIMITS.items():
        figure = getattr(step, field)
        for becomes in nudged(figure, "amount") if isinstance(figure, Decimal) else ():
            yield change("change", key, figure, becomes, "amount", **{field: becomes})
        if figure is not None:
            yield change("drop", key, None, None, **{field: None})
    for field in ("max_months", "min_age"):
        count = getattr(step, field)
        others = [other for other in (count - 1, count + 1, None) if other != 0] if count else []
        for other in others:
            if field == "max_months":
                differs = _runs_out(pack, step, count) or _runs_out(pack, step, other)
            else:
                differs = _from_age(pack, step, other) != _from_age(pack, step, count)
            if differs:
                yield change("drop" if other is None else "change", field, count, other, **{field: other})
    if _runs_out(pack, step, step.max_months):
        yield _toggled(change, "consecutive", step.consecutive, consecutive=not step.consecutive)
    for field in ("after", "not_with", "until"):
        if other := getattr(step, field):
            yield change("drop", field, other, None, **{field: None})
    if step.own:
        yield _toggled(change, "own", was=True, own=False)
    if step.approval and step.kind == "input":
        yield _toggled(change, "approval", was=True, approval=False)
    for position, (fact, value) in enumerate(step.when):
        rest = (*step.when[:position], *step.when[position + 1 :])
        yield change("drop", "when", fact, None, when=rest)
        if isinstance(value, bool):
            inverted = (*rest, (fact, not value))
            yield change("change", "when", (fact, value), (fact, not value), when=inverted)
    for role in step.counts:
        left = tuple(other for other in step.counts if other != role)
        yield change("drop", "counts", role, None, counts=left)
    if not step.closes and can_be_short(pack.steps, nth):
        yield _toggled(change, "carry", step.carry, carry=not step.carry)


def _from_age(pack: Pack, step: Step, min_age: int | None) -> int:
    """The age in months from which the step can pay: one that comes after another waits for its months."""
    other = next((other for other in pack.steps if other.id == step.after), None)
    waits = _from_age(pack, other, other.min_age) + (other.max_months or 0) if other else 0
    return max(12 * (min_age or 0), waits)


def earliest(pack: Pack, step: Step) -> Month | None:
    """The first month in which the step can pay: one that comes after another waits for its months."""
    if step.after is None or pack.valid_from is None:
        return pack.valid_from
    other = next(other for other in pack.steps if other.id == step.after)
    start = earliest(pack, other)
    return start and start.plus(other.max_months or 0)


def _runs_out(pack: Pack, step: Step, max_months: int | None) -> bool:
    """Whether the pack holds for longer than so many months of the step, counted from its first."""
    start = earliest(pack, step)
    return bool(max_months) and (
        start is None or pack.valid_until is None or start.plus(max_months or 0) <= pack.valid_until
    )


def _toggled(change: Change, key: str, was: bool, **fields: Any) -> Mutation:
    return change("drop" if was else "add", key, None, None, **fields)


_PARTS = ("rate", "bands")


def can_be_short(steps: Sequence[Step], nth: int) -> bool:
    """Whether the nth step can ask more than is left. The member's own costs ask nothing. A rate or bands of
    what was left after an earlier step cannot, when those in between take such of it too, all together no
    more than there is; cents aside."""
    step = steps[nth]
    bases = _bases(steps[:nth])
    if step.own:
        return False
    if step.kind not in _PARTS or step.base not in bases:
        return True
    start = bases.index(step.base)
    between = steps[start:nth]
    between = tuple(taking for taking in between if not taking.own)
    if any(taking.kind not in _PARTS or taking.base not in bases[start:] for taking in between):
        return True
    return sum((max(_rates(taking)) for taking in (*between, step)), ZERO) > 1


def _of_receiver(pack: Pack, step: Step, change: Change) -> Iterator[Mutation]:
    """Who ends up with the money, and on which account."""
    if step.own:
        return  # nothing ever goes there
    kin = [party for party in PARTIES if (party in KEPT_PARTIES) == (step.party in KEPT_PARTIES)]
    party = kin[(kin.index(step.party) + 1) % len(kin)]
    yield change("change", "party", step.party, party, party=party)
    if step.to:
        others = [other.to for other in pack.steps if other.to not in (None, step.to)]
        account = others[0] if others else _ELSEWHERE
        yield change("change", "to", step.to, account, to=account)
    if step.party == "municipality":
        was, becomes = ("reduction", "payment") if step.reduction else ("payment", "reduction")
        yield change("change", "settle", was, becomes, reduction=not step.reduction)
