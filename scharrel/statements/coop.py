"""The cooperative's overview: where the money went, for the members' meeting."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from scharrel.core.facts import HolderKind
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month, months
from scharrel.core.pack import PARTIES
from scharrel.core.trace import Summary, summary_of, unsettled
from scharrel.ledger.ledger import Ledger
from scharrel.reports.own_month import OwnBooking, OwnMonth, OwnShare, own_month, own_shares
from scharrel.statements.data import StatementData
from scharrel.statements.member import Corrected, corrected
from scharrel.statements.return_rows import formal_label
from scharrel.text.accounts import pot_name
from scharrel.text.periods import part_lines
from scharrel.text.sentences import label, left_open
from scharrel.text.words import Words
from scharrel.treasury.receivables import CustomerDebt
from scharrel.treasury.standing import Standing

TREND_MONTHS = 12
TRENDS = ("turnover", "coop", "pots")


class Share(NamedTuple):
    """What a member, project or sub-cooperative adds to the overview: small, so that a thousand of them fit.
    Amounts in euros.

    `steps` is what each step paid, by pack and label; `owed` the balance of every account that
    allocations pay into or are paid from, less what came in from there; `trends` by month turnover, the
    coop's share and the level of the pots; `received` what of the month came in from other ledgers;
    `provisional` that the municipality has yet to settle the month, `open_still` that it has not ended;
    `corrections` are those that the month books, `left_open` what a membership that ends with it leaves open;
    `own` is what the cooperative itself got, `own_accounts` and `other_accounts` are those to which steps pay
    that are for it, and that are not.
    """

    name: str
    kind: HolderKind
    row: Summary | None
    steps: Mapping[tuple[str, str, str], Decimal]
    pots: Mapping[str, Decimal]
    owed: Mapping[str, Decimal]
    trends: Mapping[Month, tuple[Decimal, Decimal, Decimal]]
    received: Decimal
    provisional: Sequence[str]
    open_still: bool
    corrections: Sequence[Corrected]
    left_open: Sequence[tuple[str, Decimal]]
    own: Sequence[OwnShare]
    own_accounts: frozenset[str]
    other_accounts: frozenset[str]


class TrendPoint(NamedTuple):
    """One month of a trend: the amount in euros, and its height and that of zero as a percentage."""

    month: Month
    amount: Decimal
    top: Decimal
    height: Decimal


class Trend(NamedTuple):
    """Twelve months of one amount; `zero` is where nothing stands, as a percentage from the top."""

    key: str
    points: Sequence[TrendPoint]
    zero: Decimal


class CoopView(NamedTuple):
    """The cooperative's month. Amounts in euros. `rows` are the members', `received` is what of all came in
    from other ledgers; `own` is what it got from whom, and what it booked in a ledger of its own;
    `debts` is what customers owe at the end of the month, None if nothing can be sold on account; `banks` are
    its accounts at banks at that time, `called` what people call each account."""

    coop: str
    month: Month
    rows: Sequence[tuple[str, Summary]]
    projects: Sequence[tuple[str, Summary]]
    subcooperatives: Sequence[tuple[str, Summary]]
    received: Decimal
    parties: Sequence[str]
    steps: Sequence[tuple[str, str, Decimal]]
    pots: Sequence[tuple[str, str, Decimal]]
    owed: Sequence[tuple[str, Decimal]]
    trends: Sequence[Trend]
    provisional: Sequence[str]
    open_still: bool
    corrections: Sequence[tuple[str, Corrected]]
    corrected: Sequence[tuple[str, Decimal]]
    left_open: Sequence[tuple[str, str, Decimal]]
    own: OwnMonth
    debts: Sequence[CustomerDebt] | None
    banks: Sequence[Standing]
    called: Mapping[str, str]

    def total(self, party: str) -> Decimal:
        return total(row.paid[party] for _, row in self.rows)

    @property
    def turnover(self) -> Decimal:
        return total(row.pool for _, row in self.rows)

    @property
    def earned(self) -> Decimal:
        """What came in from outside, of everyone."""
        everyone = (*self.rows, *self.projects, *self.subcooperatives)
        return total(row.pool for _, row in everyone) - self.received

    @property
    def contributed(self) -> Decimal:
        """What members and projects paid to the cooperative, its sub-cooperatives included."""
        return total(row.paid["coop"] for _, row in (*self.rows, *self.projects))

    @property
    def community(self) -> Decimal:
        """What members and projects gave to the neighbourhood."""
        return total(row.paid["community"] for _, row in (*self.rows, *self.projects))

    @property
    def keep(self) -> Decimal:
        return total(row.keep for _, row in self.rows)

    @property
    def booked(self) -> Sequence[tuple[str, Sequence[OwnBooking]]]:
        """What the cooperative booked itself, by account: income first."""
        return [*self.own.income.items(), *self.own.spent.items()]

    @property
    def figures(self) -> dict[str, Decimal]:
        """The amounts by which the overview can be checked."""
        return (
            {
                f"{row.member} {key}": amount
                for _, row in (*self.rows, *self.projects, *self.subcooperatives)
                for key, amount in (("pool", row.pool), *row.paid.items(), ("keep", row.keep))
            }
            | {f"corrected {party}": amount for party, amount in self.corrected}
            | {f"owed {account}": balance for account, balance in self.owed}
            | {f"bank {stands.account.name}": stands.bank for stands in self.banks}
            | {f"own {account}": total(b.amount for b in bookings) for account, bookings in self.booked}
        )


def share_of(words: Words, data: StatementData, month: Month) -> Share:
    """What a member adds to the overview of the month; someone who left still has balances."""
    last = data.allocations[-1]
    steps: dict[tuple[str, str, str], Decimal] = {}
    if last.month == month:
        for result in last.steps:
            of_one = result.step.party in ("member", "pot")  # whose steps may speak to the member
            called = formal_label(words, last.pack, result.step) if of_one else label(words, result.step)
            key = last.pack.title, called, result.step.party
            steps[key] = steps.get(key, ZERO) + result.paid
    pots = data.pot_accounts()
    paid_into = {r.step.to for a in data.allocations for r in a.steps if r.step.to}
    owed = {account: last.balances.get(account, ZERO) for account in paid_into}
    for part in (r for a in data.allocations for r in a.received):
        owed[part.against] = owed.get(part.against, last.balances.get(part.against, ZERO)) - part.amount
    above = data.member.kind == "subcooperative"
    to = [(r.step.party == "coop", r.step.to) for a in data.allocations for r in a.steps if r.step.to]
    put_right = [(entry.label, entry.step, entry.correction) for entry in data.corrections.get(month, ())]
    trends = {
        a.month: (
            a.from_outside,
            # What a sub-cooperative pays on has been counted with its members; its reserve is nobody's pot.
            ZERO if above else a.paid_to("coop"),
            ZERO if above else total(a.balances.get(account, ZERO) for account in pots),
        )
        for a in data.allocations[-TREND_MONTHS:]
        if month.since(a.month) < TREND_MONTHS
    }
    left_behind = ZERO if above else total(last.balances.get(account, ZERO) for account in pots)
    trends |= dict.fromkeys(months(last.month.plus(1), month), (ZERO, ZERO, left_behind))
    return Share(
        data.member.name,
        data.member.kind,
        summary_of(last) if last.month == month else None,
        steps,
        {account: last.balances[account] for account in pots if last.balances.get(account)},
        {account: balance for account, balance in owed.items() if balance},
        trends,
        last.came_in - last.from_outside if last.month == month else ZERO,
        list(part_lines(words, unsettled([last] if last.month == month else []), month, month)),
        data.open_still,
        corrected(words, data, [month], private=True),
        left_open(words, last) if last.month == month or data.told else [],
        list(
            own_shares(words, data.member, month, last if last.month == month else None, {month: put_right})
        ),
        frozenset(account for own, account in to if own),
        frozenset(account for own, account in to if not own),
    )


def coop_view(
    coop: str,
    month: Month,
    shares: Sequence[Share],
    treasury: Ledger | None = None,
    debts: Sequence[CustomerDebt] | None = None,
    banks: Sequence[Standing] = (),
    called: Mapping[str, str] = MappingProxyType({}),
) -> CoopView:
    """The overview of all members together, in the order of the shares, with the cooperative's own ledger,
    what customers owe, its accounts at banks, and what people call each account."""
    rows, projects, above = (
        [(share.name, share.row) for share in shares if share.row and share.kind == kind]
        for kind in ("member", "project", "subcooperative")
    )
    steps: dict[tuple[str, str, str], Decimal] = {}
    owed: dict[str, Decimal] = {}
    for share in shares:
        for key, paid in share.steps.items():
            steps[key] = steps.get(key, ZERO) + paid
        for account, balance in share.owed.items():
            owed[account] = owed.get(account, ZERO) + balance
    # What is the cooperative's own, it owes nobody.
    own_accounts = frozenset[str]().union(*(share.own_accounts for share in shares))
    own_accounts -= frozenset[str]().union(*(share.other_accounts for share in shares))
    trends = [_trend(key, nth, month, shares) for nth, key in enumerate(TRENDS)]
    return CoopView(
        coop,
        month,
        rows,
        projects,
        above,
        total(share.received for share in shares),
        [party for party in PARTIES if party != "member" and any(row.paid[party] for _, row in rows)],
        [(pack, name, paid) for (pack, name, _), paid in sorted(steps.items()) if paid],
        [
            (share.name, pot_name(called, account), level)
            for share in shares
            for account, level in share.pots.items()
        ],
        sorted((account, n) for account, n in owed.items() if n and account not in own_accounts),
        [trend for trend in trends if any(point.amount for point in trend.points)],
        sorted({line for share in shares for line in share.provisional}),
        any(share.open_still for share in shares),
        [(share.name, c) for share in shares for c in share.corrections],
        [(party, amount) for party in PARTIES if (amount := _corrected(shares, party))],
        [(share.name, what, amount) for share in shares for what, amount in share.left_open],
        own_month([given for share in shares for given in share.own], treasury, month),
        debts,
        banks,
        called,
    )


def _corrected(shares: Sequence[Share], party: str) -> Decimal:
    """What the corrections bring a party. The rest of a project comes in with who takes part, and all of a
    sub-cooperative's with its members: that is counted there."""
    return total(
        c.difference
        for share in shares
        for c in share.corrections
        if c.party == party
        and (share.kind == "member" or (share.kind == "project" and party in ("coop", "community")))
    )


def _trend(key: str, nth: int, month: Month, shares: Sequence[Share]) -> Trend:
    nothing = (ZERO, ZERO, ZERO)
    names = list(months(month.plus(1 - TREND_MONTHS), month))
    amounts = [total(share.trends.get(name, nothing)[nth] for share in shares) for name in names]
    top, bottom = max(*amounts, ZERO), min(*amounts, ZERO)
    span = (top - bottom) or Decimal(1)

    def down(amount: Decimal) -> Decimal:
        return ((top - amount) / span * 100).quantize(Decimal("0.1"))

    points = [
        TrendPoint(name, amount, min(down(amount), down(ZERO)), abs(down(amount) - down(ZERO)))
        for name, amount in zip(names, amounts, strict=True)
    ]
    return Trend(key, points, down(ZERO))
