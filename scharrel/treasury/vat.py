"""What a booking brings into the boxes of the VAT return, and what there has to be asked about it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.chart import Chart
from scharrel.core.money import CENT, ZERO, plain, to_cents, total
from scharrel.core.problems import Problem
from scharrel.treasury.accounts import ROUNDING, TAX_DUE
from scharrel.treasury.recognition import as_percent
from scharrel.treasury.vat_rates import fraction_of, out_of_date, possible_rates, rates_on

TURNOVER, VAT_ROLE = "turnover", "vat"

DUE_BOXES = ("1a", "1b", "1c", "1d", "1e", "2a", "3a", "3b", "3c", "4a", "4b")
RARE_BOXES = frozenset({"1d", "3a", "3c", "4a"})
"""Those of the tax office's form that hardly any cooperative has anything in: left out where it has not."""

INPUT_BOX = "5b"
_BY_RATE = "1a", "1b"
_BOXES = {"export": "3a", "installed-eu": "3c"}
_BOUGHT = {"reverse": "2a", "reverse-eu": "4b", "reverse-non-eu": "4a"}
_WITHIN_UNION = frozenset({"0%", "reverse", "reverse-eu"})
_WITHOUT = _WITHIN_UNION | {"export", "installed-eu"}
PRIVATE, PRIVATE_BOX = "private", "1d"
EXEMPT = "exempt"
DOMESTIC = "NL"


class VatLeg(NamedTuple):
    """A posting of a booking: the euros that it credits (a debit is negative), its role where it counts in
    one, and what it says of its VAT."""

    account: str
    credit: Decimal
    role: str = ""
    said: str = ""


class VatBooking(NamedTuple):
    """A booking as far as VAT is concerned. `said` is what it says of the VAT of all its lines; `customer` is
    who it is to be invoiced to, `numbers` are those of invoices that it names, and `served` is the day of the
    service or delivery where that is another."""

    file: str
    line: int
    holder: str
    day: date
    text: str
    legs: tuple[VatLeg, ...]
    said: str = ""
    customer: str = ""
    numbers: frozenset[str] = frozenset()
    served: date | None = None

    @property
    def rated(self) -> date:
        """The day whose rates it has."""
        return self.served or self.day


class VatPart(NamedTuple):
    """What a booking brings into a box: euros without VAT, and the VAT, which stands on the account (of
    nothing that has no VAT). In 5b it is what comes back."""

    box: str
    account: str
    base: Decimal
    vat: Decimal


class VatParts(NamedTuple):
    """All that a booking brings: what it sells, which may count later, and what it buys; or a question."""

    sold: Sequence[VatPart] = ()
    bought: Sequence[VatPart] = ()
    question: Problem | None = None


def is_vat(chart: Chart, account: str) -> bool:
    """Whether VAT stands on the account."""
    role = chart.role(account)
    return role == VAT_ROLE or (bool(chart.vat(account)) and role != TAX_DUE)


def files_vat(chart: Chart, booking: VatBooking) -> bool:
    """Whether the booking is a return, or one that was booked by hand."""
    return any(chart.role(leg.account) == TAX_DUE for leg in booking.legs)


