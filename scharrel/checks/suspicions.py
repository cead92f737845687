"""Bookings that are sound and yet look like slips: a forgotten minus, VAT that cannot be, a closing entry.

Each is a warning, so each rule is one that honest books pass; docs/books.md says what they do not see.
"""

import re
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby, permutations
from operator import itemgetter
from typing import NamedTuple

from scharrel.core.chart import Chart
from scharrel.core.facts import Movement
from scharrel.core.money import CENT, ZERO, plain, total
from scharrel.core.month import Month
from scharrel.core.problems import Problem
from scharrel.ledger.ledger import Ledger
from scharrel.treasury.accounts import HIGH_RATE, LODGING_AT_HIGH_RATE, LOW_RATE, RATES_IN_FORCE, TAX_DUE
from scharrel.treasury.vat import PRIVATE

_MANY = 6
"""Lines of one booking of which every combination of rates is tried."""
_WITH_VAT = 3
_SELDOM = 5
_SWITCH = 3
_BACK = re.compile(
    r"\b(terug|retour|refund|return|restitut|credit\s?(nota|note|factuur|fact|memo)|storno|correcti|dubbel"
    r"|korting|discount|geannuleerd|annulering|cancel|afgezegd|afgelast|borg|waarborg|statiegeld|emballage"
    r"|aanbetaling|voorschot|deposit|vooruit|overlopend|voorraad|inventory|prepaid|jaarafrekening)",
    re.IGNORECASE,
)
_PRIVATE = re.compile(r"\b(priv[eé]|private|eigen gebruik|own use)", re.IGNORECASE)
_CLOSING = re.compile(
    r"\b(afsluit|afgesloten|sluit\w* .*\b(maand|kwartaal|jaar)|jaareinde|kwartaaleinde|maandeinde|closing"
    r"|close|year.?end|month.?end|resultaat|winst|result\b|profit)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"\b(opening[s-]?\s?-?(balan|saldo|stand)|begin-?\s?(balans|saldo|stand)|equity:(opening|begin))",
    re.IGNORECASE,
)
_NO_VAT = re.compile(
    r"btw.?vrij|vrijgesteld|exempt|verlegd|reverse|marge|margin|gebruikte goederen", re.IGNORECASE
)
_LODGING = re.compile(
    r"\b(logies|overnacht|gastenkamer|vakantie(huis|woning)|hotel|b ?& ?b\b|bed.?(and|&|en).?breakfast"
    r"|glamping|lodging|overnight stay|guest ?room|holiday home)",
    re.IGNORECASE,
)
_NO_LODGING = re.compile(r"\b(camping|kampeer|staanplaats|ontbijt)", re.IGNORECASE)
_LODGING_SIGNS = (
    b"ogies", b"vernacht", b"astenkamer", b"akantie", b"otel", b"&", b"reakfast", b"lamping", b"odging",
    b"vernight", b"uest", b"oliday",
)  # fmt: skip

_account = itemgetter(Movement._fields.index("account"))
_line = itemgetter(Movement._fields.index("line"))


class _Booked(NamedTuple):
    """A booking that touches income, costs or VAT: the amounts by line, of sales and costs as they are sold
    and spent, of VAT as it is due; `goods` are things that are written off over the years."""

    line: int
    movements: list[Movement]
    sold: list[Decimal]
    spent: list[Decimal]
    due: list[Decimal]
    goods: list[Decimal]

    @property
    def day(self) -> date:
        return self.movements[0].day

    @property
    def party(self) -> str:
        """From whom or to whom, as far as the booking says."""
        return " ".join(self.movements[0].text.partition(" · ")[0].split()).casefold()

    @property
    def words(self) -> str:
        """What it says, and the accounts that are neither income nor costs."""
        others = {m.account for m in self.movements if not m.account.startswith(_COUNTED)}
        return " ".join((self.movements[0].text, *sorted(others)))


_COUNTED = ("Income:", "Expenses:")


