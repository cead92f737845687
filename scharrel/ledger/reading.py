"""Reading a ledger: balanced to the cent, checked, and summed by month and role."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount
from beancount.core.number import MISSING

from scharrel.core.chart import Account, Chart
from scharrel.core.facts import Amounts
from scharrel.core.money import MAX_AMOUNT, as_written
from scharrel.core.names import COOP_ID, key_meant, nearest, plain_letter
from scharrel.core.problems import Problem
from scharrel.ledger.balances import failing
from scharrel.ledger.chart import named, repeated, unknown
from scharrel.ledger.invoices import INVOICE_KEYS, LINE_KEYS, OTHER_LINE_WORDS
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
from scharrel.ledger.postings import CENTS, CompletePosting, filled, rounded
from scharrel.ledger.quotes import quote_of
from scharrel.ledger.register import REGISTERED
from scharrel.ledger.scan import Plain, Scanned, as_transaction, scan
from scharrel.ledger.source import chart_from, refused
from scharrel.ledger.summing import OF_BANK, LedgerSums
from scharrel.store.elsewhere import ledger_text
from scharrel.store.paths import Coop
from scharrel.store.text import Text

_KEYS = (
    frozenset({"earned", "reason", "project", "with", "purpose", "quote", "grant", "receipt"}) | INVOICE_KEYS
)

_OTHER_WORDS = {
    "verdiend": "earned", "reden": "reason", "doel": "purpose", "met": "with", "offerte": "quote",
    "subsidie": "grant", "factuur": "invoice", "klant": "invoice", "customer": "invoice",
    "geleverd": "delivered", "voor": "for", **OTHER_LINE_WORDS,
}  # fmt: skip

_OF_THINGS = frozenset({"lifetime", "asset", "disposes"})

_KNOWN = _KEYS | _OF_THINGS

_PARSERS_KEYS = 2

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


class _Reader(LedgerSums):
    """One ledger while it is being read."""

    def __init__(self, chart: Chart, text: Text, problems: list[Problem], holder: str):
        super().__init__(chart, text, problems, holder)
        self.directives: list[Any] = []
        self.readable = True
        self.torn: set[int] = set()

    @property
    def full(self) -> bool:
        """Whether enough is wrong to stop looking."""
        return self.wrong > MAX_PROBLEMS

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
        self.say_all(named(directives, self.accounts))
        self.say_all(repeated(directives, self.chart.commodities))
        for directive in directives:
            if self.full:
                self.say(place(directive), "stopped-looking")
                break
            if isinstance(directive, data.Transaction) and (postings := self._complete(directive)):
                self.sum(directive, postings)
        for booking in bookings:
            if self.summed(booking):
                continue
            if sum(not number for _, number, _ in booking.legs) > 1:
                self.wrong += 1  # beancount may know what they are
            else:
                transaction = as_transaction(booking, self.text.shown)
                self._look_at(transaction)
                if postings := self._complete(transaction):
                    self.sum(transaction, postings)
        if self.ledger.balances and not any(not p.warning for p in self.ledger.problems):
            self.say_all(failing(directives, self.ledger.movements))
        return self.summed_up()

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
                self.say_all(unknown(account, line, self.accounts))
            elif isinstance(units, Amount) and MISSING not in units:
                found = self.unsound(transaction.date, line, account, units.number, units.currency, line)
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
        invoice = "invoice" in transaction.meta
        if len(transaction.meta) > _PARSERS_KEYS:
            said = set(metadata(transaction))
            self._look_for_near_keys(line, said - OF_BANK, LINE_KEYS if invoice else ("vat",))
            for key in sorted(said & (LINE_KEYS - {"vat"})) if invoice else ():
                self.say(self.text.key_line(line, key), "key-above-posting", key=key)
        for posting in transaction.postings:
            if len(posting.meta) > _PARSERS_KEYS:
                at, said = place(posting), set(metadata(posting))
                for key in sorted(said & _KNOWN):
                    self.say(self.text.key_line(at, key), "key-below-posting", key=key)
                if invoice:  # which looks at its lines itself
                    said = {key for key in said if not key_meant(key, LINE_KEYS, OTHER_LINE_WORDS)}
                self._look_for_near_keys(at, said, LINE_KEYS)

    def _look_for_near_keys(self, line: int, said: Iterable[str], more: Iterable[str]) -> None:
        """Keys that mean nothing and look like one that does."""
        known = _KNOWN.union(more, {"for"} if self.holder == COOP_ID else ())
        for key in sorted({*said} - known):
            if near := key_meant(key, known, _OTHER_WORDS):
                self.say(self.text.key_line(line, key), "near-key", warning=True, key=key, near=near)

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
            self.say_all(wrong)
            self.ledger.priced[line] = {place(p): p.account for p in transaction.postings}
            return [] if wrong else postings
        elif left := found[1]:
            amounts = ", ".join(f"{number} {currency}" for currency, number in left.items())
            self.say(line, "unbalanced", amount=amounts)
        else:
            if found[2]:
                self.say_all(rounded(transaction, found[0]))
            return found[0]
        return []

    @cached_property
    def completed(self) -> dict[int, Completed]:
        """What beancount makes of the bookings with a cost or a price."""
        transactions = (d for d in self.directives if isinstance(d, data.Transaction))
        return completed(transactions, {name: known.booking for name, known in self.accounts.items()})
