"""Which mistakes make a specification of a month: each is a change of what goes into the month, and what
comes of that is computed as any month is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext
from itertools import combinations
from types import MappingProxyType
from typing import NamedTuple

from scharrel.core.engine import close, divide
from scharrel.core.facts import MonthFacts
from scharrel.core.income import part_of
from scharrel.core.money import EXACT, ZERO, share_out, total
from scharrel.core.month import Month
from scharrel.core.pack import FactValue, Pack, Param, Step
from scharrel.core.specifications import REPORTED, specified
from scharrel.core.state import State
from scharrel.core.trace import Allocation

ROLE_VAT = "vat"
_NOTHING: Mapping[str, Decimal] = MappingProxyType({})
_WHOLE_EUROS = {"euros": ROUND_HALF_UP, "euros-down": ROUND_DOWN}


class Counted(NamedTuple):
    """A part of a booking that counts in a month: where it stands, on which account and in which role, in
    euros; `vat` is the VAT of the whole booking that goes with it."""

    line: int
    account: str
    role: str
    amount: Decimal
    vat: Decimal = ZERO


class Counting(NamedTuple):
    """What counts in the month by the books, what would if it counted on the day of receipt, and what if a
    sale on account counted at once; the projects that share with the member, with what in which role."""

    booked: Sequence[Counted] = ()
    by_receipt: Sequence[Counted] = ()
    at_once: Sequence[Counted] = ()
    shares: Sequence[tuple[str, str, Decimal]] = ()


class LetterMonth(NamedTuple):
    """Everything that a member's month comes from. `facts` have what came in from elsewhere too, `counting`
    the bookings behind it; `before` is how the member stood when it began, `due` what is definitive of it by
    step; `others` has of those who share in collective rules what each has left (euros) and by what weight.
    """

    member: str
    pack: Pack
    facts: MonthFacts
    before: State
    counting: Counting = Counting()
    due: Mapping[str, Decimal] = _NOTHING
    settled: bool = False
    others: Mapping[str, tuple[Decimal, Decimal]] = MappingProxyType({})


class Deviation(NamedTuple):
    """One mistake, as the change that it is. `code` is its kind and `name` what it is about (a step, an
    account, a parameter, a fact, a project); `lines` are the bookings that it is made with (all of them, if
    `every`), `facts` what is taken for true, `params` which parameters have another value, `dropped` the
    steps that are left out, `shifted` by how many months an exemption is counted wrong, `rounding` how is
    rounded.

    `amount` is what the bookings come to, `step` and `param` what the right figure rests on, `value` what was
    taken for it, and `since` the month from which that held.
    """

    code: str
    name: str = ""
    lines: tuple[int, ...] = ()
    every: bool = False
    facts: tuple[tuple[str, FactValue], ...] = ()
    params: tuple[tuple[str, Decimal | Mapping[str, Decimal]], ...] = ()
    dropped: tuple[str, ...] = ()
    shifted: tuple[tuple[str, int], ...] = ()
    rounding: str = ""
    no_threshold: bool = False
    amount: Decimal = ZERO
    step: str = ""
    param: str = ""
    value: str = ""
    since: Month | None = None


class Explanation(NamedTuple):
    """Mistakes that together give these amounts, in euros by name."""

    deviations: tuple[Deviation, ...]
    amounts: Mapping[str, Decimal]


def outcome_with(month: LetterMonth, deviations: Sequence[Deviation] = ()) -> Allocation:
    """The month as it comes out with these mistakes in what goes into it."""
    with localcontext(EXACT):
        changed = _changed(month, deviations)
        found = _outcome(changed)
        for rounding in (d.rounding for d in deviations if d.rounding in _WHOLE_EUROS):
            income = specified(found)[REPORTED]
            rounded = income.to_integral_value(_WHOLE_EUROS[rounding])
            found = _outcome(_with_roles(changed, {changed.pack.pool[0]: rounded - income}))
        return found


def _outcome(month: LetterMonth) -> Allocation:
    division = divide(month.member, month.pack, month.facts, month.before, month.due, settled=month.settled)
    if not month.pack.collective:
        return close(division)[0]
    role = month.pack.steps[-1].role
    own = month.facts.roles.get(role, ZERO) if role else Decimal(1)
    left = division.left + total(there for there, _ in month.others.values())
    weights = {**{other: weight for other, (_, weight) in month.others.items()}, month.member: own}
    return close(division, share_out(left, weights)[month.member], left)[0]


def _changed(month: LetterMonth, deviations: Sequence[Deviation]) -> LetterMonth:
    roles = _more(month, deviations)
    facts = {fact: value for d in deviations for fact, value in d.facts}
    if roles:
        month = _with_roles(month, roles)
    if facts:
        month = month._replace(facts=month.facts._replace(facts={**month.facts.facts, **facts}))
    if shifted := [each for d in deviations for each in d.shifted]:
        month = month._replace(before=_shifted(month, shifted))
    return month._replace(pack=_with_rules(month.pack, deviations))


def _more(month: LetterMonth, deviations: Sequence[Deviation]) -> dict[str, Decimal]:
    """How much more counts in each role, in euros: bookings count in another month, then a kind is left out,
    then VAT is added, then some count twice."""
    codes = {d.code for d in deviations}
    more: dict[str, Decimal] = {}
    if codes & _WITH_BOOKINGS:
        entries = list(month.counting.booked)
        pool = month.pack.pool
        for d in deviations:
            if (view := _view(month.counting, d.code)) is not None:
                entries = [e for e in entries if e.line not in d.lines or e.role not in pool]
                entries += [e for e in view if e.line in d.lines and e.role in pool]
        for d in (d for d in deviations if d.code == "kind"):
            entries = [e for e in entries if (e.account, e.role) != (d.name, d.value)]
        for d in (d for d in deviations if d.code == "vat"):
            entries = [
                e._replace(amount=e.amount + e.vat) if d.every or e.line in d.lines else e for e in entries
            ]
        for d in (d for d in deviations if d.code == "twice"):
            entries += [e for e in entries if e.line in d.lines and e.role in pool]
        for sign, some in ((1, entries), (-1, month.counting.booked)):
            for each in some:
                more[each.role] = more.get(each.role, ZERO) + sign * each.amount
    for d in (d for d in deviations if d.code == "share"):
        more[d.value] = more.get(d.value, ZERO) - d.amount
    return {role: amount for role, amount in more.items() if amount}


_WITH_BOOKINGS = frozenset({"receipt", "unpaid", "kind", "vat", "twice"})


def _view(counting: Counting, code: str) -> Sequence[Counted] | None:
    """The other way of counting that a mistake of this kind is; none if it is another kind."""
    return {"receipt": counting.by_receipt, "unpaid": counting.at_once}.get(code)


def _with_roles(month: LetterMonth, more: Mapping[str, Decimal]) -> LetterMonth:
    roles = dict(month.facts.roles)
    for role, amount in more.items():
        roles[role] = roles.get(role, ZERO) + amount
    return month._replace(facts=month.facts._replace(roles=roles))


def _shifted(month: LetterMonth, shifted: Sequence[tuple[str, int]]) -> State:
    """Where the member stood if an exemption had been used so many months more."""
    steps = dict(month.before.steps)
    for step, more in shifted:
        key = month.pack.id, step
        if known := steps.get(key):
            first = known.first_paid and known.first_paid.plus(-more)
            steps[key] = known._replace(months_used=max(known.months_used + more, 0), first_paid=first)
    return month.before._replace(steps=steps)


def _with_rules(pack: Pack, deviations: Sequence[Deviation]) -> Pack:
    dropped = {step for d in deviations for step in d.dropped}
    params = {
        name: replace(pack.params[name], values=((Month(1, 1), value),))
        for d in deviations
        for name, value in d.params
    }
    modes = [d.rounding for d in deviations if d.rounding in ("down", "half-up")]
    no_threshold = any(d.no_threshold for d in deviations)
    if params:
        pack = pack.with_params({**pack.params, **params})
    if not (dropped or modes or no_threshold):
        return pack

    def ruled(step: Step) -> Step:
        step = replace(step, own=True) if step.id in dropped else step
        step = replace(step, above=None) if no_threshold and step.party == "municipality" else step
        return replace(step, rounding=modes[-1]) if modes else step  # type: ignore[arg-type]

    rounding = modes[-1] if modes else pack.rounding
    return replace(pack, steps=tuple(map(ruled, pack.steps)), rounding=rounding)  # type: ignore[arg-type]


def known_deviations(month: LetterMonth) -> list[Deviation]:
    """Every mistake that can be made with the month."""
    asking = [result.step for result in outcome_with(month).steps if not _STOPPED & set(result.why)]
    return [
        *_of_bookings(month.pack, month.counting),
        *_of_steps(month.pack, asking, month.counting),
        *_of_figures(month, asking),
        *_of_rounding(month.pack),
    ]


_STOPPED = frozenset({"not-deductible", "condition", "age"})
"""Why a step has no part in the month."""


def explanations(
    month: LetterMonth, deviations: Sequence[Deviation], letter: Mapping[str, Decimal]
) -> list[Explanation]:
    """The smallest sets of mistakes, of one or else of two, that give every amount of the letter that the
    books can give; all sets of that size. None where the letter is right."""
    right = specified(outcome_with(month))
    for size in (0, 1, 2):
        found = []
        for some in combinations(deviations, size):
            if size == 2 and not _together(*some):
                continue
            amounts = specified(outcome_with(month, some)) if some else right
            if all(amounts.get(name, letter[name]) == letter[name] for name in letter if name in right):
                found.append(Explanation(some, amounts))
        if found:
            return found if size else []
    return []


def _together(one: Deviation, other: Deviation) -> bool:
    """Whether both mistakes can be made at once: not two of one kind with the same."""
    if one.code == other.code and (not one.lines or not other.lines or {*one.lines} & {*other.lines}):
        return bool(one.step or one.name) and one.code not in _ONE_OF_A_KIND and one.name != other.name
    return True


_ONE_OF_A_KIND = frozenset({"receipt", "unpaid", "vat", "twice", "rounding", "household"})


def _of_bookings(pack: Pack, counting: Counting) -> Iterator[Deviation]:
    """What counted in another month, with VAT, or twice; and what projects share."""
    booked = _by_line(each for each in counting.booked if each.role in pack.pool)
    for code in ("receipt", "unpaid") if pack.by_payment else ("receipt",):
        otherwise = _by_line(each for each in _view(counting, code) or () if each.role in pack.pool)
        lines = sorted({*booked, *otherwise})
        more = {line: _sum(otherwise.get(line, ())) - _sum(booked.get(line, ())) for line in lines}
        yield from _each_and_all(code, more)
    yield from _each_and_all("vat", {line: _vat(entries) for line, entries in booked.items()}, every=True)
    for line, entries in booked.items():
        if amount := _sum(entries):
            yield Deviation("twice", lines=(line,), amount=amount)
    for project, role, amount in counting.shares:
        if role in pack.pool and amount:
            yield Deviation("share", project, amount=amount, value=role)


def _each_and_all(code: str, more: Mapping[int, Decimal], *, every: bool = False) -> Iterator[Deviation]:
    """The mistake made with all of the bookings, and with each with which it makes a difference."""
    changed = {line: amount for line, amount in more.items() if amount}
    if len(changed) > 1:
        amount = total(changed.values())
        yield Deviation(code, lines=tuple(changed), every=every, amount=amount)
    for line, amount in changed.items():
        yield Deviation(code, lines=(line,), amount=amount)


def _by_line(entries: Iterable[Counted]) -> dict[int, list[Counted]]:
    found: dict[int, list[Counted]] = {}
    for each in entries:
        found.setdefault(each.line, []).append(each)
    return found


def _sum(entries: Iterable[Counted]) -> Decimal:
    return total(each.amount for each in entries)


def _vat(entries: Iterable[Counted]) -> Decimal:
    return total(each.vat for each in entries)


_CODES = {
    "supplier": "costs", "tax": "gross", "member": "exempt", "coop": "own", "pot": "own", "community": "own",
}  # fmt: skip


def _of_steps(pack: Pack, asking: Sequence[Step], counting: Counting) -> Iterator[Deviation]:
    """Costs, exemptions and what else goes before the municipality, not accepted; exemptions of which the
    months are counted wrong; and the free amount left out."""
    together: dict[str, list[Step]] = {}
    for step in asking:
        code = _CODES.get(step.party)
        if code is None or step.closes or (code == "exempt" and part_of(pack, step) != "exempt"):
            continue
        together.setdefault(code, []).append(step)
        booked = counting.booked if step.kind == "input" else ()
        lines = tuple(each.line for each in booked if each.role == step.role)
        yield Deviation(code, step.id, dropped=(step.id,), lines=lines, step=step.id)
        if step.max_months is not None:
            for wrong, more in (("month-more", 1), ("month-less", -1)):
                yield Deviation(wrong, step.id, shifted=((step.id, more),), step=step.id)
        if step.kind == "input":
            yield from _of_kinds(step, counting)
    for code, steps in together.items():
        if len(steps) > 1:
            ids = tuple(step.id for step in steps)
            yield Deviation(f"{code}-all", dropped=ids, step=ids[0])
    for step in asking:
        if step.party == "municipality" and step.above is not None:
            yield Deviation("threshold", step.id, no_threshold=True, step=step.id)


def _of_kinds(step: Step, counting: Counting) -> Iterator[Deviation]:
    """One kind of costs that is not accepted, where there is more than one."""
    kinds: dict[str, list[Counted]] = {}
    for each in counting.booked:
        if each.role == step.role:
            kinds.setdefault(each.account, []).append(each)
    if len(kinds) < 2:
        return
    for account, entries in kinds.items():
        if amount := total(each.amount for each in entries):
            lines = tuple(each.line for each in entries)
            yield Deviation("kind", account, lines, amount=amount, step=step.id, value=str(step.role))


def _of_figures(month: LetterMonth, asking: Sequence[Step]) -> Iterator[Deviation]:
    """Figures of another half year, and those of another household."""
    now, facts = month.facts.month, month.facts.facts
    params = {param.id: param for step in asking for param in step.params()}
    dates = sorted({since for param in params.values() for since, _ in param.values})
    in_force = [since for since in dates if since <= now]
    near = [*in_force[-3:-1], *[since for since in dates if since > now][:1]]
    for since in near:
        others = ((param, _other(param, now, since, facts)) for param in params.values())
        changed = [(param, value) for param, value in others if value is not None]
        for param, value in changed:
            yield Deviation("figure", param.id, params=((param.id, value),), param=param.id, since=since)
        if len(changed) > 1:
            values = tuple((param.id, value) for param, value in changed)
            yield Deviation("figures", str(since), params=values, param=changed[0][0].id, since=since)
    for fact in dict.fromkeys(param.by for param in params.values() if param.by):
        by_fact = [param for param in params.values() if param.by == fact]
        cases = dict.fromkeys(case for param in by_fact for case in param.cases(now))
        for case in cases:
            known = all(case in param.cases(now) for param in by_fact)
            if known and case != facts.get(fact):
                yield Deviation("household", fact, facts=((fact, case),), param=by_fact[0].id, value=case)


def _other(
    param: Param, now: Month, since: Month, facts: Mapping[str, FactValue]
) -> Decimal | Mapping[str, Decimal] | None:
    """The value of the parameter in the other month, if that is not what it is now."""
    row, right = param.in_force(since), param.in_force(now)
    if row is None or right is None or row[1] == right[1]:
        return None
    known = isinstance(row[1], Decimal) or facts.get(param.by or "") in row[1]
    return row[1] if known else None


def _of_rounding(pack: Pack) -> Iterator[Deviation]:
    for rounding in ("down" if pack.rounding == "half-up" else "half-up", *_WHOLE_EUROS):
        yield Deviation("rounding", rounding, rounding=rounding)
