"""When the municipality pays a member's benefit and how much it is at most, by the register and the rules."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.checks.members import rules_hold
from scharrel.core.facts import Amounts, Dated, Holder
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month, months
from scharrel.core.pack import Pack, Param, Source
from scharrel.ledger.books import Books
from scharrel.treasury.late_payment import yearly_rate
from scharrel.treasury.outlook import BenefitMonth, Buffer, PaymentTimes, Uncounted, nth_day

_YEAR = 12
_HALF_YEAR = 6
BUFFER = "buffer"
"""The role of what the municipality pays to who has too little because of what was earned."""


class BenefitRules(NamedTuple):
    """What the register and the rules say of a member's benefit."""

    books: Books
    member: Holder

    def told(self, month: Month) -> Mapping[str, object]:
        """What the register says in the month of when a benefit is paid."""
        entry = self.books.entries.benefit
        return entry.facts(month) if entry else {}

    def said_at(self, key: str, month: Month) -> str:
        """Where the register says this, or nothing."""
        return said_at(self.books, self.books.entries.benefit, key, month)

    def pack(self, month: Month) -> Pack | None:
        """The rules of the month, if they hold then."""
        if not self.member.active(month) or not rules_hold(self.books, [self.member], month):
            return None
        return self.books.packs.get(str(self.member.facts(month).get("rules")))

    def norm(self, month: Month) -> Decimal | None:
        """The whole benefit of the month, if the rules say which part of it is offset."""
        pack = self.pack(month)
        return pack.benefit(month, self.member.facts(month)) if pack else None

    def paid_day(self, month: Month) -> date | None:
        """On which day the benefit of the month is paid, if the register says so."""
        told = self.told(month)
        number, after = told.get("paid_on"), told.get("paid_after")
        if not isinstance(number, Decimal) or not isinstance(after, Decimal):
            return None
        return nth_day(month.plus(int(after)), int(number))

    def rule(self, month: Month) -> tuple[tuple[str, ...], Source | None]:
        """Where the rules and the register say what the benefit of the month is and when it is paid, and what
        its norm rests on."""
        pack = self.pack(month)
        step = next(s for s in pack.steps if s.reduction and s.cap_month) if pack else None
        said = self.said_at("paid_on", month)
        if pack and step and isinstance(step.cap_month, Param):
            path = self.books.coop.rules / f"{pack.id}.toml"
            lines = path.read_text("utf-8").split("\n") if path.exists() else []
            line = next((n for n, said in enumerate(lines, 1) if f"[param.{step.cap_month.id}]" in said), 1)
            return (f"{self.books.coop.shown(path)}:{line}", said), pack.sources[
                step.cap_month.source_in(month)
            ]
        return (said,), pack.sources[step.source] if pack and step else None

    def holiday(self, month: Month, benefits: Mapping[Month, BenefitMonth]) -> Sequence[BenefitMonth] | None:
        """The months of which the holiday allowance comes with the benefit of this month: None if not,
        and none where one of them is not known."""
        told = self.told(month)
        when, until = told.get("holiday_month"), told.get("holiday_last")
        if when != month.number or not isinstance(until, Decimal):
            return None
        end = month.plus(-((month.number - int(until)) % _YEAR))
        over = [benefits.get(each) for each in months(end.plus(1 - _YEAR), end)]
        found = [each for each in over if each is not None]
        if len(found) < _YEAR:
            return []
        return found

    def buffer(self, month: Month, amounts: Amounts) -> Buffer | None:
        """What is left of the buffer of the year by the rules of the month; None if they know none."""
        pack = self.pack(month)
        limit = next((each for each in pack.year_limits if each.role == BUFFER), None) if pack else None
        if pack is None or limit is None:
            return None
        booked = total(
            amount
            for when, roles in amounts.roles.items()
            if when.year == month.year
            for role, amount in roles.items()
            if role == BUFFER
        )
        most = _value(limit.year, month, self.member)
        return Buffer(max(most - booked, ZERO), pack.sources[limit.source])

    def old_norm(self, used: Sequence[BenefitMonth]) -> Uncounted | None:
        """That a benefit is reckoned with a norm of an earlier half year."""
        for benefit in used:
            pack = self.pack(benefit.month)
            steps = [s for s in pack.steps if s.reduction and isinstance(s.cap_month, Param)] if pack else []
            for step in steps:
                assert isinstance(step.cap_month, Param)
                since = step.cap_month.figure(benefit.month, self.member.facts(benefit.month)).since
                if since and _half_year(since) < _half_year(benefit.month):
                    return Uncounted("old-norm", {"month": benefit.month, "since": since})
        return None


def payment_times(books: Books, month: Month) -> PaymentTimes | None:
    """When a benefit and what the cooperative pays come, by what the register says in the month; None where
    it leaves something out."""
    of_town, of_coop = (
        entry.facts(month) if entry else {} for entry in (books.entries.benefit, books.entries.cooperative)
    )
    numbers = {key: of_town.get(key) for key in ("paid_on", "paid_after", "reduced_after")}
    known = {key: int(number) for key, number in numbers.items() if isinstance(number, Decimal)}
    part = yearly_rate(str(of_town.get("holiday_part")))
    if len(known) < len(numbers) or part is None or "pays_on" not in of_coop:
        return None
    return PaymentTimes(**known, holiday_part=part)


def said_at(books: Books, entry: Dated | None, key: str, month: Month) -> str:
    """Where the register says the key of an entry that holds in the month, or nothing."""
    directive = entry.said(key, month) if entry else None
    if directive is None:
        return ""
    return f"{books.register.shown}:{books.register.key_line(directive.line, key)}"


def _half_year(month: Month) -> tuple[int, bool]:
    return month.year, month.number > _HALF_YEAR


def _value(operand: Decimal | Param, month: Month, member: Holder) -> Decimal:
    if isinstance(operand, Param):
        return operand.figure(month, member.facts(month)).value
    return operand
