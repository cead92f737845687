"""A rule pack as the members decided it: sources, dated parameters and the steps of the waterfall."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any, Literal, NamedTuple

from scharrel.core.money import Rounding
from scharrel.core.month import Month
from scharrel.core.period import Span

FactValue = bool | str | Decimal | date
Facts = Mapping[str, FactValue]

StepKind = Literal["input", "amount", "rate", "bands", "per", "all", "share"]
Unit = Literal["rate", "amount"]

SOURCE_KINDS = ("law", "decision", "agreement", "report")
OWN_KINDS = ("decision", "agreement")
"""What a cooperative has of its own."""
PARTIES = ("supplier", "tax", "coop", "pot", "member", "municipality", "community")
KEPT_PARTIES = frozenset({"member", "pot"})

LIMITS = {"cap-month": "cap.month", "cap-year": "cap.year", "cap-life": "cap.life", "target": "target"}
"""What can limit the amount of a step, in the order in which it does, and how a pack writes it. A step has a
field of the same name (`cap_month`); the engine says what fills each."""

FINDINGS = (
    "member-loses", "marginal-over-100", "cliff", "unreachable-step", "dead-limit", "offset-over-benefit",
    "history-loses", "below-norm", "unused-input", "unused-param", "parameter-gap", "rates-over-100",
    "bands-order",
    "law-source", "no-authority", "many-kinds", "stale-accept",
)  # fmt: skip
"""What the analysis of a pack can find, and what its members can accept."""


class NoValueError(Exception):
    """A parameter without a value for this month or this member: its id and why."""

    def __init__(self, param: "Param", month: Month, fact: FactValue | None = None):
        super().__init__(param.id)
        self.param = param
        self.month = month
        self.fact = fact


@dataclass(frozen=True, slots=True)
class Source:
    """What a rule or a figure rests on; a decision has the `day` of the meeting and its `item` there.

    `ref_en` is the `ref` for who reads English. What others decided, in a pack that is an `example`, is not
    what rules rest on here.
    """

    id: str
    kind: str
    ref: str
    url: str | None = None
    quote: str | None = None
    consulted: date | None = None
    votes: Mapping[str, int] | None = None
    # Not in the representation: seals made before these were known are digests of that.
    day: date | None = field(default=None, repr=False)
    item: str | None = field(default=None, repr=False)
    example: bool = field(default=False, repr=False)
    ref_en: str | None = field(default=None, repr=False)


class Accepted(NamedTuple):
    """A finding that the members take as it is: its code, of which step (any if empty), why, and what that
    rests on."""

    code: str
    step: str
    reason: str
    source: str


class Figure(NamedTuple):
    """A number as it holds in a month: euros, or a rate as a fraction (10% is 0.10)."""

    value: Decimal
    param: str | None = None
    since: Month | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Param:
    """A figure with the months from which its values hold, oldest first. A value rests on the source that
    `sources` has for its month, else on the parameter's own."""

    id: str
    source: str
    unit: Unit
    values: tuple[tuple[Month, Decimal | Mapping[str, Decimal]], ...]
    by: str | None = None
    # Not in the representation: seals made before these were known are digests of that.
    sources: tuple[tuple[Month, str], ...] = field(default=(), repr=False)

    def source_in(self, month: Month) -> str:
        """What the value in force in the month rests on."""
        since, _ = self.in_force(month) or (month, None)
        return dict(self.sources).get(since, self.source)

    def in_force(self, month: Month) -> tuple[Month, Decimal | Mapping[str, Decimal]] | None:
        """The latest value whose month is not after this one, with that month; none if there is none."""
        for row in reversed(self.values):
            if row[0] <= month:
                return row
        return None

    def figure(self, month: Month, facts: Facts) -> Figure:
        """The value in force for these facts, since the first month from which it never changed; NoValueError
        if there is none."""
        value: Decimal | None = None
        found: list[Month] = []
        for since, row in reversed(self.values):
            if since <= month:
                figure = row if isinstance(row, Decimal) else row.get(str(facts.get(self.by or "")))
                if value is not None and figure != value:
                    break
                if figure is None:
                    raise NoValueError(self, month, facts.get(self.by or "", ""))
                value = figure
                found.append(since)
        if value is None:
            raise NoValueError(self, month)
        return Figure(value, self.id, found[-1], self.source_in(month))

    def cases(self, month: Month) -> tuple[str, ...]:
        """What the fact may be in the month; empty where one figure holds for all."""
        _, value = self.in_force(month) or (month, {})
        return tuple(value) if isinstance(value, Mapping) else ()

    def all_figures(self, month: Month) -> tuple[Decimal, ...]:
        """Every figure that holds in the month, of any kind of member; empty if none does."""
        _, value = self.in_force(month) or (month, {})
        return tuple(value.values()) if isinstance(value, Mapping) else (value,)


