"""Reading a ledger: balanced to the cent, checked, and summed by month and role."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from beancount.core import data
from beancount.core.amount import Amount
from beancount.core.number import MISSING

from scharrel.core.chart import Account, Chart
from scharrel.core.facts import Amounts, Movement
from scharrel.core.money import MAX_AMOUNT, ZERO, as_written, total
from scharrel.core.month import Month
from scharrel.core.names import nearest, plain_letter
from scharrel.core.problems import Problem
from scharrel.core.receipt_files import receipt_name
from scharrel.ledger.balances import failing
from scharrel.ledger.chart import Wrong, named, repeated, unknown
from scharrel.ledger.invoices import INVOICE_KEYS, about_invoices, invoice_booking
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.lots import Completed, completed
from scharrel.ledger.parsing import (
    MAX_PROBLEMS,
    booking_of,
    empty_keys,
    form_of,
    metadata,
    parse,
    place,
    without,
)
from scharrel.ledger.postings import CENTS, MAX_DECIMALS, CompletePosting, filled, rounded, too_fine
from scharrel.ledger.purchases import bought, purchases, thing
from scharrel.ledger.quotes import billed, quote_of
from scharrel.ledger.register import REGISTERED
from scharrel.ledger.scan import Plain, Scanned, as_transaction, number_of, scan, text_of
from scharrel.ledger.source import chart_from, refused
from scharrel.store.elsewhere import ledger_text
from scharrel.store.paths import Coop
from scharrel.store.text import Text

_OWED = ("Liabilities:", "Equity:")

_NEGATED = ("Income:", *_OWED)

_COUNTED = ("Income:", "Expenses:")

_KEYS = (
    frozenset({"earned", "reason", "project", "with", "purpose", "quote", "grant", "receipt"}) | INVOICE_KEYS
)

_ALIASES = {
    "verdiend": "earned", "reden": "reason", "doel": "purpose", "met": "with", "offerte": "quote",
    "subsidie": "grant", "factuur": "invoice", "klant": "invoice", "geleverd": "delivered",
}  # fmt: skip

_OF_BANK = frozenset({"bank", "counter", "for", "why"})
"""What a bank's line says of itself, which changes nothing in how it is summed."""

_OF_THINGS = frozenset({"lifetime", "asset", "disposes"})

_KNOWN = _KEYS | _OF_THINGS

_PARSERS_KEYS = 2

_SHORT = 12
"""Signs of a number with cents that is certainly below MAX_AMOUNT."""

_COMMANDS = frozenset({"include"})

_READ = frozenset({"bom", "encoding", "repeated-key", "comma-number", "behind-star"})
"""What is wrong with a line that was read all the same."""

_READ_ON = frozenset({"bom", "encoding"})
"""What is wrong with a file of which the rest is looked at all the same."""

_ALLOWED = (
    data.Transaction, data.Open, data.Close, data.Commodity, data.Note, data.Event,
    data.Price, data.Custom, data.Balance, data.Query,
)  # fmt: skip


def read_ledger(coop: Coop, holder: str, chart: Chart) -> Ledger:
    """The holder's ledger with the bank lines that are for them; its amounts count only if `problems` holds
    no error, and the lines in it are those of its text."""
    return ledger_in(ledger_text(coop, holder), holder, chart)


def ledger_in(text: Text, holder: str, chart: Chart) -> Ledger:
    """The ledger of this text."""
    return scanned_ledger(text, chart, holder) or parsed_ledger(text, chart, holder)


def scanned_ledger(text: Text, chart: Chart, holder: str = "") -> Ledger | None:
    """The ledger of this text without the parser, if all of it is plain and right."""
    scanned = None if text.problems else scan(text.data.decode(), chart_from(text.shown))
    if scanned is None:
        return None
    reader = _Reader(chart, text, [], holder)
    ledger = reader.read_scanned(scanned)
    return None if reader.wrong else ledger


def parsed_ledger(text: Text, chart: Chart, holder: str = "") -> Ledger:
    """The ledger of this text as beancount's parser has it, with everything that is wrong."""
    problems = list(text.problems)
    if problems and problems[0].code not in _READ_ON:
        return Ledger(Amounts({}, {}), problems=problems, text=text)
    problems += refused(text, _COMMANDS)
    rest = without(text, problems)
    if any(p.code != "comma-number" for p in refused(rest, _COMMANDS)):
        return Ledger(Amounts({}, {}), problems=problems, text=text)
    return _Reader(chart, text, problems, holder).read(rest)


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


