"""The annual accounts: what the cooperative has, owes and earned in a year, beside the year before.

What rules allocate to the cooperative and to the community stays in its reserves; what they allocate to
anyone else is an expense, and owed from then on. What holders pass on to each other is no income of the
whole.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.chart import Chart
from scharrel.core.money import ZERO, total
from scharrel.core.pack import Step
from scharrel.core.quotes import RECEIVABLE
from scharrel.treasury.accounts import IN_HAND, ROUNDING, SUSPENSE, TAX_DUE, TRANSIT
from scharrel.treasury.journal import JournalEntry

OWED_PARTIES = ("member", "pot", "tax", "municipality", "supplier")
"""To whom what is allocated is an expense; an account that is for more than one of them goes by the first."""

RESERVES = {"coop": "general-reserve", "community": "designated-reserve"}
"""The reserve in which what is allocated to a party stays."""

_OWN_HEADINGS = frozenset({RECEIVABLE, SUSPENSE, IN_HAND, TRANSIT, TAX_DUE, ROUNDING, "vat"})

Steps = Mapping[tuple[str, str], Step]
"""The steps of all rules, by pack and id."""


class Heading(NamedTuple):
    """Where accounts stand together: one of these, a key of the program's own headings, a role, or a name as
    it is."""

    key: str = ""
    role: str = ""
    name: str = ""


class AnnualLine(NamedTuple):
    """The sum of some accounts in euros, in the year or at its end, and the same of the year before."""

    heading: Heading
    amount: Decimal
    previous: Decimal
    accounts: tuple[str, ...] = ()


class AccountMovement(NamedTuple):
    """How a pot or a reserve came from its beginning to its end in the year, in euros: what was allocated to
    it, and what was booked on it besides."""

    heading: Heading
    account: str
    begin: Decimal
    allocated: Decimal
    other: Decimal

    @property
    def end(self) -> Decimal:
        return self.begin + self.allocated + self.other


class AnnualAccounts(NamedTuple):
    """The accounts of a year. `kept` is what rules put in reserves of the year's result, by party; `owed`
    what each holder is owed at its end, by the first of the parties for whom an account is; `in_hand` what a
    holder has of the cooperative's money; `on` what stands on each account at the end. All in euros."""

    year: int
    assets: tuple[AnnualLine, ...]
    liabilities: tuple[AnnualLine, ...]
    equity: tuple[AnnualLine, ...]
    income: tuple[AnnualLine, ...]
    expenses: tuple[AnnualLine, ...]
    kept: Mapping[str, Decimal]
    movements: tuple[AccountMovement, ...]
    owed: Mapping[str, Mapping[str, Decimal]]
    in_hand: Mapping[str, Decimal]
    on: Mapping[str, Decimal]
    first: bool

    @property
    def result(self) -> Decimal:
        return total(line.amount for line in self.income) - total(line.amount for line in self.expenses)

    @property
    def previous_result(self) -> Decimal:
        return total(line.previous for line in self.income) - total(line.previous for line in self.expenses)

    @property
    def undivided(self) -> Decimal:
        """What of the result no rules divided."""
        return self.result - total(self.kept.values())


class _Sums:
    """What was booked in a stretch of time, debit above zero: on each account, of that what was allocated (by
    account and party, above zero where more is owed) and what holders passed on to each other."""

    def __init__(self, *parts: "_Sums"):
        self.on: dict[str, Decimal] = defaultdict(Decimal)
        self.allocated: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self.passed_on = ZERO
        for part in parts:
            for account, amount in part.on.items():
                self.on[account] += amount
            for key, amount in part.allocated.items():
                self.allocated[key] += amount
            self.passed_on += part.passed_on

    def add(self, entry: JournalEntry, appropriation: str, steps: Steps) -> None:
        for leg in entry.legs:
            self.on[leg.account] += leg.amount
        stepped = [leg for leg in entry.legs if leg.step]
        others = [leg.account for leg in entry.legs if not leg.step]
        for leg in stepped:
            party = _party(steps, entry.pack, leg.step)
            if appropriation in others:
                self.allocated[leg.account, party] -= leg.amount
            elif leg.account.startswith("Income:"):
                self.passed_on -= leg.amount
                self.allocated[others[0], party] += leg.amount

    def of_party(self, party: str) -> Decimal:
        return total(amount for (_, whose), amount in self.allocated.items() if whose == party)


def _party(steps: Steps, pack: str, step: str) -> str:
    found = steps.get((pack, step))
    return found.party if found else OWED_PARTIES[0]


