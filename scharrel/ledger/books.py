"""Everything that is read before anything is divided: chart, register, packs, and what is wrong."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from scharrel.core.chart import Chart
from scharrel.core.facts import Group, Holder, HolderDirective, groups
from scharrel.core.grants import Grant
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID
from scharrel.core.pack import Pack
from scharrel.core.problems import Problem, errors
from scharrel.core.settling import ends
from scharrel.core.specifications import Specification
from scharrel.ledger.chart import read_chart
from scharrel.ledger.customers import read_customers
from scharrel.ledger.register import Register, read_register
from scharrel.packs.packs import read_packs
from scharrel.store.elsewhere import elsewhere_state, entries_for
from scharrel.store.invoices import read_issued
from scharrel.store.issued import read_issued_files
from scharrel.store.paths import Coop
from scharrel.store.seals import Seals, read_seals_of
from scharrel.store.text import Text
from scharrel.treasury.accounts import BankAccount, OwnEntries
from scharrel.treasury.invoices import Issued
from scharrel.treasury.outlook import FixedAmount
from scharrel.treasury.received import Receipts


class Books(NamedTuple):
    """A cooperative without its members' ledgers; `closed` is the last month that was closed, `sealed` has by
    closed month and member the digest that the member's seal should have, `entries` what the register says of
    the cooperative itself; `own` is the cooperative as who has a ledger, if it has or had one; `issued` are
    the invoices that were sent, by number, and `issued_files` what was sent, ordered or filed by the second
    place that knows it; `receipts` what was paid of what was sold on account, where rules ask for that;
    `sealed_receipts` by closed month the digests of its receipt files, by name; `specifications`
    is what the municipality's letters say; `fixed` what each member has fixed every month, by the
    register."""

    coop: Coop
    register: Text
    title: str
    chart: Chart
    holders: Mapping[str, Holder]
    packs: Mapping[str, Pack]
    problems: list[Problem]
    closed: Month | None = None
    grants: Mapping[str, Grant] = {}
    sealed: Mapping[Month, Mapping[str, str]] = {}
    entries: OwnEntries = OwnEntries()
    own: Holder | None = None
    issued: Sequence[Issued] = ()
    issued_files: Collection[str] = ()
    receipts: Receipts = Receipts()
    fixed: Mapping[str, Sequence[FixedAmount]] = {}
    sealed_receipts: Mapping[Month, Mapping[str, str]] = {}
    specifications: Sequence[Specification] = ()

    @property
    def bank_accounts(self) -> Mapping[str, BankAccount]:
        """The cooperative's bank accounts, by the name that the register gives them."""
        return self.entries.bank_accounts

    @property
    def first_open(self) -> Month | None:
        """The month in which closed months are corrected, if any is closed."""
        return self.closed.plus(1) if self.closed else None

    @property
    def names(self) -> dict[str, str]:
        """What everyone who has a ledger is called, the cooperative included."""
        everyone = [*self.holders.values(), *([self.own] if self.own else [])]
        return {holder.id: holder.name for holder in everyone}

    @property
    def pots(self) -> frozenset[str]:
        """Every account that allocations pay into, and the other side of them."""
        paid = {step.to for pack in self.packs.values() for step in pack.steps if step.to}
        accounts = self.chart.accounts.items()
        return frozenset(paid | {name for name, known in accounts if known.role == "appropriation"})

    def never_sealed(self, member: Holder) -> bool:
        """Whether it is a member to practise on; one that was closed in earnest stays so."""
        return member.practice and not any(member.id in members for members in self.sealed.values())

    def banks_of(self, holder: str) -> Collection[BankAccount]:
        """The accounts on whose statements the holder's bookings must be, none if only to practise."""
        member = self.holders.get(holder)
        return () if member and self.never_sealed(member) else self.bank_accounts.values()

    def groups(self) -> list[Group]:
        """Members who have to be computed together."""
        # A project shares with those who take part in it, not with others under the same rules.
        collective = frozenset(p.id for p in self.packs.values() if p.collective and not p.for_projects)
        return groups(list(self.holders.values()), collective)


def said_of(
    books: Books, member: Holder, said: HolderDirective, code: str, warning: bool = False, /, **values: str
) -> Problem:
    """A problem with what a directive of the register says of a member."""
    return books.register.problem(said.line, code, warning, member=member.id, **values)


def read_holders(coop: Coop) -> tuple[Coop, Register]:
    """The register, and the cooperative that knows by it where everyone's files are."""
    register = read_register(coop)
    members = register.members.values()
    coop = coop._replace(
        project_ids=frozenset(m.id for m in members if m.project),
        subcooperative_ids=frozenset(m.id for m in members if m.kind == "subcooperative"),
    )
    return coop, register


def read_books(coop: Coop) -> tuple[Books, Register, Seals]:
    """The chart, the register, the packs and the seals; `problems` has what of them cannot be read."""
    chart, problems = read_chart(coop)
    coop, register = read_holders(coop)
    coop = coop._replace(elsewhere=elsewhere_state(coop))
    members = register.members
    problems += register.problems
    packs: dict[str, Pack] = {}
    if not any(problem.code == "one-appropriation" for problem in problems) and chart.accounts:
        packs, more = read_packs(coop, chart)
        # A role may stand on a line of the chart that cannot be read.
        problems += [p for p in more if not errors(problems) or p.file != coop.shown(coop.chart)]
    customers = read_customers(coop)
    issued, broken = read_issued(coop)
    issued_files, unreadable = read_issued_files(coop)
    problems += [*customers.problems, *broken, *unreadable]
    register = register._replace(customers=customers)
    seals = read_seals_of(coop)
    closed, digests = seals.closed, seals.digests
    in_force = {member.id: _settled_so_far(member, closed) for member in members.values()}
    books = Books(
        coop,
        register.text,
        register.title,
        chart,
        in_force,
        packs,
        problems,
        closed,
        register.grants,
        digests,
        register.own._replace(customers={**customers.by_name, **register.own.customers}),
        _own(coop, register.title, seals),
        issued,
        issued_files,
        fixed=register.fixed,
        sealed_receipts=seals.receipts,
        specifications=register.specifications,
    )
    return books, register, seals


def _own(coop: Coop, title: str, seals: Seals) -> Holder | None:
    """The cooperative, if it has a ledger or bank lines of its own, or had when a month was closed."""
    sealed = any(COOP_ID in found for found in seals.digests.values())
    if not (sealed or os.path.lexists(coop.treasury) or entries_for(coop, COOP_ID)):
        return None
    return Holder(COOP_ID, (HolderDirective(date.min, 1, {"name": title or COOP_ID}),), kind="cooperative")


def _settled_so_far(member: Holder, closed: Month | None) -> Holder:
    """The member with the settlements that count: those of periods that are closed."""
    if not member.settlements:
        return member
    in_force = tuple(s for s in member.settlements if closed and ends(member, s.period) <= closed)
    return replace(member, settlements=in_force)