def suspicions(ledger: Ledger, chart: Chart) -> Iterator[Problem]:
    """The bookings of a ledger that look like slips, each told once."""
    if any(p.code == "too-large" for p in ledger.problems):
        return  # sums of it may be too
    kinds = {account: _kind(account, role, chart) for account, role in ledger.roles.items()}
    groups = [list(group) for _, group in groupby(ledger.movements, _line)]
    if filed := {account for account, role in ledger.roles.items() if role == TAX_DUE}:  # VAT goes there
        groups = [group for group in groups if filed.isdisjoint(map(_account, group))]
    by_hand = [group for group in groups if ledger.text.own(group[0].line)]  # a bank tells two lines apart
    found = {line: ("twice", {"first": str(first)}) for line, first in _twice(by_hand)}
    shapes: dict[tuple[str, ...], _Shape] = {}
    odd: list[list[Movement]] = []
    sales: dict[str, list[_Sale]] = defaultdict(list)
    opening = b"pening" in ledger.text.data or b"egin" in ledger.text.data
    for movements in groups:
        accounts = tuple(map(_account, movements))
        shape = shapes.get(accounts)
        if shape is None:
            shape = shapes[accounts] = _shape([kinds[a] for a in accounts], any(map(chart.vat, accounts)))
        counted, other, base, tax, _, sale = shape
        if counted and (other or opening or not _usual(shape, movements)):
            odd.append(movements)
        if sale:
            sales[accounts[base]].append((movements, tax >= 0))
    if odd:
        booked = [one for movements in groups if (one := _booked(movements, kinds))]
        by_line = {one.line: one for one in booked}
        whole = [by_line[m[0].line] for m in odd if m[0].line in by_line and not _lopsided(m)]
        found |= {one.line: told for one in whole if (told := _reversed(one, booked, ledger))}
        found |= {one.line: told for one in whole if one.line not in found and (told := _vat(one, chart))}
    for of_account in sales.values():
        without = _without_vat(of_account)
        lines = [m[0].line for m in without if not _explained(m, ledger)]
        found |= {line: ("no-vat", {}) for line in lines if line not in found}
    found = dict(_lodging(ledger, groups, kinds)) | found
    wrong = sorted(p.line for p in ledger.problems if not p.warning)
    for line, (code, values) in sorted(found.items()):
        at = bisect(wrong, line - 1)
        if at < len(wrong) and not ledger.text.parted(line, wrong[at]):
            continue  # what is wrong with it may be why
        yield ledger.text.problem(line, code, True, **values)


class _Shape(NamedTuple):
    """What bookings on the same accounts have in common: whether there are income, costs or VAT on goods,
    whether it is more than one such line with at most one of VAT at the legal rates (`other`), where those
    stand, and whether it sells."""

    counted: bool
    other: bool = False
    base: int = 0
    tax: int = -1
    factor: int = 1
    sale: bool = False


def _shape(kinds: Sequence[str], rated: bool) -> _Shape:
    bases = [nth for nth, kind in enumerate(kinds) if kind in ("income", "costs")]
    taxes = [nth for nth, kind in enumerate(kinds) if kind in ("due", "input")]
    if not bases:
        return _Shape("goods" in kinds and bool(taxes), True)
    sale = [kinds[nth] for nth in bases] == ["income"]
    base, tax = bases[0], taxes[0] if taxes else -1
    factor = -1 if taxes and kinds[tax] == "input" else 1
    other = rated or len(bases) > 1 or len(taxes) > 1 or not {"equity", "goods"}.isdisjoint(kinds)
    return _Shape(True, other, base, tax, factor, sale)


def _usual(shape: _Shape, movements: Sequence[Movement]) -> bool:
    """Whether this is one sale or one cost, and its VAT, if any, what it is by law."""
    amount = movements[shape.base].amount
    if amount < 0:
        return False
    if shape.tax < 0:
        return True
    due = shape.factor * movements[shape.tax].amount
    if shape.sale:
        high, low = RATES_IN_FORCE
        return -CENT < due - high * amount < CENT or -CENT < due - low * amount < CENT
    return -HIGH_RATE * amount - CENT < due <= 0


def _booked(movements: list[Movement], kinds: Mapping[str, str]) -> _Booked | None:
    """The booking, if it touches what counts."""
    amounts: dict[str, list[Decimal]] = {"income": [], "costs": [], "due": [], "goods": []}
    for movement in movements:
        kind = kinds[movement.account]
        if movement.currency == "EUR" and kind and kind != "equity":
            amount = -movement.amount if kind == "input" else movement.amount
            amounts["due" if kind == "input" else kind].append(amount)
    sold, spent, due, goods = amounts.values()
    counts = sold or spent or (goods and due)
    return _Booked(movements[0].line, movements, sold, spent, due, goods) if counts else None


def _twice(groups: Iterable[list[Movement]]) -> Iterator[tuple[int, int]]:
    """Bookings that stand there twice: the line of the second, and of the first."""
    alike: dict[tuple[date, str], list[list[Movement]]] = {}
    for movements in groups:
        first = movements[0]
        key = first.day, first.text
        if key not in alike:
            alike[key] = [movements]
            continue
        mine = _amounts(movements)
        if other := next((each for each in alike[key] if _amounts(each) == mine), None):
            yield first.line, other[0].line
        else:
            alike[key].append(movements)


