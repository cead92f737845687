"""The form for a booking: the questions of `scharrel book`, how the booking would stand, and writing it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import get_args
from urllib.parse import urlencode

from scharrel.core.facts import Holder
from scharrel.core.problems import Problem
from scharrel.operations.book import Choices, Planned, again, booking_choices, plan_bookings, write_planned
from scharrel.operations.book_answers import (
    ASKED,
    event_from,
    followed_up,
    offered,
    open_questions,
    rate_said,
)
from scharrel.operations.book_effects import effect_sentences
from scharrel.operations.inbox import as_listed
from scharrel.store.durable import WriteError
from scharrel.store.locking import BusyError, only_writer
from scharrel.store.own_ledger import take_back
from scharrel.text.accounts import account_labels, account_name
from scharrel.text.booking import event_text, money_word
from scharrel.text.noted import Noted, impossible_day, noted_line
from scharrel.text.pots import purpose
from scharrel.text.typed import amounts_meant, days_meant, quantities_meant, rate_meant
from scharrel.text.words import Words
from scharrel.treasury.cash_book import IN_EUROS, EventKind
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
    choices = booking_choices(visit.books, holder, noted.days[0] if noted.days else visit.today)
    if line and noted.kind in choices.kinds:
        noted = as_listed(noted, choices, account_labels(visit.words, visit.books.chart), visit.today)
        values = _filled_in(visit.words, noted)
        if open_questions(noted, choices):
            return _form(
                visit, choices, values, noted, _wrong(visit.words, choices, values, noted), line
            ), 200
        step = "show"
    if noted.kind not in choices.kinds:
        last = _once_more(visit, choices)
        filled = _address(visit.words, noted._replace(kind=None)) if line else ""
        unknown = line and noted.kind is None
        return whole_page(
            visit, "kinds.html", "book",
            kinds=choices.kinds, again=last, line=line, unknown=unknown, filled=filled,
        ), 200  # fmt: skip
    if step not in ("show", "write"):
        return _form(visit, choices, values, noted, {}), 200
    noted = followed_up(noted, choices)
    if wrong := _wrong(visit.words, choices, values, noted):
        return _form(visit, choices, values, noted, wrong), 422
    event = event_from(noted, choices, account_name(visit.words, visit.books.chart, noted.account))
    planned = plan_bookings(visit.books, holder, [event], visit.today)
    said = event_text(visit.words, visit.books.chart, event, choices.money)
    if step == "write" and not planned.problems:
        same = values.get("was") == _digest(planned)
        refusal = (
            _alone(visit, lambda: write_planned(visit.books, planned)) if same else visit.words("web.changed")
        )
        if not refusal:
            return _shown(visit, "done.html", planned, said), 200
        return _shown(visit, "preview.html", planned, said, values, refusal), 409
    return _shown(visit, "preview.html", planned, said, values), 422 if planned.problems else 200


def _once_more(visit: Visit, choices: Choices) -> tuple[str, str] | None:
    """What was booked a week ago or last: in a sentence, and as the address of a form that is filled in."""
    event = again(choices, visit.today)
    money = next((word for word, account in choices.money.items() if event and account == event.other), "")
    if event is None or (event.kind in IN_EUROS and not money):
        return None
    noted = Noted(
        event.kind, (event.amount,), (), event.who, event.what, True, event.account, money, event.rate,
        event.project, event.purpose, event.reason,
    )  # fmt: skip
    said = event_text(visit.words, visit.books.chart, event, choices.money)
    return said, f"book?lang={visit.words.lang}&{_address(visit.words, noted)}"


def _noted(values: Mapping[str, str], today: date) -> Noted:
    """What was filled in, as far as it is understood."""
    kinds: Mapping[str, EventKind] = {kind: kind for kind in get_args(EventKind)}
    kind = kinds.get(values.get("kind", ""))
    meant = amounts_meant if kind in IN_EUROS else quantities_meant
    who, what, reason = (" ".join(values.get(key, "").split()) for key in ("who", "what", "reason"))
    return Noted(
        kind=kind,
        amounts=tuple(n for n in meant(values.get("amount", "")) if n and (n > 0 or kind == "in")),
        days=days_meant(values.get("day", "") or str(today), today),
        who=who,
        what=what,
        account=values.get("account", ""),
        money=values.get("money", ""),
        rate=rate_meant(values.get("rate", "")),
        project=values.get("project", ""),
        purpose=values.get("purpose", ""),
        reason=reason,
    )


def _of_line(visit: Visit, holder: Holder, line: str) -> Noted:
    """What is written on one line, as in a list for the inbox; of today if it names no day."""
    noted = noted_line(line, visit.today, booking_choices(visit.books, holder, visit.today).names(), 1)
    today = () if noted.days or impossible_day(line, visit.today) else (visit.today,)
    known = noted.money if noted.money != "invoice" else ""  # the form cannot ask for a customer
    return noted._replace(days=noted.days or today, money=known)


def _filled_in(words: Words, noted: Noted) -> dict[str, str]:
    """The form with what is known of it."""
    amount = noted.amounts[0] if len(noted.amounts) == 1 else None
    return {
        "kind": noted.kind or "", "who": noted.who, "what": noted.what, "account": noted.account,
        "amount": "" if amount is None else _amount(words, noted.kind, amount),
        "day": str(noted.days[0]) if noted.days else "", "money": noted.money,
        "rate": "" if noted.rate is None else rate_said(noted.rate), "project": noted.project,
        "purpose": noted.purpose, "reason": noted.reason,
    }  # fmt: skip


def _address(words: Words, noted: Noted) -> str:
    """What is known of it, for behind the ? of an address."""
    return urlencode({name: value for name, value in _filled_in(words, noted).items() if value})


def _amount(words: Words, kind: EventKind | None, amount: Decimal) -> str:
    return words.number(amount, "0.######" if kind in ("hours", "km") else "0.00")


def _wrong(words: Words, choices: Choices, values: Mapping[str, str], noted: Noted) -> dict[str, str]:
    """By field what was not understood or lacks."""
    found: dict[str, str] = {}
    for asked in open_questions(noted, choices):
        if asked == "who" and not noted.split:
            found[asked] = words("web.line-parties")
        if asked in _MAY_BE_EMPTY:
            continue
        found[asked] = words("web.choose-one")
        if asked in ("amount", "day") and not values.get(asked) and not noted.amounts[1:]:
            found[asked] = words("web.fill-in")
        elif asked in ("amount", "day", "reason"):
            key = {"amount": "book.no-amount", "day": "book.no-day", "reason": "book.no-what"}[asked]
            found[asked] = words(key, said=values.get(asked, ""))
    if len(noted.amounts) > 1:
        shown = words.money if noted.kind in IN_EUROS else words.number
        found["amount"] = words("book.which", readings=", ".join(map(shown, noted.amounts)))
    rates = [rate_meant(rate) for rate in choices.rates.get(noted.account, [])]
    if noted.rate and "account" not in found and noted.rate not in rates:
        found["rate"] = words("error.book-vat", rate=words.rate(noted.rate))
    if noted.project and noted.project not in choices.projects:
        found["project"] = words("web.choose-one")
    return found


def _form(
    visit: Visit,
    choices: Choices,
    values: Mapping[str, str],
    noted: Noted,
    wrong: Mapping[str, str],
    line: str = "",
) -> str:
    words, kind = visit.words, noted.kind
    assert kind
    first = Noted(kind=kind)
    accounts = choices.accounts[kind]
    rates = dict.fromkeys(rate for account in accounts for rate in choices.rates.get(account, []))
    purposes = dict.fromkeys(one for account in accounts for one in choices.purposes.get(account, []))
    asked = {*open_questions(followed_up(first, choices), choices), "day"}
    usual = {"day": str(visit.today), "account": offered(first, choices, "account", visit.today)}
    return whole_page(
        visit,
        "book.html",
        "book",
        kind=kind,
        values=usual | {key: value for key, value in values.items() if value or wrong},
        wrong=wrong,
        line=line,
        asked=[each for each in ASKED if each in asked],
        options={
            "account": [(account, account_name(words, visit.books.chart, account)) for account in accounts],
            "money": [(place, money_word(words, place)) for place in choices.money],
            "rate": [*((rate, rate) for rate in rates), ("0", words("web.no-rate"))],
            "project": [*choices.projects.items(), ("", words("web.no-project"))],
            "purpose": [(one, purpose(words, one)) for one in purposes],
        },
        names=choices.names(),
    )


def _shown(
    visit: Visit,
    template: str,
    planned: Planned,
    said: str,
    values: Mapping[str, str] | None = None,
    refusal: str = "",
) -> str:
    words = visit.words
    return whole_page(
        visit,
        template,
        "book",
        said=said,
        values={key: value for key, value in (values or {}).items() if key not in ("step", "was", "lang")},
        was=_digest(planned),
        planned=planned,
        refusal=refusal,
        problems=[told_problem(words, problem) for problem in planned.problems],
        told=[told_problem(words, problem) for problem in planned.told],
        effects=list(effect_sentences(words, visit.books, planned, visit.today)),
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
    text = whole_page(visit, "undone.html", "book", gone="".join(gone), refusal=refusal)
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