def annual_accounts(
    year: int, entries: Sequence[JournalEntry], chart: Chart, steps: Steps, banks: frozenset[str]
) -> AnnualAccounts:
    """The accounts of the year out of all bookings; `banks` are the accounts of the chart that stand for one
    at a bank."""
    appropriation = chart.appropriation
    before, last, this = _Sums(), _Sums(), _Sums()
    for entry in entries:
        if entry.day.year <= year:
            stretch = {year: this, year - 1: last}.get(entry.day.year, before)
            stretch.add(entry, appropriation, steps)
    ends = [_Sums(before, last, this), _Sums(before, last), before]
    whose = _parties_of(entries, appropriation, steps)
    reserves = [_reserves(end, whose) for end in ends]

    def heading(account: str) -> Heading:
        return _heading(chart, account, banks, whose)

    # What has no ancestor in the chart comes behind it.
    order = {account: nth for nth, account in enumerate(chart.accounts)}
    accounts = sorted(ends[0].on, key=lambda account: (order.get(account, len(order)), account))

    def lines(
        chosen: Iterable[str], amounts: Callable[[str], tuple[Decimal, Decimal]]
    ) -> Iterator[AnnualLine]:
        found: dict[Heading, list[tuple[str, Decimal, Decimal]]] = {}
        for account in chosen:
            now, previous = amounts(account)
            if now or previous:
                found.setdefault(heading(account), []).append((account, now, previous))
        for head, rows in found.items():
            yield AnnualLine(
                head, total(r[1] for r in rows), total(r[2] for r in rows), tuple(r[0] for r in rows)
            )

    def under(*roots: str) -> list[str]:
        return [account for account in accounts if account.startswith(roots)]

    def still_owed(account: str) -> tuple[Decimal, Decimal]:
        now, then = (
            -end.on[account] - kept.get((account, "coop"), ZERO) - kept.get((account, "community"), ZERO)
            for end, kept in zip(ends[:2], reserves[:2], strict=True)
        )
        return now, then

    def reserve_lines(party: str) -> Iterator[AnnualLine]:
        found: dict[Heading, list[str]] = {}
        for account in accounts:
            if any(kept.get((account, party)) for kept in reserves[:2]):
                name = chart.heading(account) if whose.get(account, frozenset()) <= RESERVES.keys() else ""
                head = Heading(name=name) if name else Heading(RESERVES[party])
                found.setdefault(head, []).append(account)
        for head, some in found.items():
            now, then = (total(kept.get((a, party), ZERO) for a in some) for kept in reserves[:2])
            yield AnnualLine(head, now, then, tuple(some))

    of_owed = [a for a in under("Equity:") if whose.get(a, frozenset()) - RESERVES.keys()]
    own = [a for a in under("Equity:") if a not in of_owed and a != appropriation]
    left = [
        -total(amount for a, amount in end.on.items() if a.startswith(("Income:", "Expenses:")))
        - end.on[appropriation]
        for end in ends
    ]
    return AnnualAccounts(
        year=year,
        assets=tuple(lines(under("Assets:"), lambda a: (ends[0].on[a], ends[1].on[a]))),
        liabilities=tuple(lines([*under("Liabilities:"), *of_owed], still_owed)),
        equity=(
            *lines(own, still_owed),
            *reserve_lines("coop"),
            *reserve_lines("community"),
            *_computed("earlier-results", left[1], left[2]),
            *_computed("undivided-result", left[0] - left[1], left[1] - left[2]),
        ),
        income=(
            *lines(under("Income:"), lambda a: (-this.on[a], -last.on[a])),
            *_computed("passed-on", -this.passed_on, -last.passed_on),
        ),
        expenses=(
            *lines(under("Expenses:"), lambda a: (this.on[a], last.on[a])),
            *_allocated_lines(this, last),
        ),
        kept={party: amount for party in RESERVES if (amount := this.of_party(party))},
        movements=tuple(_movements(accounts, ends, reserves, this, whose, heading)),
        owed=_owed(year, entries, whose),
        in_hand=_in_hand(year, entries, chart),
        on=dict(ends[0].on),
        first=not any(entry.day.year < year for entry in entries),
    )


def _computed(key: str, amount: Decimal, previous: Decimal) -> Iterator[AnnualLine]:
    if amount or previous:
        yield AnnualLine(Heading(key), amount, previous)