def _amounts(movements: Iterable[Movement]) -> list[tuple[str, Decimal, str]]:
    return sorted((m.account, m.amount, m.currency) for m in movements)


def _kind(account: str, role: str | None, chart: Chart) -> str:
    if role == "vat":
        if chart.vat(account).startswith("reverse") or chart.vat(account) == PRIVATE:
            return ""
        return "input" if account.startswith(("Assets:", "Expenses:")) else "due"
    if account.startswith("Income:"):
        return "income"
    if account.startswith("Expenses:"):
        return "costs"
    if chart.worn_on(account):
        return "goods"
    return "equity" if account.startswith("Equity:") else ""


def _lopsided(movements: Iterable[Movement]) -> bool:
    """Whether a part of the booking could not be read, or has another currency."""
    negated = ("Income:", "Liabilities:", "Equity:")
    euros = [m for m in movements if m.currency == "EUR"]
    return bool(sum(-m.amount if m.account.startswith(negated) else m.amount for m in euros))


# -- which way the money went


def _reversed(one: _Booked, booked: Sequence[_Booked], ledger: Ledger) -> tuple[str, dict[str, str]] | None:
    """A booking that takes back income or costs for which nothing was sold or bought, or that moves them."""
    sold, spent = total(one.sold), total(one.spent)
    if _OPENING.search(one.words):
        return "opening-entry", {}
    if not any(amount < 0 for amount in (*one.sold, *one.spent)) or any(m.grant for m in one.movements):
        return None
    closing = "closing-entry", {"month": str(Month.of(one.day))}
    others = [m for m in one.movements if not m.account.startswith(_COUNTED)]
    money = [m for m in others if m.account.startswith("Assets:")]
    back = sold < 0 or (spent < 0 and sold <= 0)
    if _clears(one, booked) or (back and not money and _CLOSING.search(one.movements[0].text)):
        return closing
    if not back or _BACK.search(one.words) or (sold >= 0 and _PRIVATE.search(one.movements[0].text)):
        return None
    if any(invoice.credits for invoice in ledger.invoices if invoice.line == one.line):
        return None
    numbers = {b.line: b.numbers | {b.named} - {""} for b in ledger.billed}
    known = [
        b
        for b in booked
        if b.day <= one.day
        and (b.party == one.party or numbers.get(b.line, set()) & numbers.get(one.line, set()))
    ]
    if total(total(b.sold) for b in known) >= 0 and sold < 0:
        return None
    if total(total(b.spent) for b in known) >= 0 and sold >= 0:
        return None
    if others and all(m.account.startswith("Equity:") for m in others):
        return closing
    return ("lost-sign", {"amount": plain(-sold)}) if sold < 0 else ("costs-minus", {"amount": plain(-spent)})