class _Reader:
    """One ledger while it is being read."""

    def __init__(self, chart: Chart, text: Text, problems: list[Problem], holder: str):
        self.chart = chart
        self.holder = holder
        self.text = text
        self.accounts: dict[str, Account] = dict(chart.accounts)
        self.roles = {name: chart.role(name) for name in chart.accounts}
        self.directives: list[Any] = []
        self.closed = {name: known.closed for name, known in chart.accounts.items() if known.closed}
        self.wrong = 0
        self.readable = True
        self.torn: set[int] = set()
        self.roleless: set[str] = set()
        self.by_role: dict[Month, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self.owed: dict[Month, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self.done: dict[Month, dict[tuple[str, str], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self.uses: dict[str, _Use] = {}
        self.into: dict[tuple[int, int], _Into] = {}
        self.ledger = Ledger(Amounts({}, {}), problems=problems, text=text, roles=self.roles)

    @property
    def full(self) -> bool:
        """Whether enough is wrong to stop looking."""
        return self.wrong > MAX_PROBLEMS

    def say(self, line: int, code: str, /, warning: bool = False, **values: str) -> None:
        self.wrong += not warning
        self.ledger.problems.append(self.text.problem(line, code, warning, **values))

    def _say_all(self, found: Iterable[Wrong]) -> None:
        for line, code, values in found:
            self.say(line, code, False, **values)

    def read_scanned(self, scanned: Scanned) -> Ledger:
        """The ledger of plain lines; if anything is wrong in it, the parser is to read it again."""
        if not scanned.rest:
            return self._read([], scanned.bookings)
        rest = self.text._replace(data=scanned.rest.encode())
        if any(refused(rest, _COMMANDS)):
            self.wrong += 1
            return self.ledger
        directives, _, problems = parse(rest)
        self.wrong += len(problems)
        return self._read(directives, scanned.bookings)

    def read(self, rest: Text) -> Ledger:
        """The ledger, of which `rest` is what may be parsed."""
        self.directives, options, problems = parse(rest)
        self.ledger.problems += [self._with_near(problem) for problem in problems]
        self.readable = all(problem.warning for problem in problems)
        self.torn = self._torn([*self.ledger.problems])
        if not options["include"] and all(p.code != "forbidden-include" for p in self.ledger.problems):
            self.say(1, "no-include", chart=chart_from(self.text.shown))
        return self._read(self.directives, ())

    def _read(self, directives: list[Any], bookings: Iterable[Plain]) -> Ledger:
        for directive in directives:
            if not self.full:
                self._look_at(directive)
        for name in self.closed.keys() & self.ledger.own.keys():
            self.ledger.own[name] = self.ledger.own[name]._replace(closed=self.closed[name])
        self._say_all(named(directives, self.accounts))
        self._say_all(repeated(directives, self.chart.commodities))
        for directive in directives:
            if self.full:
                self.say(place(directive), "stopped-looking")
                break
            if isinstance(directive, data.Transaction) and (postings := self._complete(directive)):
                self._sum(directive, postings)
        for booking in bookings:
            if self._summed(booking):
                continue
            if sum(not number for _, number, _ in booking.legs) > 1:
                self.wrong += 1  # beancount may know what they are
            else:
                transaction = as_transaction(booking, self.text.shown)
                self._look_at(transaction)
                if postings := self._complete(transaction):
                    self._sum(transaction, postings)
        if self.ledger.balances and not any(not p.warning for p in self.ledger.problems):
            self._say_all(failing(directives, self.ledger.movements))
        ledger = self.ledger
        ledger.role_lines = {month: lines for month, lines in ledger.role_lines.items() if lines}
        ledger.amounts = Amounts(
            {month: dict(sums) for month, sums in self.by_role.items() if sums},
            {month: dict(sums) for month, sums in self.owed.items() if sums},
            {month: dict(sums) for month, sums in self.done.items()},
            purchases(ledger.movements, self.chart, self.say),
        )
        return ledger

    def _torn(self, problems: list[Problem]) -> set[int]:
        """The bookings of which a part cannot be read."""
        lines = self.text.data.decode("utf-8", "replace").split("\n") if problems else []
        split = {int(p.values["booking"]) for p in problems if p.code == "split-booking"}
        return split | {booking_of(lines, min(p.line, len(lines))) for p in problems if p.code not in _READ}

    def _look_at_rest(self, transaction: Any) -> None:
        """What is wrong with the other lines of a booking of which one cannot be read."""
        for posting in transaction.postings:
            account, units, line = posting.account, posting.units, place(posting)
            if account not in self.accounts:
                self._say_all(unknown(account, line, self.accounts))
            elif isinstance(units, Amount) and MISSING not in units:
                found = self._unsound(transaction.date, line, account, units.number, units.currency, line)
                for at, code, values in found:
                    self.say(at, code, **values)

    def _with_near(self, problem: Problem) -> Problem:
        """With the account that was meant, which the parser does not know."""
        if problem.code != "account-name":
            return problem
        return problem._replace(
            values={**problem.values, "near": nearest(problem.values["account"], self.accounts)}
        )

    def _look_at(self, directive: Any) -> None:
        line = place(directive)
        if len(directive.meta) > _PARSERS_KEYS:
            self._look_for_empty_keys(directive, line, directive.date)
        if not isinstance(directive, _ALLOWED):
            self.say(line, "forbidden-directive", directive=type(directive).__name__.lower())
        elif isinstance(directive, data.Transaction):
            self._look_at_keys(directive)
        elif isinstance(directive, data.Open):
            if "role" in metadata(directive):
                self.say(self.text.key_line(line, "role"), "role-in-ledger", account=directive.account)
            if directive.account in self.accounts:
                self.say(line, "opened-twice", account=directive.account)
                return
            if any(not plain_letter(letter) for letter in directive.account):
                self.say(line, "strange-letters", account=directive.account)
            currencies = tuple(directive.currencies or ())
            booked_by = directive.booking.value if directive.booking else ""
            opened = Account(directive.date, currencies, booking=booked_by)
            self.accounts[directive.account] = self.ledger.own[directive.account] = opened
            self.roles[directive.account] = self.chart.role(directive.account)
        elif isinstance(directive, data.Close):
            if directive.account in self.chart.accounts:
                self.say(line, "closes-chart", account=directive.account)
                return
            self.closed.setdefault(directive.account, directive.date)
        elif isinstance(directive, data.Balance):
            self.ledger.balances.append((directive.account, line))
            if abs(directive.amount.number) >= MAX_AMOUNT:
                self.say(line, "too-large", number=as_written(directive.amount.number))
        elif isinstance(directive, data.Price):
            self.ledger.prices.append(line)
        elif isinstance(directive, data.Custom) and directive.type in REGISTERED:
            self.say(line, "member-in-ledger")
        elif isinstance(directive, data.Custom) and directive.type == "quote":
            if quote := quote_of(directive):
                self.ledger.quotes.append(quote)
                if quote.amount >= MAX_AMOUNT:
                    self.say(line, "too-large", number=as_written(quote.amount))
            else:
                self.say(line, "quote")
        elif isinstance(directive, data.Custom) and nearest(directive.type, ("quote", "offerte")):
            values = {"kind": directive.type, "near": "quote", "kinds": "quote"}
            self.say(line, "unknown-custom", warning=True, **values)

    def _look_at_keys(self, transaction: Any) -> None:
        """Words of the program that stand where they do nothing, or that look like them."""
        line = place(transaction)
        if len(transaction.meta) > _PARSERS_KEYS:
            for key in metadata(transaction).keys() - _KEYS - _OF_BANK:
                if near := _ALIASES.get(key) or nearest(key, _KEYS):
                    self.say(self.text.key_line(line, key), "near-key", warning=True, key=key, near=near)
        for posting in transaction.postings:
            if len(posting.meta) > _PARSERS_KEYS:
                for key in sorted(metadata(posting).keys() & _KNOWN):
                    self.say(self.text.key_line(place(posting), key), "key-below-posting", key=key)

    def _look_for_empty_keys(self, directive: Any, line: int, day: date) -> None:
        for key in empty_keys(directive):
            if key in _KNOWN:
                self.say(self.text.key_line(line, key), "empty-key", key=key, form=form_of(key, day))
                del directive.meta[key]

    def _complete(self, transaction: Any) -> list[CompletePosting]:
        """The postings with every amount filled in, adding up to nothing; none if they cannot."""
        line = place(transaction)
        bare = [
            p for p in transaction.postings if isinstance(p.units, Amount) and p.units.currency is MISSING
        ]
        if not transaction.postings:
            if self.readable:
                self.say(line, "no-postings", warning=True)
        elif line in self.torn:
            self._look_at_rest(transaction)
        elif len(transaction.postings) == 1 and transaction.postings[0].cost is None:
            self.say(line, "one-posting")
        elif bare and bare[0].units.number is not MISSING:
            number = bare[0].units.number
            amount = f"{number:.2f}" if -int(number.as_tuple().exponent) < CENTS else str(number)
            self.say(place(bare[0]), "no-currency", example=f"{amount} EUR")
        elif (found := filled(transaction)) is None:
            postings, wrong = self.completed[line]
            self._say_all(wrong)
            self.ledger.priced[line] = {place(p): p.account for p in transaction.postings}
            return [] if wrong else postings
        elif left := found[1]:
            amounts = ", ".join(f"{number} {currency}" for currency, number in left.items())
            self.say(line, "unbalanced", amount=amounts)
        else:
            if found[2]:
                self._say_all(rounded(transaction, found[0]))
            return found[0]
        return []

    @cached_property
    def completed(self) -> dict[int, Completed]:
        """What beancount makes of the bookings with a cost or a price."""
        transactions = (d for d in self.directives if isinstance(d, data.Transaction))
        return completed(transactions, {name: known.booking for name, known in self.accounts.items()})

    def _summed(self, booking: Plain) -> bool:
        """Sum a booking of nothing but euros with cents on accounts that may be used, without metadata that
        means anything; whether it is one. It comes out as by `_sum`."""
        if (
            "^" in booking.marks
            or len(booking.legs) < 2
            or any(key not in _OF_BANK for key, _ in booking.keys)
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

    def _sum(self, transaction: Any, postings: list[CompletePosting]) -> None:
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
                self._say_all(unknown(account, place_of, self.accounts))
                continue
            for at, code, values in self._unsound(day, line, account, number, currency, place_of):
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

    def _unsound(
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
