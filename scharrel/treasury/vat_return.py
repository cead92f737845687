"""A VAT return: what the bookings of a period bring, as it is filed, and what changed of earlier returns."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal
from typing import NamedTuple

from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.period import Period
from scharrel.core.problems import Problem
from scharrel.treasury.vat import DUE_BOXES, INPUT_BOX, RARE_BOXES

BOXES = (*DUE_BOXES, INPUT_BOX)

MOST_IN_NEXT = Decimal(1000)
"""Euros up to which what changed of earlier returns goes into the next one; above it a supplementary return
is due."""

KOR_LIMIT = Decimal(20_000)
"""Euros of turnover in a calendar year up to which the small-business scheme holds (article 25 of the VAT
act)."""

_AHEAD = 2
"""Months."""


class VatEntry(NamedTuple):
    """What a booking brings into a box on a day: euros without VAT, and the VAT, which stands on the account.
    In 5b it is what comes back."""

    day: date
    file: str
    line: int
    holder: str
    text: str
    box: str
    account: str
    base: Decimal
    vat: Decimal


class VatRow(NamedTuple):
    """What a return took of a period: the sum of the entries of a box and account."""

    period: str
    box: str
    account: str
    base: Decimal
    vat: Decimal


class FiledBox(NamedTuple):
    """Whole euros."""

    base: Decimal
    vat: Decimal


class FiledReturn(NamedTuple):
    """A return as it was filed and booked on a day; `supplement` counts the supplementary ones of a period,
    of which `boxes` have the difference. `rows` are what it took, of other periods where something changed;
    `due` and `rounding` are the accounts on which the amount and its cents are booked."""

    period: Period
    supplement: int
    day: date
    due: str
    rounding: str
    boxes: Mapping[str, FiledBox]
    rows: tuple[VatRow, ...]
    file: str = ""

    @property
    def payable(self) -> Decimal:
        """Whole euros to pay, or with a minus to get back."""
        return amount_payable(self.boxes)

    def postings(self) -> list[tuple[str, Decimal]]:
        """What brings the VAT accounts to nothing: euros by account, a debit positive."""
        cleared: dict[str, Decimal] = {}
        for row in self.rows:
            cleared[row.account] = cleared.get(row.account, ZERO) + owed(row)
        amounts = [(account, amount) for account, amount in sorted(cleared.items()) if amount]
        cents = self.payable - total(cleared.values())
        return [*amounts, (self.due, -self.payable), (self.rounding, cents)]


class KorStanding(NamedTuple):
    """Turnover in euros of a calendar year up to and including a month, and the month in which it would pass
    the limit of the small-business scheme at this pace, where that is at most two months ahead or past."""

    turnover: Decimal
    through: Month
    passes: Month | None


class Behind(NamedTuple):
    """What stands behind a box: a booking, or what changed of an earlier `period`."""

    day: date
    file: str
    line: int
    holder: str
    text: str
    base: Decimal
    vat: Decimal
    period: str = ""


class VatBox(NamedTuple):
    """A box in exact euros, as it is or was filed, and what stands behind it."""

    base: Decimal
    vat: Decimal
    filed: FiledBox
    behind: list[Behind]


class VatReturn(NamedTuple):
    """The return of a period. `filed` are the returns that were booked for it; `changed` is by period what
    became different of those that were filed, `together` what that adds to what is to be paid, and `taken`
    whether it is part of this one. `unfiled` is what stands on VAT accounts from before the period, in no
    return; `kor` is there where nothing is due for the small-business scheme; `unknown` is how many bank
    lines of the period are not understood yet."""

    period: Period
    boxes: dict[str, VatBox]
    rows: list[VatRow]
    questions: list[Problem]
    filed: list[FiledReturn]
    overlapping: list[FiledReturn]
    changed: dict[Period, list[VatRow]]
    together: Decimal
    taken: bool
    unfiled: dict[str, Decimal]
    kor: KorStanding | None
    supplement: dict[str, FiledBox]
    unknown: int
    problems: list[Problem]

    @property
    def shown(self) -> list[str]:
        """The boxes to show, in the order of the form: a rare one only where it has anything."""
        return [
            box
            for box in BOXES
            if box not in RARE_BOXES or self.boxes[box].behind or any(self.boxes[box].filed)
        ]

    @property
    def exact(self) -> tuple[Decimal, Decimal]:
        """5a and 5b."""
        return total(self.boxes[box].vat for box in BOXES[:-1]), self.boxes[BOXES[-1]].vat

    @property
    def whole(self) -> tuple[Decimal, Decimal]:
        """5a and 5b as they are filed."""
        return total(self.boxes[box].filed.vat for box in BOXES[:-1]), self.boxes[BOXES[-1]].filed.vat


def owed(row: VatRow | VatEntry) -> Decimal:
    """What it adds to what is to be paid."""
    return -row.vat if row.box == INPUT_BOX else row.vat


def amount_payable(boxes: Mapping[str, FiledBox]) -> Decimal:
    """5g: 5a less 5b."""
    return total(-filed.vat if box == INPUT_BOX else filed.vat for box, filed in boxes.items())


def vat_rows(period: str, entries: Iterable[VatEntry]) -> list[VatRow]:
    """The sums of the entries by box and account."""
    sums: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for entry in entries:
        base, vat = sums.get((entry.box, entry.account), (ZERO, ZERO))
        sums[entry.box, entry.account] = base + entry.base, vat + entry.vat
    return [VatRow(period, *key, *amounts) for key, amounts in sorted(sums.items()) if any(amounts)]


def as_filed(rows: Iterable[VatRow]) -> dict[str, FiledBox]:
    """Each box in whole euros in one's own favour: what is due down, what comes back up, and bases cut."""
    rows = list(rows)
    found = {}
    for box in BOXES:
        base, vat = (total(getattr(row, name) for row in rows if row.box == box) for name in ("base", "vat"))
        mode = ROUND_CEILING if box == INPUT_BOX else ROUND_FLOOR
        found[box] = FiledBox(base.quantize(Decimal(1), ROUND_DOWN) + 0, vat.quantize(Decimal(1), mode) + 0)
    return found