def _parties_of(
    entries: Iterable[JournalEntry], appropriation: str, steps: Steps
) -> dict[str, frozenset[str]]:
    """For whom each account is that rules pay to: by what was ever allocated to it, else by the rules. What a
    reduction of the benefit leaves with the member is the member's."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        if not entry.booked and any(leg.account == appropriation for leg in entry.legs):
            for leg in entry.legs:
                if leg.step:
                    step = steps.get((entry.pack, leg.step))
                    found.setdefault(leg.account, set()).add(_whose(step) if step else OWED_PARTIES[0])
    by_rules: dict[str, set[str]] = {}
    for step in steps.values():
        if step.to and step.to not in found:
            by_rules.setdefault(step.to, set()).add(_whose(step))
    return {account: frozenset(parties) for account, parties in (by_rules | found).items()}


def _whose(step: Step) -> str:
    return "member" if step.reduction else step.party


def _reserves(end: _Sums, whose: Mapping[str, frozenset[str]]) -> dict[tuple[str, str], Decimal]:
    """What of each account is a reserve, by account and party: all of it where nobody else is allocated
    anything there, else what was allocated to the party."""
    found = {}
    for account, parties in whose.items():
        kept = [party for party in RESERVES if party in parties]
        for party in kept:
            found[account, party] = end.allocated.get((account, party), ZERO)
        if kept and parties <= RESERVES.keys():
            found[account, kept[0]] = -end.on[account] - total(found[account, p] for p in kept[1:])
    return found


def _heading(
    chart: Chart, account: str, banks: frozenset[str], whose: Mapping[str, frozenset[str]]
) -> Heading:
    root, _, name = account.partition(":")
    role = chart.role(account) or ""
    if named := chart.heading(account):
        return Heading(name=named)
    if party := next((party for party in OWED_PARTIES if party in whose.get(account, ())), ""):
        return Heading(f"owed-{party}")
    if party := next((party for party in RESERVES if party in whose.get(account, ())), ""):
        return Heading(RESERVES[party])
    if role and root in ("Income", "Expenses"):
        return Heading(role) if role in ("turnover", ROUNDING) else Heading(role=role)
    if role in _OWN_HEADINGS:
        return Heading(role)
    if root == "Assets" and account in banks:
        return Heading("bank")
    if root == "Assets" and chart.worn_on(account):
        return Heading("equipment")
    return Heading(name=name.partition(":")[0])


def _allocated_lines(this: _Sums, last: _Sums) -> Iterator[AnnualLine]:
    """What was allocated to each party that it is owed to, as an expense."""
    for party in OWED_PARTIES:
        now, then = this.of_party(party), last.of_party(party)
        keys = {*this.allocated, *last.allocated}
        accounts = sorted(a for a, whose in keys if whose == party)
        yield from (
            line._replace(accounts=tuple(dict.fromkeys(accounts)))
            for line in _computed(f"to-{party}", now, then)
        )


def _movements(
    accounts: Sequence[str],
    ends: Sequence[_Sums],
    reserves: Sequence[Mapping[tuple[str, str], Decimal]],
    this: _Sums,
    whose: Mapping[str, frozenset[str]],
    heading: Callable[[str], Heading],
) -> Iterator[AccountMovement]:
    for account in accounts:
        parties = whose.get(account, frozenset())
        for party in (p for p in RESERVES if p in parties):
            begin, end = reserves[1].get((account, party), ZERO), reserves[0].get((account, party), ZERO)
            put = this.allocated.get((account, party), ZERO)
            if begin or end or put:
                head = Heading(RESERVES[party]) if parties - RESERVES.keys() else heading(account)
                yield AccountMovement(head, account, begin, put, end - begin - put)
        if "pot" in parties:
            begin, end = (
                -sums.on[account] - total(kept.get((account, party), ZERO) for party in RESERVES)
                for sums, kept in ((ends[1], reserves[1]), (ends[0], reserves[0]))
            )
            put = total(this.allocated.get((account, party), ZERO) for party in OWED_PARTIES)
            if begin or end or put:
                yield AccountMovement(heading(account), account, begin, put, end - begin - put)


def _owed(
    year: int, entries: Iterable[JournalEntry], whose: Mapping[str, frozenset[str]]
) -> dict[str, dict[str, Decimal]]:
    """What stands at the end of the year for each holder on accounts that are for others than the cooperative
    and the community, by holder and the first of those. What comes in from another book is no longer owed
    there."""
    found: dict[str, dict[str, Decimal]] = {}
    for entry in entries:
        for leg in entry.legs if entry.day.year <= year else ():
            parties = whose.get(leg.account, frozenset())
            first = next((party for party in OWED_PARTIES if party in parties), "")
            if first and parties.isdisjoint(RESERVES):
                holder = entry.payer if entry.payer and not leg.step else entry.holder
                of_holder = found.setdefault(holder, {})
                of_holder[first] = of_holder.get(first, ZERO) - leg.amount
    return {h: owed for h, sums in found.items() if (owed := {p: n for p, n in sums.items() if n})}


def _in_hand(year: int, entries: Iterable[JournalEntry], chart: Chart) -> dict[str, Decimal]:
    """What each holder has in hand of the cooperative's money at the end of the year."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        for leg in entry.legs if entry.day.year <= year else ():
            if chart.role(leg.account) == IN_HAND:
                found[entry.holder] += leg.amount
    return {holder: amount for holder, amount in found.items() if amount}
