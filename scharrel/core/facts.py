"""What is known of a member: dated facts from the register, amounts of each month from the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, NamedTuple

from scharrel.core.depreciation import Purchase, WrittenOff, written_off
from scharrel.core.month import Month
from scharrel.core.pack import Facts, FactValue
from scharrel.core.period import Period

KNOWN_KEYS = frozenset(
    {"name", "rules", "left", "iban", "address", "client_number", "subcooperative", "practice"}
)

HolderKind = Literal["project", "member", "subcooperative", "cooperative"]
KINDS: tuple[HolderKind, ...] = ("project", "member", "subcooperative")
"""Who can have a ledger, in the order in which a month goes through them."""

_NOTHING: Mapping[str, Decimal] = MappingProxyType({})


class HolderDirective(NamedTuple):
    """One dated directive about a member, from its month on; `line` is where the register has it."""

    day: date
    line: int
    values: Facts


class Approval(NamedTuple):
    """Leave to take an amount (euros) out of a pot from a day on: for what, and given by whom."""

    day: date
    line: int
    what: str
    amount: Decimal
    by: str = ""


class Settlement(NamedTuple):
    """The definitive figures of a period: by step, what is due in euros, and what that rests on."""

    day: date
    line: int
    period: Period
    due: tuple[tuple[str, Decimal], ...]
    source: str


@dataclass(frozen=True, slots=True)
class Dated:
    """Someone of whom the register says something that changes by date, oldest directive first."""

    id: str
    directives: tuple[HolderDirective, ...]
    _in_force: dict[Month, Facts] = field(default_factory=dict, compare=False, repr=False)

    @property
    def first(self) -> Month:
        """The first month."""
        return Month.of(self.directives[0].day)

    def facts(self, month: Month) -> Facts:
        """Every key in force in the month; a later directive overrides the keys that it names."""
        if month not in self._in_force:
            values: dict[str, FactValue] = {}
            for directive in self.directives:
                if Month.of(directive.day) <= month:
                    values.update(directive.values)
            self._in_force[month] = values
        return self._in_force[month]

    def active(self, month: Month) -> bool:
        """Whether this is one of the months from the first to the one of `left`, or from a return on."""
        if month < self.first:
            return False
        if self.facts(month.plus(-1)).get("left") is not True:
            return True
        return any(d.values.get("left") is False for d in self.directives if Month.of(d.day) == month)

    def said(self, key: str, month: Month) -> HolderDirective | None:
        """The directive by which the key has its value in the month, if any has."""
        told = (d for d in reversed(self.directives) if key in d.values and Month.of(d.day) <= month)
        return next(told, None)

    def departures(self) -> frozenset[Month]:
        """The months with which a membership ends; more than one for who came back."""
        said = {Month.of(d.day) for d in self.directives if d.values.get("left") is True}
        return frozenset(month for month in said if self.active(month) and not self.active(month.plus(1)))


@dataclass(frozen=True, slots=True)
class Holder(Dated):
    """Who has a ledger of their own: a member, a project that shares what is left with those who take
    part in it, or a sub-cooperative, in which comes what its members and projects pay to the cooperative;
    and the cooperative itself, of which nothing is divided.

    `participants` are those of a project: each with, by date, the `weight` that was agreed.
    """

    approvals: tuple[Approval, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    kind: HolderKind = "member"
    participants: tuple[Dated, ...] = ()

    @property
    def project(self) -> bool:
        return self.kind == "project"

    @property
    def person(self) -> bool:
        """Whether it is a member, and not something that members have together."""
        return self.kind == "member"

    @property
    def practice(self) -> bool:
        """Whether it is there to practise on: no return, overview or seal has it."""
        return any(said.values.get("practice") is True for said in self.directives)

    def belongs_to(self, month: Month) -> str:
        """The sub-cooperative of the member or project in the month; empty for none."""
        found = self.facts(month).get("subcooperative")
        return found if isinstance(found, str) else ""

    def taking_part(self, month: Month) -> list[Dated]:
        """Who takes part in the project in the month."""
        return [participant for participant in self.participants if participant.active(month)]

    @property
    def latest(self) -> Facts:
        """What is known of the holder by now, whatever it holds from."""
        return self.facts(Month.of(self.directives[-1].day))

    def settlement(self, period: Period) -> Settlement | None:
        """What is definitive about the period: the latest that was said of it."""
        return next((s for s in reversed(self.settlements) if s.period == period), None)

    def settled(self, month: Month) -> Settlement | None:
        """The latest that was said of a period with the month in it."""
        return next((s for s in reversed(self.settlements) if s.period.covers(month)), None)

    @property
    def name(self) -> str:
        """The name in force last."""
        return str(self.latest.get("name", self.id))


def turning_months(*dated: Dated) -> list[Month]:
    """Every month in which something of these can become different: that of a directive, and the next."""
    months = {Month.of(directive.day) for each in dated for directive in each.directives}
    return sorted(months | {month.plus(1) for month in months})


Group = tuple[Holder, ...]
"""Members who have to be computed together."""


class Movement(NamedTuple):
    """What one posting adds to the amounts: where it stands, what it says, and the role in which it counts.

    `partner` is the member with whom something was exchanged, `purpose` what a withdrawal from a pot is for.
    Something bought for `lifetime` months has the account on which it is written off (`worn_on`), and the
    role of that; `asset` is its name, and `disposes` that of the thing that goes. What is booked of a `grant`
    counts in no role. What counts as far as it is paid is a part each time, `earned` on the day of payment,
    with the euros that were `paid` of the whole sale.
    """

    line: int
    day: date
    text: str
    account: str
    amount: Decimal
    currency: str
    earned: date | None = None
    reason: str = ""
    project: str = ""
    partner: str = ""
    purpose: str = ""
    role: str = ""
    lifetime: int = 0
    worn_on: str = ""
    asset: str = ""
    disposes: str = ""
    grant: str = ""
    paid: tuple[Decimal, Decimal] | None = None

    @property
    def counts(self) -> Month:
        """The month in which it counts: that in which it was earned."""
        return Month.of(self.earned or self.day)


@dataclass(frozen=True, slots=True)
class Amounts:
    """A member's ledger by month.

    `roles`: each role's amount in the month in which it counts (euros, or a quantity).
    `accounts`: what was booked on accounts that allocations pay into, by transaction date
    (euros, more owed to the member is positive). `projects`: hours and the like that were done for a project,
    by month, project and role; they are no part of `roles`. `purchases` are written off over their lifetime,
    which is no part of `roles` either. `approved` is how much of a role counts in a month, where the rules
    ask for an approval: nothing if it is not there.
    """

    roles: Mapping[Month, Mapping[str, Decimal]]
    accounts: Mapping[Month, Mapping[str, Decimal]]
    projects: Mapping[Month, Mapping[tuple[str, str], Decimal]] = field(default_factory=dict)
    purchases: tuple[Purchase, ...] = ()
    approved: Mapping[Month, Mapping[str, Decimal]] = field(default_factory=dict)

    def of_role(self, month: Month) -> Mapping[str, Decimal]:
        return self.roles.get(month, _NOTHING)

    def of_account(self, month: Month) -> Mapping[str, Decimal]:
        return self.accounts.get(month, _NOTHING)

    def for_project(self, month: Month, project: str, role: str) -> Decimal:
        """How much of the role was done for the project in the month."""
        return self.projects.get(month, {}).get((project, role), Decimal(0))


class MonthFacts(NamedTuple):
    """All that the rules may look at in one month of one member.

    `approved` is how much of a role counts where the rules ask for an approval; None if all does.
    """

    month: Month
    facts: Facts
    roles: Mapping[str, Decimal]
    accounts: Mapping[str, Decimal]
    written: tuple[WrittenOff, ...] = ()
    approved: Mapping[str, Decimal] | None = None


def facts_of(member: Holder, amounts: Amounts, month: Month) -> MonthFacts:
    """The month's facts; bookings dated before the first month count towards its balances."""
    accounts = amounts.of_account(month)
    if month == member.first:
        earlier: dict[str, Decimal] = {}
        for moved in (amounts.accounts[m] for m in sorted(amounts.accounts) if m <= month):
            for account, amount in moved.items():
                earlier[account] = earlier.get(account, Decimal(0)) + amount
        accounts = earlier
    of_role = amounts.of_role(month)
    written = tuple(written_off(amounts.purchases, month))
    if not written:
        approved_now = amounts.approved.get(month, _NOTHING)
        return MonthFacts(month, member.facts(month), of_role, accounts, (), approved_now)
    roles, approved = dict(of_role), dict(amounts.approved.get(month, _NOTHING))
    for entry in written:
        role = entry.purchase.role
        roles[role] = roles.get(role, Decimal(0)) + entry.amount
        approved[role] = approved.get(role, Decimal(0)) + entry.counts
    return MonthFacts(month, member.facts(month), roles, accounts, written, approved)