Operand = Decimal | Param
"""A figure written in the step itself, or the parameter that it names."""


class Band(NamedTuple):
    """The slice of a base from this amount on, and the rate that it pays."""

    start: Operand
    rate: Operand


class YearLimit(NamedTuple):
    """How much of a role (hours, mostly) a year may have: it divides nothing, but members are warned."""

    role: str
    year: Operand
    source: str


class Term(NamedTuple):
    """A figure and its place: "rate", "amount", "above", "band-start", "band-rate" or one of LIMITS;
    of a band or a yearly limit of the whole pack ("count" is in whatever it counts) also which one."""

    place: str
    operand: Operand
    unit: Literal["rate", "amount", "count"]
    nth: int = 0

    @property
    def about(self) -> str:
        """The place as a name that no other figure of the step has."""
        return f"{self.place}-{self.nth}" if self.nth else self.place


_FIELDS = {"rate": "operand", "amount": "operand", **{kind: kind.replace("-", "_") for kind in LIMITS}}
_LIMITS_OF = attrgetter(*(_FIELDS[kind] for kind in LIMITS))


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the waterfall. Amounts are euros, rates fractions.

    `base` is "pool", a role, or "after.STEP"; `role` is what an input, units or share counts; with
    `approval` a withdrawal from `to`, or what is booked on the input, has to be approved; with `purposes` a
    withdrawal has one of these, approved where the purpose says so. What is booked on an input that is the
    member's `own` does not count. The fact `until` is the last day of what the step needs. The share of a
    project goes by agreed weights
    (`weighted`), and `feeds` is the account on which it comes in with those who take part, and so in which
    role it counts there.
    A pack always says how to round; `rounding` is None only in analysis.
    """

    id: str
    label: Mapping[str, str]
    party: str
    source: str
    kind: StepKind
    rounding: Rounding | None
    to: str | None = None
    role: str | None = None
    operand: Operand | None = None
    bands: tuple[Band, ...] = ()
    base: str = "pool"
    above: Operand | None = None
    over_year: bool = False
    cap_month: Operand | None = None
    cap_year: Operand | None = None
    cap_life: Operand | None = None
    target: Operand | None = None
    max_months: int | None = None
    consecutive: bool = False
    after: str | None = None
    not_with: str | None = None
    when: tuple[tuple[str, FactValue], ...] = ()
    carry: bool = False
    counts: tuple[str, ...] = ()
    min_age: int | None = None
    reduction: bool = False
    approval: bool = False
    purposes: tuple[tuple[str, bool], ...] = ()
    weighted: bool = False
    feeds: str | None = None
    feeds_role: str | None = None
    own: bool = False
    until: str | None = None

    @property
    def closes(self) -> bool:
        """Whether this step takes everything that is left."""
        return self.kind in ("all", "share")

    @property
    def base_role(self) -> str | None:
        """The role that the base is, if it is one."""
        return None if self.base == "pool" or self.base.startswith("after.") else self.base

    def limits(self) -> list[tuple[str, Operand]]:
        """The limits of LIMITS that the step has, in that order."""
        operands = zip(LIMITS, _LIMITS_OF(self), strict=True)
        return [(kind, operand) for kind, operand in operands if operand is not None]

    def terms(self) -> Iterator[Term]:
        """Every figure of the step, in the order in which it is told."""
        if self.operand is not None:
            unit: Unit = "rate" if self.kind == "rate" else "amount"
            yield Term(unit, self.operand, unit)
        if self.above is not None:
            yield Term("above", self.above, "amount")
        for kind, operand in self.limits():
            yield Term(kind, operand, "amount")
        for nth, band in enumerate(self.bands, 1):
            yield Term("band-start", band.start, "amount", nth)
            yield Term("band-rate", band.rate, "rate", nth)

    def with_terms(self, change: Callable[[Term], Operand | None]) -> "Step":
        """The step with what this makes of each figure; where it makes None of a limit there is none."""
        made: dict[str, Any] = {term.about: change(term) for term in self.terms()}
        bands = [
            Band(made.pop(f"band-start-{nth}"), made.pop(f"band-rate-{nth}"))
            for nth in range(1, len(self.bands) + 1)
        ]
        fields = {_FIELDS.get(place, place): operand for place, operand in made.items()}
        return replace(self, bands=tuple(bands), **fields)

    def params(self) -> list[Param]:
        """Every parameter that the step names."""
        return [term.operand for term in self.terms() if isinstance(term.operand, Param)]


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of one regime; `hash` is that of the file's bytes. A `strict` one takes no withdrawal
    without a reason and no pot below zero; `rounding` is that of a step that names none. Rules of a
    sub-cooperative have the account on which `contributions` come in: what its members and projects pay to
    the cooperative. What goes to the municipality is definitive when the period by which it settles
    (`settled`) is. What is sold on account `counts` when it is "invoiced" or when it is "received". An
    `example` has figures and decisions of others, and nobody here decided on it yet. Costs above
    `receipts_above` euros, if there is such, are to have a receipt."""

    id: str
    title: str
    pool: tuple[str, ...]
    steps: tuple[Step, ...]
    params: Mapping[str, Param]
    sources: Mapping[str, Source]
    hash: str
    valid_from: Month | None = None
    valid_until: Month | None = None
    strict: bool = False
    accepted: tuple[Accepted, ...] = ()
    rounding: Rounding = "half-up"
    for_projects: bool = False
    year_limits: tuple[YearLimit, ...] = ()
    contributions: str | None = None
    contributions_role: str | None = None
    settled: Span = "month"
    example: bool = False
    counts: str = "invoiced"
    receipts_above: Decimal | None = None

    @property
    def collective(self) -> bool:
        """Whether what is left is shared over the members instead of kept by each."""
        return self.steps[-1].kind == "share"

    @property
    def by_payment(self) -> bool:
        """Whether what is sold on account counts when the customer pays."""
        return self.counts == "received"

    @property
    def kind(self) -> str:
        """For whom the rules are: a member, a project or a sub-cooperative."""
        return "project" if self.for_projects else "subcooperative" if self.contributions else "member"

    def holds_in(self, month: Month) -> bool:
        """Whether the pack may be used in this month."""
        return (self.valid_from is None or self.valid_from <= month) and (
            self.valid_until is None or month <= self.valid_until
        )

    def nearest(self, month: Month) -> Month:
        """This month if the pack is in force then, else the month nearest to it in which it is."""
        if self.valid_from and month < self.valid_from:
            return self.valid_from
        return min(month, self.valid_until) if self.valid_until else month

    def benefit(self, month: Month, facts: Facts) -> Decimal | None:
        """The whole benefit of the month in euros, the norm: what can be taken off it at most. None where the
        rules do not say; NoValueError where they say it, but not for this month or member."""
        limit = next((s.cap_month for s in self.steps if s.reduction and s.cap_month is not None), None)
        return limit.figure(month, facts).value if isinstance(limit, Param) else limit

    def pots(self) -> dict[str, bool]:
        """The accounts of the member's own pots, and whether a withdrawal has to be approved."""
        found: dict[str, bool] = {}
        for step in self.steps:
            if step.party == "pot" and step.to:
                found[step.to] = found.get(step.to, False) or step.approval
        return found

    def purposes(self, account: str) -> dict[str, bool]:
        """What a pot may be spent on, and whether that has to be approved; empty where the rules leave it
        open."""
        found: dict[str, bool] = {}
        for step in self.steps:
            for purpose, approval in step.purposes if step.to == account else ():
                found[purpose] = found.get(purpose, False) or approval
        return found

    def used_params(self) -> list[Param]:
        """The parameters that steps name, each once."""
        return list({param.id: param for step in self.steps for param in step.params()}.values())

    def with_params(self, params: Mapping[str, Param]) -> "Pack":
        """The pack with these parameters, wherever a step names one."""

        def named(term: Term) -> Operand:
            return params[term.operand.id] if isinstance(term.operand, Param) else term.operand

        return replace(self, steps=tuple(step.with_terms(named) for step in self.steps), params=params)

    def permissions(self) -> frozenset[str]:
        """The facts that hold the last day of a permission."""
        return frozenset(step.until for step in self.steps if step.until)

    def approved_roles(self) -> frozenset[str]:
        """The roles of which only what was approved counts."""
        return frozenset(s.role for s in self.steps if s.kind == "input" and s.approval and s.role)

    def roles(self) -> frozenset[str]:
        """Every role that the pack looks at."""
        named = {step.role for step in self.steps if step.role}
        counted = {role for step in self.steps for role in step.counts}
        bases = {step.base_role for step in self.steps if step.base_role}
        watched = {limit.role for limit in self.year_limits}
        return frozenset(self.pool) | named | counted | bases | watched

    def facts(self) -> frozenset[str]:
        """Every fact of the member that the pack looks at."""
        asked = {fact for step in self.steps for fact, _ in step.when}
        by = {param.by for param in self.used_params() if param.by}
        born = {"born"} if any(step.min_age is not None for step in self.steps) else set()
        return frozenset(asked | by | born | self.permissions())