def _clears(one: _Booked, booked: Sequence[_Booked]) -> bool:
    """Whether it brings what several bookings put on an account in its month, quarter or year to nothing."""
    for account in {m.account for m in one.movements if m.amount < 0 and m.account.startswith(_COUNTED)}:
        mine = total(m.amount for m in one.movements if m.account == account)
        earlier = [
            (b.day, m.amount)
            for b in booked
            if b.line != one.line and b.day <= one.day
            for m in b.movements
            if m.account == account and m.currency == "EUR"
        ]
        for months in (1, 3, 12):
            start = date(one.day.year, (one.day.month - 1) // months * months + 1, 1)
            within = [amount for day, amount in earlier if day >= start]
            if mine < 0 and len(within) > 1 and sum(within) == -mine:
                return True
    return False


# -- VAT


def _vat(one: _Booked, chart: Chart) -> tuple[str, dict[str, str]] | None:
    """VAT that is on the other side than what it is of, or that no rate gives."""
    due = total(one.due)
    bought = [*one.spent, *one.goods]
    bases = [*one.sold, *bought]
    if not due or len(one.due) + len(bases) == len(one.movements) or _NO_VAT.search(one.words):
        return None  # a correction of VAT itself, or of goods whose VAT is not on the price
    if sum(map(abs, bases)) <= _RETURN < abs(due):
        return None  # a VAT return, with what its rounding gave
    said = {chart.vat(m.account) for m in one.movements} - {""}
    rates = (
        tuple(Decimal(word[:-1]) / 100 for word in said if re.fullmatch(r"\d{1,2}%", word)) or RATES_IN_FORCE
    )
    if _fits(one.sold, bought, one.due, rates):
        return None
    net = total(one.sold or bought)
    values = {"vat": plain(abs(due)), "net": plain(abs(net))}
    if _fits(one.sold, bought, [-d for d in one.due], rates) or (due < 0) == bool(one.sold and net > 0):
        return "vat-sign", values
    right = (f"{100 * rate:f}".rstrip("0").rstrip(".") + "%: " + plain(abs(net) * rate) for rate in rates)
    return "vat-rate", values | {"right": ", ".join(right)}


_RETURN = 5


def _fits(
    sold: Sequence[Decimal], spent: Sequence[Decimal], due: Sequence[Decimal], rates: Sequence[Decimal]
) -> bool:
    """Whether lines that are sold at these rates, or at none, give the VAT that is due, less at most the
    highest rate on what is spent: on one receipt of costs there may be several rates."""
    owed = total(due)
    slack = max(2 * CENT, abs(owed) / 200) + CENT / 2 * len(due)
    least = -HIGH_RATE * total(c for c in spent if c > 0) - slack
    most = -HIGH_RATE * total(c for c in spent if c < 0) + slack
    sums = {ZERO}
    for amount in sold[:_MANY]:
        sums = {each + rate * amount for each in sums for rate in (ZERO, *rates)}
    if len(sold) > _MANY:
        rest = HIGH_RATE * total(sold[_MANY:])
        least, most = least + min(rest, ZERO), most + max(rest, ZERO)
    # A sale that has VAT has some: only lines beside it are without.
    if any(least <= owed - each <= most for each in sums if each or spent or len(sold) > _MANY):
        return True
    net = total(sold)
    parts = [d for d in due if d]
    return len(parts) > 1 and any(
        abs(total(d / rate for d, rate in zip(parts, chosen, strict=True)) - net) <= len(parts) * 10 * CENT
        for chosen in permutations(rates, len(parts))
    )


def _lodging(
    ledger: Ledger, groups: Iterable[list[Movement]], kinds: Mapping[str, str]
) -> Iterator[tuple[int, tuple[str, dict[str, str]]]]:
    """Stays that were sold at the rate of other days: what counts is the day of the stay. One of which no
    day is said may be paid long before."""
    if not any(sign in ledger.text.data for sign in _LODGING_SIGNS):
        return
    for movements in groups:
        first = movements[0]
        if not _LODGING.search(first.text) or _NO_LODGING.search(first.text):
            continue
        said = ledger.delivered.get(first.line, first.earned)
        one = _booked(movements, kinds)
        if one and one.due and (sold := total(one.sold)):
            late = (said or first.day) >= LODGING_AT_HIGH_RATE
            right, wrong = (HIGH_RATE, LOW_RATE) if late else (LOW_RATE, HIGH_RATE)
            if (late or said) and abs(total(one.due) - sold * wrong) <= CENT * len(movements):
                code = "lodging-rate" if late else "lodging-before"
                yield one.line, (code, {"right": plain(abs(sold) * right)})


_Sale = tuple[list[Movement], bool]
"""A booking of one line of income, and whether there is VAT in it."""


def _without_vat(booked: Sequence[_Sale]) -> list[list[Movement]]:
    """Sales without VAT on an account on which nearly all sales have it. A stretch without it at the
    beginning or end is a scheme in which there is none."""
    if len({with_vat for _, with_vat in booked}) == 1:
        return []
    sales = sorted((s for s in booked if _income(s[0]) > 0), key=lambda sale: sale[0][0].day)
    sales = _but_for_stretch(_but_for_stretch(sales)[::-1])
    without = [movements for movements, with_vat in sales if not with_vat]
    having = len(sales) - len(without)
    return without if having >= _WITH_VAT and len(without) <= max(1, having // _SELDOM) else []


def _income(movements: Iterable[Movement]) -> Decimal:
    return next(m.amount for m in movements if m.account.startswith("Income:"))


def _but_for_stretch(sales: list[_Sale]) -> list[_Sale]:
    length = next((nth for nth, (_, with_vat) in enumerate(sales) if with_vat), 0)
    return sales[length:] if length >= _SWITCH else sales


def _explained(movements: Sequence[Movement], ledger: Ledger) -> bool:
    """Whether the booking says why there is no VAT, or is no sale for money."""
    others = [m for m in movements if not m.account.startswith("Income:")]
    if any(m.grant or ledger.roles[m.account] == "vat" for m in movements):
        return True
    if all(m.account.startswith("Expenses:") for m in others):
        return True
    words = " ".join((movements[0].text, *(m.account for m in others)))
    return bool(_NO_VAT.search(words)) or ledger.text.key_below(movements[0].line, "vat")