def within(entries: Iterable[VatEntry], period: Period) -> list[VatEntry]:
    """Those of the period."""
    return [entry for entry in entries if period.covers(Month.of(entry.day))]


def changed_rows(period: Period, entries: Iterable[VatEntry], filed: Sequence[FiledReturn]) -> list[VatRow]:
    """What the period brings by now beside what returns took of it."""
    now = {
        (row.box, row.account): (row.base, row.vat) for row in vat_rows(str(period), within(entries, period))
    }
    for one in filed:
        for row in one.rows:
            if row.period == str(period):
                base, vat = now.get((row.box, row.account), (ZERO, ZERO))
                now[row.box, row.account] = base - row.base, vat - row.vat
    return [VatRow(str(period), *key, *amounts) for key, amounts in sorted(now.items()) if any(amounts)]


def supplementary(
    period: Period, entries: Iterable[VatEntry], filed: Sequence[FiledReturn]
) -> dict[str, FiledBox]:
    """By how much the boxes of a period that was filed become different, in whole euros."""
    taken = [row for one in filed if one.period == period for row in one.rows if row.period != str(period)]
    becomes = as_filed([*vat_rows(str(period), within(entries, period)), *taken])
    none = FiledBox(ZERO, ZERO)
    for one in filed:
        if one.period == period:
            becomes = {
                box: FiledBox(now.base - before.base, now.vat - before.vat)
                for box, now in becomes.items()
                for before in [one.boxes.get(box, none)]
            }
    return becomes


def kor_standing(turnover: Mapping[Month, Decimal], through: Month) -> KorStanding:
    """How the year stands against the limit; `turnover` is in euros by month."""
    so_far = total(
        amount for month, amount in turnover.items() if month.year == through.year and month <= through
    )
    if so_far > KOR_LIMIT:
        return KorStanding(so_far, through, through)
    pace = so_far / through.number
    ahead = (n for n in range(1, _AHEAD + 1) if through.plus(n).year == through.year)
    passes = next((through.plus(n) for n in ahead if so_far + n * pace > KOR_LIMIT), None)
    return KorStanding(so_far, through, passes)


def deadline(period: Period) -> date | None:
    """By which day a return of a quarter is filed and paid: the last of the month after it."""
    return period.last.plus(1).last_day if period.span == "quarter" else None