def vat_parts(booking: VatBooking, chart: Chart, country: str = DOMESTIC) -> VatParts:
    """What the booking brings; `country` is where its customer is."""
    if files_vat(chart, booking):
        return VatParts()
    sells = any(leg.account.startswith("Income:") or _sells_goods(leg) for leg in booking.legs)
    usual = "input" if not sells and any(_is_cost(leg, chart) for leg in booking.legs) else "due"
    taxes = [(leg, chart.vat(leg.account) or usual) for leg in booking.legs if is_vat(chart, leg.account)]
    bought = [VatPart(INPUT_BOX, leg.account, ZERO, -leg.credit) for leg, kind in taxes if kind == "input"]
    for kind, box in _BOUGHT.items():
        if found := _amounts((leg, word) for leg, word in taxes if word == kind):
            costs, vat = _bought(booking, chart, kind), total(found.values())
            # VAT that does not come back is in the costs.
            base = next(
                (b for b in (costs, costs - vat) if possible_rates([(b, "")], {"": vat}, booking.rated)), None
            )
            if base is None:
                return _ask(booking, "vat-fits-none", costs, vat, bought=bought)
            bought += _parts(box, base, found)
    withdrawn, private = _base(_private(booking)), _amounts(tax for tax in taxes if tax[1] == PRIVATE)
    if withdrawn or private:
        vat = total(private.values())
        if not (withdrawn and possible_rates([(withdrawn, "")], {"": vat}, booking.rated)):
            code = "vat-fits-none" if withdrawn else "vat-private"
            return _ask(booking, code, withdrawn, vat, bought=bought)
        bought += _parts(PRIVATE_BOX, withdrawn, private)
    due = [(leg, kind) for leg, kind in taxes if kind == "due" or kind.endswith("%")]
    sold = _sold(booking, due, country)
    return sold._replace(bought=bought)


def _private(booking: VatBooking) -> list[VatLeg]:
    """What was paid for the cooperative, and is used by who does not trade for it."""
    return [leg for leg in booking.legs if leg.said == PRIVATE]


def _sells_goods(leg: VatLeg) -> bool:
    return leg.said not in ("", PRIVATE) and leg.account.startswith("Assets:")


def _is_cost(leg: VatLeg, chart: Chart) -> bool:
    return leg.account.startswith("Expenses:") or chart.worn_on(leg.account) is not None


def _bought(booking: VatBooking, chart: Chart, kind: str) -> Decimal:
    """Of what the VAT is that was left to the buyer."""
    said = [leg for leg in booking.legs if leg.said == kind]
    costs = (leg for leg in booking.legs if _is_cost(leg, chart))
    return -total(leg.credit for leg in said or costs)


def _sold(booking: VatBooking, due: Sequence[tuple[VatLeg, str]], country: str) -> VatParts:
    groups = _by_word(booking, with_vat=bool(due))
    unsaid = groups.pop("", [])
    loose = _amounts((leg, kind) for leg, kind in due if kind == "due")
    rated = {
        word: _amounts((leg, kind) for leg, kind in due if kind == word)
        for word in dict.fromkeys(kind for _, kind in due if kind != "due")
    }
    if wrong := next(
        (word for word in groups if fraction_of(word) is None and word not in (EXEMPT, *_WITHOUT)), None
    ):
        return _ask(booking, "vat-said", said=wrong)
    abroad = country != DOMESTIC and not _in_union(country)
    if abroad and not _WITHIN_UNION.isdisjoint(groups):
        return _ask(booking, "vat-abroad", country=country)
    if unsaid:
        charged = {word: total(found.values()) for word, found in rated.items()}
        charged |= {"": total(loose.values())} if loose else {}
        if not charged:
            return _ask(booking, "vat-none", _base(unsaid))
        if len(charged) > 1:
            return _ask(booking, "vat-which")
        said = {**groups, "": unsaid}
        lines = [(leg.credit, word) for word, legs in said.items() for leg in legs]
        rates = possible_rates(lines, charged, booking.rated)
        if len(rates) != 1:
            known = total(_right(legs, word) for word, legs in groups.items())
            return _ask(booking, "vat-fits-none", _base(unsaid), total(loose.values()) - known)
        groups.setdefault(rates[0], []).extend(unsaid)
    if loose:
        rateless = [word for word in groups if fraction_of(word) and word not in rated]
        if len(rateless) > 1 and len(loose) > 1:
            return _ask(booking, "vat-which")
        rated |= _shared(loose, {word: groups[word] for word in rateless})
    parts: list[VatPart] = []
    for word in {**groups, **rated}:
        legs, rate, found = groups.get(word, []), fraction_of(word), rated.get(word, {})
        base, vat = _base(legs), total(found.values())
        if abs(vat - base * (rate or ZERO)) > CENT * max(len(legs), 1):
            return _ask(booking, "vat-fits-none", base, vat, word)
        if out_of_date(word, booking.rated):
            return _ask(booking, "vat-not-then", base, vat, rate=word, day=str(booking.rated))
        if word != EXEMPT:
            parts += _parts(_box(word, country, booking.rated), base, found)
    return VatParts(sold=parts)