def groups(members: Sequence[Holder], collective: frozenset[str]) -> list[Group]:
    """Members who have to be computed together: all who are ever in one collective pack, in one project or
    in one sub-cooperative; projects come first, sub-cooperatives last.

    `collective` holds the ids of such packs; anyone else stands alone.
    """
    projects: dict[str, set[str]] = {}
    for project in members:
        for participant in project.participants:
            projects.setdefault(participant.id, set()).add(project.id)
    known_above = {member.id for member in members if member.kind == "subcooperative"}
    together: list[tuple[set[str], list[Holder]]] = []
    alone: list[Group] = []
    for member in members:
        ties = {str(directive.values.get("rules")) for directive in member.directives} & collective
        ties |= {f"project {project}" for project in projects.get(member.id, ())}
        ties |= {f"subcooperative {above}" for above in known_above & _belonging(member)}
        ties |= set() if member.person else {f"{member.kind} {member.id}"}
        if not ties:
            alone.append((member,))
            continue
        joined, merged = ties, [member]
        rest = []
        for known, group in together:
            if known & joined:
                joined, merged = joined | known, group + merged
            else:
                rest.append((known, group))
        together = [*rest, (joined, merged)]
    return alone + [tuple(sorted(group, key=_turn)) for _, group in together]


def _belonging(member: Holder) -> set[str]:
    """Every sub-cooperative to which the register says that the member or project ever belongs."""
    said = (directive.values.get("subcooperative") for directive in member.directives)
    return {name for name in said if isinstance(name, str)}


def _turn(member: Holder) -> tuple[int, str]:
    return KINDS.index(member.kind), member.id
