"""What a member has in the months ahead, by day: read → divide → who pays what and when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from scharrel.checks.members import rules_hold
from scharrel.checks.outcome import Outcome
from scharrel.core.facts import Holder, Movement
from scharrel.core.history import replay
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month, months
from scharrel.core.quotes import RECEIVABLE
from scharrel.core.trace import Allocation, unsettled
from scharrel.ledger.books import Books
from scharrel.operations.benefits import BenefitRules, said_at
from scharrel.operations.customers_paying import ExpectedPayment, expected_payments
from scharrel.store.payment_runs import read_runs
from scharrel.treasury.accounts import IN_HAND
from scharrel.treasury.late_payment import yearly_rate
from scharrel.treasury.outlook import (
    BENEFIT,
    HOLIDAY,
    ORDERED,
    PAYOUT,
    BenefitMonth,
    CashFlow,
    Earned,
    FixedAmount,
    MonthInHand,
    Outlook,
    Uncounted,
    fixed_in,
    nth_day,
    pay_days,
)
from scharrel.treasury.payments import MEMBER, Due, accounts_paid, allocated_to, due_from

_NEEDED = ("paid_on", "paid_after", "reduced_after", "holiday_part")
"""Without one of these nobody can say what comes of a benefit and when."""

_YEAR = 12
_HALF_YEAR = 6


def look_ahead(books: Books, member: Holder, outcome: Outcome, first: date, last: Month) -> Outlook:
    """The outlook of a person whose months were divided without an error, from a day to the end of a month,
    by what was booked until the end of the month of that day."""
    return _Looking(books, member, outcome, first, last).outlook()


class _Looking:
    """One outlook in the making: what is known of the member, and what was not counted on the way."""

    def __init__(self, books: Books, member: Holder, outcome: Outcome, first: date, last: Month):
        self.books, self.member, self.outcome = books, member, outcome
        self.first, self.last = first, last
        self.now = Month.of(first)
        self.ledger = outcome.ledgers[member.id]
        self.allocations = [
            a for a in outcome.all_allocations if a.member == member.id and a.month <= self.now
        ]
        self.uncounted: list[Uncounted] = []
        self.rules = BenefitRules(books, member)
        names = dict.fromkeys(str(d.values["rules"]) for d in member.directives if "rules" in d.values)
        packs = [books.packs[name] for name in names if name in books.packs]
        self.accounts = accounts_paid(packs, MEMBER)
        seals = outcome.seals.get(member.id, ())
        self.seals = {seal.month: seal for seal in seals if seal.month <= self.now}
        self.open_month = books.first_open if books.first_open and books.first_open <= self.now else None
        self.expected = self._expected()

    def outlook(self) -> Outlook:
        due = self._due()
        reported, corrected = self._reported()
        benefits = dict(self._benefits(reported))
        of_town = list(self._benefit_flows(benefits))
        flows = [*of_town, *self._fixed_flows()]
        ordered = list(self._ordered())
        # What is to leave the account later is booked on that day.
        to_leave = [(flow, ZERO) for flow in ordered if flow.day > self.first]
        owed = due.amount - total(flow.amount for flow, _ in to_leave)
        paid = list(self._payouts(owed))
        flows += [*ordered, *(flow for flow, _ in paid)]
        flows = [flow for flow in flows if flow.day > self.first or flow.kind in (ORDERED, PAYOUT)]
        flows = [flow for flow in flows if flow.amount or flow.kind == BENEFIT]
        flows.sort(key=lambda flow: (flow.day, flow.amount < 0, flow.kind, flow.name, flow.about))
        held = due.in_hand
        had: dict[Month, Decimal] = {}
        for flow, before in (*paid, *to_leave):
            month = Month.of(flow.day)
            had[month] = had.get(month, ZERO) + flow.amount + before
        taken = -total(
            moved.amount
            for moved in self.ledger.movements
            if moved.account in self.accounts and Month.of(moved.day) == self.now and moved.day <= self.first
        )
        had[self.now] = had.get(self.now, ZERO) + max(taken, ZERO) + self._own_in_hand(due)
        self._tell(benefits)
        lasting = self._whole_months(benefits, had)
        return Outlook(
            self.member, self.first, self.last.last_day, flows,
            [flow for flow in of_town if flow.kind == BENEFIT], lasting, benefits, corrected,
            {month: found for month in benefits if (found := self.rules.buffer(month, self.ledger.amounts))},
            {benefit.earned: self._bookings(benefit.earned) for benefit in benefits.values()},
            self.uncounted, held, self._too_much(owed),
            max((a.month for a in self.allocations if a.pool), default=self.now.plus(-1)),
        )  # fmt: skip

    # -- what the cooperative pays

    def _due(self) -> Due:
        """What was taken until the first day or is in hand, below zero: what months bring comes on top."""
        held = {name for name, role in self.ledger.roles.items() if role == IN_HAND}
        movements = [moved for moved in self.ledger.movements if moved.day <= self.first]
        return due_from(MEMBER, self.member.id, {}, movements, self.accounts, held)

    def _too_much(self, owed: Decimal) -> Decimal:
        """What the member has in hand or took that no month made the member's own."""
        return max(-owed - total(each.amount for each in self._earned() if not each.expected), ZERO)

    def _own_in_hand(self, due: Due) -> Decimal:
        """What the member has in hand that months before this one made the member's own."""
        brought = total(each.amount for each in self._earned() if each.month < self.now and not each.expected)
        return max(min(due.in_hand, due.owed + brought), ZERO)

    def _given(self, allocation: Allocation) -> Decimal:
        return total(r.paid for r in allocation.posted if r.step.to in self.accounts)

    def _earned(self) -> Iterator[Earned]:
        """What each month brings, with what the open one puts right, and what customers still pay."""
        for month, seal in self.seals.items():
            yield Earned(month, total(allocated_to(seal.posted, self.accounts).values()))
        for allocation in self.allocations:
            if allocation.month not in self.seals:
                yield Earned(allocation.month, self._given(allocation))
        put_right = self.outcome.corrections.get(self.member.id, ())
        if self.open_month and put_right:
            on_accounts = total(
                c.difference * ((c.account in self.accounts) - (c.against in self.accounts))
                for c in put_right
            )
            yield Earned(self.open_month, on_accounts)
        for month, (given, _) in self.expected.items():
            yield Earned(month, given, expected=True)

    def _ordered(self) -> Iterator[CashFlow]:
        """What was ordered at the bank for a day that is to come."""
        runs, _ = read_runs(self.books.coop)
        ahead = (run for run in runs if run.made <= self.first <= run.day <= self.last.last_day)
        for run in (run for run in ahead if not run.cancelled):
            for payment in run.payments:
                if (payment.to, payment.holder) == (MEMBER, self.member.id):
                    yield CashFlow(run.day, ORDERED, payment.amount, run.id, (), (f"{run.file}:1",))

    def _payouts(self, owed: Decimal) -> Iterator[tuple[CashFlow, Decimal]]:
        """What is paid on the pay days ahead, each with what the member had of it before."""
        days = []
        for month in months(self.now, self.last):
            number = self._of_coop(month).get("pays_on")
            if isinstance(number, Decimal) and (day := nth_day(month, int(number))) >= self.first:
                days.append(day)
        earned = list(self._earned())
        if not days:
            if waiting := max(owed + total(e.amount for e in earned if not e.expected), ZERO):
                self.uncounted.append(Uncounted("pays-on", {"amount": waiting}))
            return
        for paid in pay_days(owed, earned, days, self.first):
            where = said_at(self.books, self.books.entries.cooperative, "pays_on", Month.of(paid.day))
            sure = paid.amount - paid.expected
            if sure or paid.had:
                flow = CashFlow(paid.day, PAYOUT, sure, "", paid.about, (where,), by_month=paid.by_month)
                yield flow, paid.had
            if paid.expected:
                places = tuple(one.place for one in self.payments if one.month in paid.about)
                flow = CashFlow(paid.day, PAYOUT, paid.expected, "", paid.about, places, expected=True)
                yield flow, ZERO

    def _of_coop(self, month: Month) -> Mapping[str, object]:
        found = self.books.entries.cooperative
        return found.facts(month) if found else {}

    # -- what customers pay

    def _expected(self) -> dict[Month, tuple[Decimal, Decimal]]:
        """By month what the member and the benefit's reduction get more when customers pay what they owe, as
        far as that counts then only."""
        self.payments: list[ExpectedPayment] = []
        if not self.ledger.on_account:
            return {}
        payments, unknown = expected_payments(self.books, self.member, self.ledger, self.first)
        self.uncounted += [Uncounted("invoice-late", one._asdict()) for one in unknown]
        group = next(g for g in self.books.groups() if self.member in g)
        payments = [one for one in payments if one.month <= self.last]
        if not payments or not rules_hold(self.books, group, self.last):
            return {}
        self.payments = payments
        amounts = {holder: ledger.amounts for holder, ledger in self.outcome.ledgers.items()}
        own = amounts[self.member.id]
        roles = {month: dict(own.of_role(month)) for month in {one.month for one in payments}}
        for one in payments:
            roles[one.month][one.role] = roles[one.month].get(one.role, ZERO) + one.amount
        more = {**amounts, self.member.id: replace(own, roles={**own.roles, **roles})}
        found: dict[Month, tuple[Decimal, Decimal]] = {}
        now, then = (replay(group, known, self.books.packs, self.last) for known in (amounts, more))
        for was, becomes in zip(now, then, strict=True):
            if was.member == self.member.id and was != becomes:
                given, reduced = (f(becomes) - f(was) for f in (self._given, _reduction))
                found[was.month] = given, reduced
        return found

    # -- what the municipality pays

    def _reported(self) -> tuple[dict[Month, Decimal], dict[Month, Decimal]]:
        """What the benefit is lowered by, by the month that reports it; and of that what puts earlier months
        right."""
        reported = {a.month: _reduction(a) for a in self.allocations if a.month not in self.seals}
        corrected: dict[Month, Decimal] = {}
        for month, seal in self.seals.items():
            lowering = [p for p in seal.posted if self._lowers(p.pack, p.step)]
            reported[month] = total(p.amount for p in lowering)
            corrected[month] = total(p.amount for p in lowering if p.of != month)
        if open_month := self.open_month:
            put_right = self.outcome.corrections.get(self.member.id, ())
            corrected[open_month] = total(c.difference for c in put_right if self._lowers(c.pack, c.step))
            reported[open_month] = reported.get(open_month, ZERO) + corrected[open_month]
        return reported, corrected

    def _lowers(self, pack: str, step: str) -> bool:
        known = self.books.packs.get(pack)
        return known is not None and any(each.id == step and each.reduction for each in known.steps)

    def _benefits(self, reported: Mapping[Month, Decimal]) -> Iterator[tuple[Month, BenefitMonth]]:
        """The benefit of each month from a year and a half back, as far as it is known."""
        for month in months(self.now.plus(-_YEAR - _HALF_YEAR), self.last):
            norm = self.rules.norm(month)
            told = self.rules.told(month)
            after, part = told.get("reduced_after"), yearly_rate(str(told.get("holiday_part")))
            if norm is None or not isinstance(after, Decimal) or part is None:
                continue
            earned = month.plus(-int(after))
            reduced = reported.get(earned, ZERO) + self.expected.get(earned, (ZERO, ZERO))[1]
            yield month, BenefitMonth(month, earned, norm, reduced, part)

    def _benefit_flows(self, benefits: Mapping[Month, BenefitMonth]) -> Iterator[CashFlow]:
        """What the municipality pays in the months from the first day's on."""
        for benefit in benefits.values():
            day = self.rules.paid_day(benefit.month)
            if day is None or not self.now.first_day <= day <= self.last.last_day:
                continue
            places, rule = self.rules.rule(benefit.month)
            expected = bool(self.expected.get(benefit.earned, (ZERO, ZERO))[1])
            yield CashFlow(
                day, BENEFIT, benefit.paid, "", (benefit.month, benefit.earned), places, expected, rule,
                benefit.norm, benefit.reduced, benefit.apart,
            )  # fmt: skip
            kept = self.rules.holiday(benefit.month, benefits)
            if kept is not None and not kept:
                self.uncounted.append(Uncounted("holiday-unknown", {"month": benefit.month}))
            elif kept:
                about = tuple(each.month for each in kept)
                where = self.rules.said_at("holiday_month", benefit.month)
                yield CashFlow(day, HOLIDAY, total(each.apart for each in kept), "", about, (where,))

    # -- the rest

    def _fixed(self) -> Sequence[FixedAmount]:
        return self.books.fixed.get(self.member.id, ())

    def _fixed_flows(self) -> Iterator[CashFlow]:
        for month in months(self.now, self.last):
            for fixed in fixed_in(self._fixed(), month):
                where = f"{self.books.register.shown}:{fixed.line}"
                yield CashFlow(nth_day(month, fixed.day), fixed.kind, fixed.amount, fixed.name, (), (where,))

    def _whole_months(
        self, benefits: Mapping[Month, BenefitMonth], had: Mapping[Month, Decimal]
    ) -> list[MonthInHand]:
        """The months that are not over of which is known what the municipality and the cooperative pay."""
        if not self._of_coop(self.now).get("pays_on"):
            return []
        paid_in = {Month.of(day): b for b in benefits.values() if (day := self.rules.paid_day(b.month))}
        found = []
        over = self.first == self.now.last_day
        for month in months(self.now.plus(int(over)), self.last):
            if (benefit := paid_in.get(month)) and self.member.active(month):
                found.append(benefit.in_hand(month, had.get(month, ZERO)))
        return found

    def _bookings(self, month: Month) -> list[tuple[str, Movement]]:
        """What was booked of income in the month, each with its place."""
        allocation = next((a for a in self.allocations if a.month == month), None)
        pool = allocation.pack.pool if allocation else ()
        found = [
            m for m in self.ledger.counted if m.counts == month and m.role in pool and m.currency == "EUR"
        ]
        return [(self.ledger.text.where(m.line), m) for m in sorted(found, key=lambda m: (m.day, m.line))]

    def _tell(self, benefits: Mapping[Month, BenefitMonth]) -> None:
        """What is not in the figures, and what they rest on."""
        ahead = list(months(self.now, self.last))
        told = self.rules.told(self.now)
        here = [month for month in ahead if self.member.active(month)]
        with_norm = [month for month in here if self.rules.norm(month) is not None]
        lacking = [key for key in _NEEDED if key not in told]
        if with_norm and lacking:
            self.uncounted.append(Uncounted("benefit-days", {"keys": lacking}))
        elif with_norm and told.get("holiday_part") and not {"holiday_month", "holiday_last"} <= told.keys():
            self.uncounted.append(Uncounted("holiday-days"))
        if here and not with_norm and self.rules.pack(here[0]):
            self.uncounted.append(Uncounted("no-norm", {"pack": self.rules.pack(here[0])}))
        if without := [m for m in here if not rules_hold(self.books, [self.member], m)]:
            self.uncounted.append(Uncounted("no-rules", {"month": without[0]}))
        gone = [month for month in self.member.departures() if month < self.last]
        if gone and len(here) < len(ahead):
            self.uncounted.append(Uncounted("left", {"month": max(gone)}))
        used = [b for b in benefits.values() if self.now <= b.month]
        if before := [b for b in used if b.earned < self.member.first]:
            self.uncounted.append(Uncounted("before-member", {"month": before[-1].month}))
        if same := self.rules.old_norm(used):
            self.uncounted.append(same)
        if here:
            self.uncounted.append(Uncounted("unearned"))
        if periods := unsettled(self.allocations):
            stretch = {"first": periods[0].first, "last": periods[-1].last}
            self.uncounted.append(Uncounted("provisional", stretch))
        owed_by_customers = total(
            moved.amount
            for moved in self.ledger.movements
            if moved.role == RECEIVABLE and moved.currency == "EUR" and moved.day <= self.first
        )
        if owed_by_customers > 0 and not self.ledger.on_account:
            self.uncounted.append(Uncounted("invoices", {"amount": owed_by_customers}))
        if any(self.ledger.roles.get(moved.account) == "vat" for moved in self.ledger.movements):
            self.uncounted.append(Uncounted("vat"))
        if any(each.amount and each.month not in self.seals for each in self._earned()):
            self.uncounted.append(Uncounted("unclosed"))
        if not self._fixed() and here:
            self.uncounted.append(Uncounted("no-fixed"))


def _reduction(allocation: Allocation) -> Decimal:
    return total(r.paid for r in allocation.steps if r.step.reduction)
