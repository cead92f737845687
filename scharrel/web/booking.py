"""The form for a booking: the questions of `scharrel book`, how the booking would stand, and writing it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, get_args
from urllib.parse import urlencode

from scharrel.core.facts import Holder
from scharrel.core.month import Month
from scharrel.core.problems import Problem
from scharrel.operations.book import Planned, plan_bookings, said_entries, write_planned
from scharrel.operations.book_answers import (
    ASKED,
    event_from,
    followed_up,
    offered,
    open_questions,
    rate_said,
    rates_on_invoice,
    several_amounts,
    vat_refused,
)
from scharrel.operations.book_choices import Choices, again, booking_choices
from scharrel.operations.book_effects import effect_sentences
from scharrel.operations.inbox import as_listed
from scharrel.store.durable import WriteError
from scharrel.store.locking import BusyError, only_writer
from scharrel.store.own_ledger import can_take_back, take_back, was_just_added
from scharrel.text.accounts import account_labels, account_name
from scharrel.text.booking import event_text, money_word, vat_typed
from scharrel.text.noted import Noted, day_not_read, impossible_day, noted_line
from scharrel.text.pots import purpose
from scharrel.text.typed import (
    amounts_meant,
    days_meant,
    days_told,
    quantities_meant,
    rate_meant,
    untaxed_meant,
)
from scharrel.text.words import Words
from scharrel.treasury.cash_book import IN_EUROS, Event, EventKind
from scharrel.web.pages import Visit, told_problem, whole_page

_LONGEST = 200
_PATIENCE = 5.0
"""Seconds for which a booking waits for another that is being written."""
_MAY_BE_EMPTY = ("who", "what", "project")


def booking_page(visit: Visit, holder: Holder) -> tuple[str, int]:
    """The form as far as it was filled in, and the status of the answer."""
    values = {key: value[:_LONGEST] for key, value in visit.values.items()}
    step = values.get("step", "")
    if step == "undo":
        return _undone(visit, holder)
    line = values.pop("line", "") if step == "line" else ""
    noted = _of_line(visit, holder, line) if line else _noted(values, visit.today)
    choices, no_month = _choices(visit, holder, noted)
    kind = noted.kind if noted.kind in choices.kinds else None
    if line and kind:
        typed = _as_typed(line, noted, visit.today)
        noted = as_listed(noted, choices, account_labels(visit.words, visit.books.chart), visit.today)
        values = {key: value or typed.get(key, "") for key, value in _filled_in(visit.words, noted).items()}
        if no_month or open_questions(noted, choices):
            wrong = _wrong(visit, choices, values, noted) | no_month
            return _form(visit, choices, values, wrong, kind, line), 200
        step = "show"
    if kind is None:
        return _asked_what(visit, holder, choices, noted, line), 200
    if step not in ("show", "write"):
        return _form(visit, choices, values, {}, kind), 200
    noted = followed_up(noted, choices)
    if wrong := _wrong(visit, choices, values, noted) | no_month:
        return _form(visit, choices, values, wrong, kind), 422
    event = event_from(noted, choices, account_name(visit.words, visit.books.chart, noted.account))
    planned = plan_bookings(visit.books, holder, [event], visit.today)
    said = event_text(visit.words, visit.books.chart, event, choices.money)
    values = _filled_in(visit.words, noted)
    if step == "write" and not planned.problems:
        was = visit.values.get("was", "")
        if was == _digest(planned):
            refusal = _alone(visit, lambda: write_planned(visit.books, planned))
        elif was_just_added(visit.books.coop, holder.id, was, said_entries(planned)):  # by a double tap
            return _shown(
                visit, "done", planned._replace(entries=(), effects=()), said, kinds=choices.kinds
            ), 200
        else:
            refusal = visit.words("web.changed")
        if not refusal:
            return _shown(visit, "done", planned, said, kinds=choices.kinds), 200
        return _shown(visit, "preview", planned, said, values=values, refusal=refusal), 409
    status = 422 if planned.problems else 200
    return _shown(visit, "preview", planned, said, values=values, refusal=""), status


def _choices(visit: Visit, holder: Holder, noted: Noted) -> tuple[Choices, dict[str, str]]:
    """What there is to choose on the day; if that is in no month of theirs, today, and why."""
    day = noted.days[0] if len(noted.days) == 1 else visit.today
    month, words = Month.of(day), visit.words
    if holder.active(month):
        return booking_choices(visit.books, holder, day), {}
    values = {"name": holder.name, "month": words.month(month), "first": words.month(holder.first)}
    key = "before-first" if month < holder.first else "no-month"
    return booking_choices(visit.books, holder, visit.today), {"day": words(f"error.{key}", **values)}


def _asked_what(visit: Visit, holder: Holder, choices: Choices, noted: Noted, line: str) -> str:
    """What kind of booking it is to be, the last one once more, and taking out the last."""
    event = again(choices, visit.today)
    said = event and event_text(visit.words, visit.books.chart, event, choices.money)
    return whole_page(
        visit, "kinds.html", "book", visit.words("web.book"),
        kinds=choices.kinds, line=line, unknown=line and noted.kind is None,
        filled=_address(visit.words, noted._replace(kind=None)) if line else "",
        again=event and (said, f"{_address(visit.words, _once_more(choices, event))}&step=show"),
        last=can_take_back(visit.books.coop, holder.id),
    )  # fmt: skip


def _once_more(choices: Choices, event: Event) -> Noted:
    money = "invoice" if event.customer else ""
    money = money or next((word for word, account in choices.money.items() if account == event.other), "")
    return Noted(
        event.kind, (event.amount,), (event.day,), event.who, event.what, account=event.account, money=money,
        rate=event.rate, project=event.project, purpose=event.purpose, reason=event.reason,
        customer=event.customer, vat=event.vat,
    )  # fmt: skip


def _noted(values: Mapping[str, str], today: date) -> Noted:
    """What was filled in, as far as it is understood."""
    kinds: Mapping[str, EventKind] = {kind: kind for kind in get_args(EventKind)}
    kind = kinds.get(values.get("kind", ""))
    meant = amounts_meant if kind in IN_EUROS else quantities_meant
    who, what, reason = (" ".join(values.get(key, "").split()) for key in ("who", "what", "reason"))
    days, earned = days_told(values.get("day", "").strip() or str(today), today)
    vat = untaxed_meant(values.get("rate", ""))
    return Noted(
        kind=kind,
        amounts=tuple(n for n in meant(values.get("amount", "")) if n and (n > 0 or kind == "in")),
        days=days,
        who=who,
        what=what,
        account=values.get("account", ""),
        money=values.get("money", ""),
        rate=Decimal(0) if vat else rate_meant(values.get("rate", "")),
        project=values.get("project", ""),
        purpose=values.get("purpose", ""),
        reason=reason,
        earned=earned,
        customer=values.get("customer", ""),
        vat=vat,
    )


def _of_line(visit: Visit, holder: Holder, line: str) -> Noted:
    """What is written on one line, as in a list for the inbox; of today if it names no day."""
    noted = noted_line(line, visit.today, booking_choices(visit.books, holder, visit.today).names(), 1)
    today = () if noted.days or impossible_day(line, visit.today) else (visit.today,)
    return noted._replace(days=noted.days or today)


def _filled_in(words: Words, noted: Noted) -> dict[str, str]:
    """The form with what is known of it."""
    amount = noted.amounts[0] if len(noted.amounts) == 1 else None
    days = [*noted.days[:1], *([noted.earned] if noted.earned else [])] if len(noted.days) == 1 else []
    return {
        "kind": noted.kind or "", "who": noted.who, "what": noted.what, "account": noted.account,
        "amount": "" if amount is None else _amount(words, noted.kind, amount),
        "day": f" {words('web.worked')} ".join(f"{day.day}-{day.month}-{day.year}" for day in days),
        "money": noted.money, "customer": noted.customer,
        "rate": noted.vat or ("" if noted.rate is None else rate_said(noted.rate)),
        "project": noted.project, "purpose": noted.purpose, "reason": noted.reason,
    }  # fmt: skip


def _as_typed(line: str, noted: Noted, today: date) -> dict[str, str]:
    """The amount and the day of a line as they stand there, for where they can be read in more than one way,
    or in none."""
    day = impossible_day(line, today)
    return {
        "amount": _said_for(line, lambda said: noted.amounts and amounts_meant(said) == noted.amounts),
        "day": day or _said_for(line, lambda said: noted.days and days_meant(said, today) == noted.days),
    }


def _said_for(line: str, meant: Callable[[str], object]) -> str:
    """The first words of the line, up to three in a row, that mean something; else empty."""
    words = [word.strip(",:;") for word in line.split()]
    spans = (" ".join(words[nth : nth + count]) for nth in range(len(words)) for count in (1, 2, 3))
    return next((span for span in spans if meant(span)), "")


def _address(words: Words, noted: Noted) -> str:
    """What is known of it, for behind the ? of an address."""
    return urlencode({name: value for name, value in _filled_in(words, noted).items() if value})


def _amount(words: Words, kind: EventKind | None, amount: Decimal) -> str:
    return words.number(amount, "0.######" if kind in ("hours", "km") else "0.00")


def _wrong(visit: Visit, choices: Choices, values: Mapping[str, str], noted: Noted) -> dict[str, str]:
    """By field what was not understood or lacks."""
    words = visit.words
    found: dict[str, str] = {}
    for asked in open_questions(noted, choices):
        if asked == "who" and not noted.split:
            found[asked] = words("web.line-parties")
        if asked in _MAY_BE_EMPTY:
            continue
        said = values.get(asked, "")
        found[asked] = words("web.choose-one")
        if asked == "amount" and len(noted.amounts) > 1:
            found[asked] = several_amounts(words, noted)
        elif asked == "day" and len(noted.days) > 1:
            found[asked] = words("book.which", readings=", ".join(map(words.day, noted.days)))
        elif asked == "day" and said:
            found[asked] = day_not_read(words, said, visit.today)
        elif asked == "amount" and said:
            found[asked] = words("book.no-amount", said=said)
        elif asked in ("amount", "day", "reason"):
            found[asked] = words("web.fill-in")
        elif asked == "rate" and said and (refused := vat_refused(words, noted, choices)):
            found[asked] = refused
    if noted.vat and noted.money != "invoice":
        found["rate"] = words("web.vat-invoice")
    if noted.project and noted.project not in choices.projects:
        found["project"] = words("web.choose-one")
    return found


def _form(
    visit: Visit,
    choices: Choices,
    values: Mapping[str, str],
    wrong: Mapping[str, str],
    kind: EventKind,
    line: str = "",
) -> str:
    words = visit.words
    first = Noted(kind=kind)
    accounts = choices.accounts[kind]
    places = choices.places(kind)
    purposes = dict.fromkeys(one for account in accounts for one in choices.purposes.get(account, []))
    asked = {*open_questions(followed_up(first, choices), choices), "day"}
    rates, on_invoice = _rates(choices, kind)
    asked |= {"customer"} if "invoice" in places else set()
    asked |= {"rate"} if on_invoice else set()
    usual = {"account": offered(first, choices, "account", visit.today)}
    buyers = [buyer.name for buyer in choices.customers.values()] if "invoice" in places else []
    return whole_page(
        visit,
        "book.html",
        "book",
        words(f"web.kind-{kind}"),
        kind=kind,
        values=usual | {key: value for key, value in values.items() if value or wrong},
        wrong={each: wrong[each] for each in ASKED if each in wrong},
        line=line,
        asked=[each for each in ASKED if each in asked],
        options={
            "account": [(account, account_name(words, visit.books.chart, account)) for account in accounts],
            "money": [(place, money_word(words, place)) for place in places],
            "rate": [(rate, _rate_label(words, rate)) for rate in dict.fromkeys([*rates, *on_invoice])],
            "customer": [(short, buyer.name) for short, buyer in choices.customers.items()],
            "project": [*choices.projects.items(), ("", words("web.no-project"))],
            "purpose": [(one, purpose(words, one)) for one in purposes],
        },
        only={rate: "paid" for rate in rates if rate not in on_invoice}
        | {rate: "invoiced" for rate in on_invoice if rate not in rates},
        money_hint=" ".join(
            words(key)
            for place, key in (("own", f"web.own-{kind}"), ("invoice", "book.help-invoice"))
            if "money" in asked and place in places
        ),
        names=[*dict.fromkeys([*choices.names(), *buyers])],
    )


def _rates(choices: Choices, kind: EventKind) -> tuple[list[str], list[str]]:
    """What can be said of VAT where it is paid, and on an invoice."""
    found = [rate for account in choices.accounts[kind] for rate in choices.rates.get(account, [])]
    invoiced = "invoice" in choices.places(kind) and not choices.no_vat
    reverse = ["reverse"] if any(buyer.vat_id for buyer in choices.customers.values()) else []
    on_invoice = [*rates_on_invoice(Noted(), choices), *reverse] if invoiced else []
    return [*dict.fromkeys(found), *(["0"] if found else [])], on_invoice


def _rate_label(words: Words, rate: str) -> str:
    return words("web.no-rate") if rate == "0" else rate if rate.endswith("%") else vat_typed(words, rate)


def _shown(visit: Visit, template: str, planned: Planned, said: str, **more: Any) -> str:
    """A booking as it stands or would, and what it does."""
    words = visit.words
    return whole_page(
        visit,
        f"{template}.html",
        "book",
        words("web.written" if template == "done" else "web.this-is-it"),
        said=said,
        was=_digest(planned),
        planned=planned,
        problems=[told_problem(words, problem) for problem in planned.problems],
        told=[told_problem(words, problem) for problem in planned.told],
        effects=list(effect_sentences(words, visit.books, planned, visit.today)),
        **more,
    )


def _digest(planned: Planned) -> str:
    """Of the ledger for which a booking was shown."""
    return sha256(planned.was).hexdigest()


def _undone(visit: Visit, holder: Holder) -> tuple[str, int]:
    gone: list[str] = []

    def undo() -> Problem | None:
        text, problem = take_back(visit.books.coop, holder.id)
        gone.append(text.strip())
        return problem

    refusal = _alone(visit, undo)
    heading = visit.words("web.undone" if any(gone) else "web.not-undone")
    kinds = booking_choices(visit.books, holder, visit.today).kinds
    text = whole_page(visit, "undone.html", "book", heading, gone="".join(gone), refusal=refusal, kinds=kinds)
    return text, 409 if refusal else 200


def _alone(visit: Visit, write: Callable[[], Problem | None]) -> str:
    """Do it as the only writer; why it could not be done, if so."""
    words = visit.words
    try:
        with only_writer(visit.books.coop, "web", datetime.now(), _PATIENCE):  # noqa: DTZ005
            problem = write()
    except BusyError as busy:
        return words("error.busy", holder=str(busy))
    except WriteError as error:
        return words("error.write", path=error.path.name, reason=words.reason(error.reason))
    return words.problem(problem) if problem else ""