def _in_union(country: str) -> bool:
    from stdnum.eu.vat import MEMBER_STATES

    return country.lower() in MEMBER_STATES


def _by_word(booking: VatBooking, *, with_vat: bool) -> dict[str, list[VatLeg]]:
    """The lines that are sold, by what is said of their VAT: turnover, and whatever says that it has VAT;
    where there is none of these and yet VAT, all that comes in."""
    income = [leg for leg in booking.legs if leg.account.startswith("Income:") and leg.role != ROUNDING]
    income = [leg for leg in income if leg.said != PRIVATE]
    lines = [leg for leg in booking.legs if _sells_goods(leg)]
    lines += [leg for leg in income if leg.role == TURNOVER or leg.said]
    groups: dict[str, list[VatLeg]] = {}
    for leg in lines or (income if with_vat else ()):
        if leg.credit:
            groups.setdefault(leg.said or booking.said, []).append(leg)
    return groups


def _shared(
    loose: Mapping[str, Decimal], groups: Mapping[str, Sequence[VatLeg]]
) -> dict[str, dict[str, Decimal]]:
    """VAT of which no rate is said, over the rates that have none: each what is right, the last the rest."""
    if not groups:
        return {"due": dict(loose)}
    *others, last = groups
    account = next(iter(loose))
    shared = {word: {account: _right(groups[word], word)} for word in others}
    taken = total(amounts[account] for amounts in shared.values())
    return {**shared, last: {**loose, account: loose[account] - taken}}


def _amounts(taxes: Iterable[tuple[VatLeg, str]]) -> dict[str, Decimal]:
    """What these credit, by account."""
    found: dict[str, Decimal] = {}
    for leg, _ in taxes:
        found[leg.account] = found.get(leg.account, ZERO) + leg.credit
    return found


def _parts(box: str, base: Decimal, found: Mapping[str, Decimal]) -> list[VatPart]:
    """The base once, and the VAT on each account."""
    accounts = list(found) or [""]
    return [
        VatPart(box, account, ZERO if nth else base, found.get(account, ZERO))
        for nth, account in enumerate(accounts)
    ]


def _base(legs: Iterable[VatLeg]) -> Decimal:
    return total(leg.credit for leg in legs)


def _right(legs: Iterable[VatLeg], word: str) -> Decimal:
    """The VAT of these lines at the rate that is said."""
    return to_cents(_base(legs) * (fraction_of(word) or ZERO), "half-up")


def _box(word: str, country: str, day: date) -> str:
    if word in _WITHIN_UNION:
        return "3b" if word == "reverse-eu" or country != DOMESTIC else "1e"
    by_rate = dict(zip(map(as_percent, rates_on(day)), _BY_RATE, strict=True))
    return (by_rate | _BOXES).get(word, "1c")


def _ask(
    booking: VatBooking,
    code: str,
    base: Decimal = ZERO,
    vat: Decimal = ZERO,
    word: str = "",
    bought: Sequence[VatPart] = (),
    **more: str,
) -> VatParts:
    rates = [rate for rate in [fraction_of(word)] if rate] or rates_on(booking.rated)
    right = ", ".join(f"{as_percent(rate)}: {plain(abs(base) * rate)}" for rate in rates)
    values = {"base": plain(base), "vat": plain(vat), "right": right, **more}
    excerpt = f"{booking.day} {booking.text}"
    return VatParts((), bought, Problem(booking.file, booking.line, code, values, False, excerpt))
