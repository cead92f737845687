"""From what is known of an event to the whole of it: what follows, what is to be asked, what is offered."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

from scharrel.operations.book_choices import Choices
from scharrel.text.booking import vat_typed
from scharrel.text.noted import Noted
from scharrel.text.words import Words
from scharrel.treasury.cash_book import Event, invoice_totals

EventPart = Literal[
    "kind", "amount", "who", "what", "account", "money", "customer", "rate", "day", "project", "purpose",
    "reason",
]  # fmt: skip
ASKED: tuple[EventPart, ...] = (
    "kind", "amount", "who", "what", "account", "money", "customer", "rate", "day", "project", "purpose",
    "reason",
)  # fmt: skip
"""What an event can lack, in the order in which it is asked."""

_ENOUGH = 3
"""Bookings with other parties that all have the same VAT, from which that is offered for a new one."""


def open_questions(noted: Noted, choices: Choices) -> list[EventPart]:
    """What has to be asked of this event, by what there is to choose from."""
    kind = noted.kind
    if kind is None or kind not in choices.kinds:
        return ["kind"]
    accounts, done = choices.accounts[kind], kind in ("hours", "km")
    invoiced = noted.money == "invoice"
    needed: dict[EventPart, bool] = {
        "amount": len(noted.amounts) != 1,
        "who": not done and not (noted.who and noted.split) and not (invoiced and not noted.who),
        "what": not done and not (noted.split and (noted.what or (noted.line and kind == "out"))),
        "account": len(accounts) > 1 and noted.account not in accounts,
        "money": not done and noted.money not in choices.places(kind),
        "customer": invoiced and noted.customer not in choices.customers,
        "rate": not _vat_on_invoice(noted, choices)
        if invoiced
        else kind in ("in", "out") and not _rate_known(noted, choices),
        "day": len(noted.days) != 1,
        "project": kind == "hours" and bool(choices.projects) and noted.project not in choices.projects,
        "purpose": kind == "pot"
        and noted.purpose not in (choices.purposes.get(_account(noted, choices)) or [""]),
        "reason": kind == "pot" and not noted.reason,
    }
    return [asked for asked in ASKED if needed.get(asked)]


def _vat_on_invoice(noted: Noted, choices: Choices) -> bool:
    """Whether it is known what VAT is on the invoice, or why there is none."""
    said = noted.vat or (rate_said(noted.rate) if noted.rate else "")
    return choices.no_vat or said in rates_on_invoice(noted, choices)


def rates_on_invoice(noted: Noted, choices: Choices) -> list[str]:
    """What an invoice to the customer can say of VAT: rates, `exempt` and `reverse`."""
    buyer = choices.customers.get(noted.customer)
    return [*choices.invoice_rates, "exempt", *(["reverse"] if buyer and buyer.vat_id else [])]


def _rate_known(noted: Noted, choices: Choices) -> bool:
    """Whether it is known what VAT is in the amount: at a rate there is, none, or no VAT here at all."""
    account = _account(noted, choices)
    rates = choices.rates.get(account, []) if account else next(iter(choices.rates.values()), [])
    if not noted.rate:
        return noted.rate is not None or not rates
    return rate_said(noted.rate) in rates


def _account(noted: Noted, choices: Choices) -> str:
    accounts = choices.accounts[noted.kind] if noted.kind else []
    return noted.account or (accounts[0] if len(accounts) == 1 else "")


def followed_up(noted: Noted, choices: Choices) -> Noted:
    """With what follows from what is known: the only account, money or project there is, the account that is
    called what it was for, and the account on which everything with the same party, or for the same thing,
    was booked."""
    if noted.kind not in choices.kinds or noted.kind is None:
        return noted
    accounts = choices.accounts[noted.kind]
    if noted.account not in accounts:
        called = {one for one in accounts if one.rpartition(":")[2].casefold() == noted.what.casefold()}
        like = called or {one.account for one in _like(noted, choices)} & {*accounts}
        only = like if len(like) == 1 else {*accounts} if len(accounts) == 1 else {""}
        noted = noted._replace(account=only.pop())
    if not noted.money and len(choices.money) == 1:
        noted = noted._replace(money=next(iter(choices.money)))
    if noted.money == "invoice":
        noted = _to_customer(noted, choices)
    if noted.kind == "pot":
        noted = noted._replace(reason=noted.reason or noted.what)
        if noted.purpose not in choices.purposes.get(noted.account, ()):
            noted = noted._replace(purpose="")
    return noted


def _to_customer(noted: Noted, choices: Choices) -> Noted:
    """With the customer that is called so, or that had all invoices of this name before; an amount to which
    no invoice with this VAT can come is to be chosen again."""
    said = noted.who.casefold()
    names = {short for short, buyer in choices.customers.items() if said in (short, buyer.name.casefold())}
    names = names or {one.customer for one in _like(noted, choices) if one.customer and one.who == noted.who}
    if not noted.customer and len(names) == 1 and said:
        noted = noted._replace(customer=names.pop())
    if not noted.who and noted.customer in choices.customers:
        noted = noted._replace(who=choices.customers[noted.customer].name)
    if noted.rate and len(noted.amounts) == 1 and noted.amounts[0] > 0:
        noted = noted._replace(amounts=invoice_totals(noted.amounts[0], noted.rate))
    return noted


def _like(noted: Noted, choices: Choices) -> list[Event]:
    """What was booked before of this kind with the same party, else for the same thing."""
    same_kind = [one for one in choices.earlier if one.kind == noted.kind]
    who, what = noted.who.casefold(), noted.what.casefold()
    found = [one for one in same_kind if who and one.who.casefold() == who]
    return found or [one for one in same_kind if what and one.what.casefold() == what]


def offered(noted: Noted, choices: Choices, asked: EventPart, today: date) -> str:
    """What is offered as the answer, by what was booked before; empty for nothing."""
    like = _like(noted, choices)
    if asked == "day":
        return str(noted.days[0]) if noted.days else str(today)
    if asked == "who":
        return noted.who
    if asked == "what":
        return noted.what or next((one.what for one in like if one.who and one.what), "")
    if asked == "account":
        accounts = choices.accounts[noted.kind] if noted.kind else []
        used = [one.account for one in (*like, *choices.earlier) if one.account in accounts]
        first = accounts[0] if noted.kind == "in" and accounts else ""
        return _usual(used[: len(like)]) or _usual(used) or first
    if asked == "money":
        words = {account: word for word, account in reversed(choices.places(noted.kind).items())}
        return _usual(words[one.other] for one in like if one.other in words)
    if asked == "customer":
        return next((one.customer for one in like if one.customer in choices.customers), "")
    if asked == "rate" and noted.money == "invoice":
        told = {one.vat or rate_said(one.rate) for one in like if one.customer == noted.customer}
        abroad = choices.customers[noted.customer].abroad if noted.customer in choices.customers else False
        usual = told.pop() if len(told) == 1 else "reverse" if abroad else ""
        return usual if usual in rates_on_invoice(noted, choices) else ""
    if asked == "rate":
        account = _account(noted, choices)
        rated = [one.rate for one in like if one.account == account]
        others = [one.rate for one in choices.earlier if one.account == account and one.kind == noted.kind]
        rates = set(rated or (others if len(others) >= _ENOUGH else ()))
        return rate_said(rates.pop()) if len(rates) == 1 else ""
    return ""


def _usual(used: Iterable[str]) -> str:
    return next((name for name, _ in Counter(used).most_common(1)), "")


def rate_said(rate: Decimal) -> str:
    """The rate as people type it: `21%`, or `0`."""
    return f"{(rate * 100).normalize():f}%" if rate else "0"


def event_from(noted: Noted, choices: Choices, fallback: str = "") -> Event:
    """The event, of which nothing is lacking any more; `fallback` is for what, where nothing is said."""
    kind = noted.kind
    assert kind
    account = _account(noted, choices)
    other = choices.against.get(account) or choices.places(kind)[noted.money]
    return Event(
        kind, noted.amounts[0], noted.days[0], account, other, noted.who, noted.what or fallback,
        noted.rate or Decimal(0), noted.project, noted.purpose, noted.reason, noted.earned,
        noted.money, noted.customer if noted.money == "invoice" else "", noted.vat,
    )  # fmt: skip


def vat_refused(words: Words, noted: Noted, choices: Choices) -> str:
    """Why what is said of VAT cannot be; empty where it is not known yet who is to be invoiced."""
    if noted.money != "invoice":
        return words("error.book-vat", rate=words.rate(noted.rate)) if noted.rate else ""
    if noted.customer not in choices.customers:
        return ""
    name = choices.customers[noted.customer].name
    if noted.vat == "reverse":
        return words("book.reverse-id", customer=name, short=noted.customer)
    if noted.rate:
        return words("error.book-vat", rate=words.rate(noted.rate))
    options = ", ".join(vat_typed(words, said) for said in rates_on_invoice(noted, choices))
    return words("book.why-no-vat", options=options)


def several_amounts(words: Words, noted: Noted) -> str:
    """What the amount can be, where that is more than one thing."""
    if noted.kind in ("hours", "km"):
        return words("book.which", readings=", ".join(map(words.number, noted.amounts)))
    key = "cents" if noted.money == "invoice" and noted.rate else "which"
    readings = ", ".join(map(words.money, noted.amounts))
    return words(f"book.{key}", readings=readings, rate=words.rate(noted.rate or Decimal(0)))
