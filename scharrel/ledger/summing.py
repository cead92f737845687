"""Summing a ledger: what each booking comes to by month, role and account, and what is wrong with it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core.number import MISSING

from scharrel.core.chart import Account, Chart
from scharrel.core.facts import Amounts, Movement
from scharrel.core.money import MAX_AMOUNT, ZERO, as_written, total
from scharrel.core.month import Month
from scharrel.core.problems import Problem
from scharrel.core.receipt_files import receipt_name
from scharrel.ledger.chart import Wrong, unknown
from scharrel.ledger.invoices import about_invoices, invoice_booking
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.parsing import place
from scharrel.ledger.postings import CENTS, MAX_DECIMALS, CompletePosting, too_fine
from scharrel.ledger.purchases import bought, purchases, thing
from scharrel.ledger.quotes import billed
from scharrel.ledger.scan import Plain, number_of, text_of
from scharrel.store.text import Text
from scharrel.treasury.invoices import numbers_paid

_OWED = ("Liabilities:", "Equity:")

_NEGATED = ("Income:", *_OWED)

_COUNTED = ("Income:", "Expenses:")

OF_BANK = frozenset({"bank", "counter", "for", "why"})
"""What a bank's line says of itself, which changes nothing in how it is summed, but for a `why:` that names
invoices."""

_SHORT = 12
"""Signs of a number with cents that is certainly below MAX_AMOUNT."""


class _Use(NamedTuple):
    """How euros are booked on an account: from which day to which, under which key they are summed, in which
    role, whether what is booked is negated, and whether it is owed."""

    first: date
    last: date
    account: str
    in_euros: tuple[str, str]
    role: str
    negated: bool
    owed: bool


class _Into(NamedTuple):
    """Where the bookings of a month are summed: their lines, what is on accounts and in roles, the first line
    of each role, and what is owed."""

    booked: list[int]
    sums: dict[tuple[str, str], Decimal]
    roles: dict[str, Decimal]
    role_lines: dict[str, int]
    owed: dict[str, Decimal]


class LedgerSums:
    """What has been summed of one ledger so far."""

    def __init__(self, chart: Chart, text: Text, problems: list[Problem], holder: str):
        self.chart = chart
        self.holder = holder
        self.text = text
        self.accounts: dict[str, Account] = dict(chart.accounts)
        self.roles = {name: chart.role(name) for name in chart.accounts}
        self.closed = {name: known.closed for name, known in chart.accounts.items() if known.closed}
        self.wrong = 0
        self.roleless: set[str] = set()
        self.by_role: dict[Month, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self.owed: dict[Month, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self.done: dict[Month, dict[tuple[str, str], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self.uses: dict[str, _Use] = {}
        self.into: dict[tuple[int, int], _Into] = {}
        self.ledger = Ledger(Amounts({}, {}), problems=problems, text=text, roles=self.roles)

    def say(self, line: int, code: str, /, warning: bool = False, **values: str) -> None:
        """Note what is wrong on a line."""
        self.wrong += not warning
        self.ledger.problems.append(self.text.problem(line, code, warning, **values))

    def say_all(self, found: Iterable[Wrong]) -> None:
        """Note everything that is wrong."""
        for line, code, values in found:
            self.say(line, code, False, **values)

    def summed(self, booking: Plain) -> bool:
        """Sum a booking of nothing but euros with cents on accounts that may be used, without metadata that
        means anything; whether it is one. It comes out as by `sum`."""
        if (
            "^" in booking.marks
            or booking.leg_keys
            or len(booking.legs) < 2
            or any(key not in OF_BANK or (key == "why" and numbers_paid(said)) for key, said in booking.keys)
        ):
            return False
        day, text, missing = booking.day, booking.text, -1
        uses: list[_Use] = []
        numbers: list[Decimal] = []
        for account, number, unit in booking.legs:
            use = self.uses.get(account) or self._use(account)
            if use is None or not use.first <= day <= use.last:
                return False
            uses.append(use)
            if unit == "EUR" and number[-3:-2] == "." and len(number) <= _SHORT:
                numbers.append(number_of(number))
            elif number or missing >= 0:
                return False
            else:
                missing = len(numbers)
                numbers.append(ZERO)
        left = total(numbers)
        if missing >= 0:
            numbers[missing] = -left
            if abs(left) >= MAX_AMOUNT:
                return False
        elif left:
            return False
        booked, sums, by_role, role_lines, owed = self.into.get((day.year, day.month)) or self._into(
            Month.of(day)
        )
        ledger, line = self.ledger, booking.line
        booked.append(line)
        ledger.days.append((day, line))
        for use, euros, row in zip(uses, numbers, booking.rows, strict=True):
            sums[use.in_euros] = sums.get(use.in_euros, ZERO) + euros
            account, role, amount = use.account, use.role, -euros if use.negated else euros
            if role:
                by_role[role] += amount
                role_lines.setdefault(role, row)
            if use.owed:
                owed[account] += amount
            ledger.movements.append(
                Movement(line, day, text, account, amount, "EUR", None, "", "", "", "", role)
            )
        return True

    def _into(self, month: Month) -> "_Into":
        """Where the bookings of the month are summed."""
        ledger = self.ledger
        return self.into.setdefault(
            month,
            _Into(
                ledger.booked.setdefault(month, []),
                ledger.sums.setdefault(month, {}),
                self.by_role[month],
                ledger.role_lines.setdefault(month, {}),
                self.owed[month],
            ),
        )

    def _use(self, account: str) -> "_Use | None":
        """What it takes to book euros on the account; nothing if that cannot be right."""
        known, role = self.accounts.get(account), self.roles.get(account)
        if (
            not known
            or (known.currencies and "EUR" not in known.currencies)
            or (role is None and account.startswith(_COUNTED))
        ):
            return None
        last = self.closed.get(account) or date.max
        negated, owed = account.startswith(_NEGATED), account.startswith(_OWED)
        use = _Use(known.opened, last, account, (account, "EUR"), role or "", negated, owed)
        return self.uses.setdefault(account, use)

    def sum(self, transaction: Any, postings: list[CompletePosting]) -> None:
        """Sum a booking of which every amount is filled in."""
        line, day = place(transaction), transaction.date
        earned = transaction.meta.get("earned")
        if earned is not None and not isinstance(earned, date):
            self.say(self.text.key_line(line, "earned"), "earned-not-a-date")
            earned = None
        dated = Month.of(day)
        counts = Month.of(earned) if earned else dated
        ledger = self.ledger
        ledger.booked.setdefault(counts, []).append(line)
        ledger.days.append((day, line))
        if earned:
            ledger.earned.append((earned, line))
        if isinstance(delivered := transaction.meta.get("delivered"), date):
            ledger.delivered[line] = delivered
        reason = str(transaction.meta.get("reason") or "")
        said = thing(transaction.meta, line, self.say)
        wears = False
        project = str(transaction.meta.get("project") or "")
        purpose = str(transaction.meta.get("purpose") or "").strip()
        partner = str(transaction.meta.get("with") or "")
        grant = str(transaction.meta.get("grant") or "")
        text = text_of(transaction.payee, transaction.narration)
        sums = {} if line in ledger.priced else ledger.sums.setdefault(dated, {})
        if transaction.links or "quote" in transaction.meta:
            ledger.billed.append(billed(transaction, postings, self.roles))
        if "receipt" in transaction.meta:
            name = transaction.meta["receipt"]
            if receipt_name(name):
                ledger.receipts[line] = name
            else:
                self.say(self.text.key_line(line, "receipt"), "receipt-name", name=str(name))
        if about_invoices(transaction):
            found = invoice_booking(transaction, postings, self.text, self.chart, self.holder, self.say)
            ledger.invoices += [found] if found else []
        told: set[str] = set()
        for account, number, currency, place_of in postings:
            if account not in self.accounts:
                self.say_all(unknown(account, place_of, self.accounts))
                continue
            for at, code, values in self.unsound(day, line, account, number, currency, place_of):
                # What was filled in is as wrong as what it was worked out from.
                written = any(place(p) == place_of and p.units is not MISSING for p in transaction.postings)
                if code not in told or (at != line and written):
                    self.say(at, code, **values)
                told.add(code)
            sums[account, currency] = sums.get((account, currency), ZERO) + number
            role = self.roles[account]
            amount = -number if account.startswith(_NEGATED) else number
            apart = bool(grant) and currency == "EUR"  # no part of what is divided
            if role and project:
                self.done[counts][project, role] += amount
                if currency == "EUR":
                    self.say(place_of, "project-money", project=project)
            elif role and not apart:
                self.by_role[counts][role] += amount
                ledger.role_lines.setdefault(counts, {}).setdefault(role, place_of)
            if currency == "EUR" and account.startswith(_OWED):
                self.owed[dated][account] += amount
            movement = Movement(
                line, day, text, account, amount, currency, earned, reason, project, partner, purpose,
                "" if apart else role or "", grant=grant,
            )  # fmt: skip
            if said:
                movement = bought(movement, said, self.chart)
            ledger.movements.append(movement)
            if movement.lifetime:
                wears = True
                ledger.role_lines.setdefault(counts, {}).setdefault(movement.role, place_of)
        if said and said.lifetime and grant:
            self.say(line, "grant-lifetime")
        elif said and said.lifetime and not wears:
            self.say(line, "lifetime-account")

    def _kept_on(self, unit: str) -> str:
        """The accounts with a role on which hours, kilometres and the like are booked."""
        fits = (name for name, account in self.accounts.items() if unit in account.currencies)
        return (
            "" if unit == "EUR" else ", ".join(n for n in fits if n.startswith("Assets:") and self.roles[n])
        )

    def unsound(
        self, day: date, booked_at: int, account: str, number: Decimal, currency: str, line: int
    ) -> Iterator[tuple[int, str, dict[str, Any]]]:
        """What is wrong with a posting: the line, the code and what the message needs."""
        known = self.accounts[account]
        closed = self.closed.get(account)
        if day < known.opened:
            yield booked_at, "account-not-open", {"account": account, "opened": str(known.opened)}
        if closed and day > closed:
            yield booked_at, "account-closed", {"account": account, "closed": str(closed)}
        if known.currencies and currency not in known.currencies:
            values = {"account": account, "currency": currency, "expected": ", ".join(known.currencies)}
            yield line, "wrong-currency", {**values, "near": self._kept_on(currency)}
        if self.roles[account] is None and account.startswith(_COUNTED) and account not in self.roleless:
            self.roleless.add(account)
            yield line, "no-role", {"account": account}
        if -int(number.as_tuple().exponent) > (CENTS if currency == "EUR" else MAX_DECIMALS):
            yield from ((line, *told) for told in too_fine(number, currency))
        if abs(number) >= MAX_AMOUNT:
            yield line, "too-large", {"number": as_written(number)}

    def summed_up(self) -> Ledger:
        """The ledger with all that was summed, by month in order, in whichever way a booking was summed."""
        ledger = self.ledger
        ledger.role_lines = {month: lines for month, lines in sorted(ledger.role_lines.items()) if lines}
        ledger.amounts = Amounts(
            {month: dict(sums) for month, sums in sorted(self.by_role.items()) if sums},
            {month: dict(sums) for month, sums in sorted(self.owed.items()) if sums},
            {month: dict(sums) for month, sums in self.done.items()},
            purchases(ledger.movements, self.chart, self.say),
        )
        return ledger
