"""The form for a booking: what was filled in as an event, how that would stand, and writing it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from scharrel.core.facts import Holder
from scharrel.core.problems import Problem
from scharrel.core.typed import amounts_meant, days_meant, quantities_meant, rate_meant
from scharrel.operations.book import Choices, Planned, booking_choices, plan_bookings, write_planned
from scharrel.store.durable import WriteError
from scharrel.store.locking import BusyError, only_writer
from scharrel.store.own_ledger import take_back
from scharrel.text.accounts import account_name
from scharrel.text.pots import purpose
from scharrel.text.words import Words
from scharrel.treasury.cash_book import IN_EUROS, Event
from scharrel.web.pages import Asked, told_problem, whole_page

_LONGEST = 200

Wrong = dict[str, str]
"""By field what is wrong with what was filled in."""


def booking_page(asked: Asked, holder: Holder) -> tuple[str, int]:
    """The form as far as it was filled in, and the status of the answer."""
    values = {key: value[:_LONGEST] for key, value in asked.values.items()}
    choices = booking_choices(asked.books, holder, _day(values, asked.today) or asked.today)
    step = values.get("step", "")
    if step == "undo":
        return _undone(asked, holder)
    if values.get("kind") not in choices.kinds:
        return whole_page(asked, "kinds.html", "book", kinds=choices.kinds, done=values.get("done", "")), 200
    if not step or step == "change":
        return _form(asked, choices, values, {}), 200
    event, wrong = read_event(asked.words, choices, values, asked.today)
    if event is None:
        return _form(asked, choices, values, wrong), 422
    planned = plan_bookings(asked.books, holder, [event], asked.today)
    if step == "write" and not planned.problems:
        if values.get("was") != _digest(planned):
            return _preview(asked, values, event, planned, asked.words("web.changed-meanwhile")), 409
        if refusal := _write(asked, planned):
            return _preview(asked, values, event, planned, refusal), 409
        return whole_page(asked, "done.html", "book", planned=planned, effects=_effects(asked, planned)), 200
    return _preview(asked, values, event, planned, ""), 422 if planned.problems else 200


def read_event(
    words: Words, choices: Choices, values: Mapping[str, str], today: date
) -> tuple[Event | None, Wrong]:
    """The event that was filled in, or by field what is wrong with it."""
    wrong: Wrong = {}

    def one_of(key: str, known: Mapping[str, Any] | list[str], *, needed: bool = True) -> str:
        given = values.get(key, "")
        if not given and len(known) == 1 and needed:
            return next(iter(known))
        if given not in known and (given or (needed and known)):
            wrong[key] = words("web.choose-one")
        return given if given in known else ""

    kind = next(kind for kind in choices.kinds if kind == values.get("kind"))
    meant: Callable[[str], tuple[Decimal, ...]] = amounts_meant if kind in IN_EUROS else quantities_meant
    amounts = meant(values.get("amount", ""))
    if len(amounts) > 1:
        said = [words.money(a) if kind in IN_EUROS else words.number(a) for a in amounts]
        wrong["amount"] = words("web.amount-which", amounts=words("web.or").join(said))
    elif not amounts or amounts[0] <= 0:
        wrong["amount"] = words("web.amount-wrong")
    day = _day(values, today)
    if day is None:
        wrong["day"] = words("web.day-wrong")
    account = one_of("account", choices.accounts[kind])
    undecided = "account" in wrong
    if kind in IN_EUROS:
        money = one_of("money", choices.money)
        other = choices.money.get(money, "")
    else:
        other = choices.against.get(account, "")
    rates = choices.rates.get(account, []) if kind in ("in", "out") else []
    rate = "" if undecided else one_of("rate", rates, needed=False)
    project = one_of("project", choices.projects, needed=False)
    purposes = choices.purposes.get(account, []) if kind == "pot" else []
    meant_for = "" if undecided else one_of("purpose", purposes, needed=False)
    if not values.get("what", "").strip():
        wrong["what"] = words("web.what-missing")
    if wrong or day is None:
        return None, wrong
    who, what, reason = (" ".join(values.get(key, "").split()) for key in ("who", "what", "reason"))
    said_rate = rate_meant(rate) if rate else None
    return Event(
        kind, amounts[0], day, account, other, who, what, said_rate or Decimal(0), project, meant_for, reason
    ), {}  # fmt: skip


def _day(values: Mapping[str, str], today: date) -> date | None:
    """The day that was filled in; today where nothing was."""
    given = values.get("day", "").strip()
    return next(iter(days_meant(given, today)), None) if given else today


def _form(asked: Asked, choices: Choices, values: Mapping[str, str], wrong: Wrong) -> str:
    words, kind = asked.words, values["kind"]
    accounts = choices.accounts[kind]  # type: ignore[index]
    rates = dict.fromkeys(rate for account in accounts for rate in choices.rates.get(account, []))
    purposes = dict.fromkeys(one for account in accounts for one in choices.purposes.get(account, []))
    return whole_page(
        asked,
        "book.html",
        "book",
        kind=kind,
        values={"day": str(asked.today), **values},
        wrong=wrong,
        in_euros=kind in IN_EUROS,
        accounts=[(account, account_name(words, asked.books.chart, account)) for account in accounts],
        money=[(name, _money(words, kind, name)) for name in choices.money] if kind in IN_EUROS else [],
        rates=[(rate, rate) for rate in rates] if kind in ("in", "out") else [],
        projects=list(choices.projects.items()) if kind != "pot" else [],
        purposes=[(one, purpose(words, one)) for one in purposes],
        names=choices.names(),
    )


def _money(words: Words, kind: str, name: str) -> str:
    """What money is called: cash, bank, own, or a bank account by its name."""
    if name == "own" and kind == "in":
        return words("web.money-kept")
    return words(f"web.money-{name}") if name in ("cash", "bank", "own") else name


def _preview(asked: Asked, values: Mapping[str, str], event: Event, planned: Planned, refusal: str) -> str:
    kept = {key: value for key, value in values.items() if key not in ("step", "was", "lang")}
    return whole_page(
        asked,
        "preview.html",
        "book",
        values=kept,
        summary=list(_summary(asked, values, event)),
        was=_digest(planned),
        planned=planned,
        refusal=refusal,
        problems=[told_problem(asked.words, problem) for problem in planned.problems],
        told=[told_problem(asked.words, problem) for problem in planned.told],
        effects=_effects(asked, planned),
    )


def _summary(asked: Asked, values: Mapping[str, str], event: Event) -> Iterator[tuple[str, str]]:
    """What was filled in, as it was understood."""
    words, kind = asked.words, event.kind
    if kind in IN_EUROS:
        yield words("web.amount"), words.money(event.amount)
    else:
        yield words(f"web.kind-{kind}"), words.number(event.amount)
    if event.who:
        yield words("web.from" if kind == "in" else "web.to"), event.who
    yield words("web.what"), event.what
    yield words("web.account"), account_name(words, asked.books.chart, event.account)
    if money := values.get("money", ""):
        yield words("web.paid"), _money(words, kind, money)
    if event.rate:
        yield words("web.vat"), words.rate(event.rate)
    if event.project:
        yield words("web.project"), asked.books.holders[event.project].name
    yield words("web.day"), words.day(event.day)


def _effects(asked: Asked, planned: Planned) -> list[str]:
    """What the booking does to what is kept, a sentence each."""
    words = asked.words
    found = []
    for effect in planned.effects:
        key = "more" if effect.more > 0 else "less" if effect.more < 0 else "same"
        said = {"month": words.month(effect.month), "keep": words.money(effect.becomes)}
        found.append(words(f"web.effect-{key}", amount=words.money(abs(effect.more)), **said))
        if effect.closed:
            found.append(words("web.effect-closed", month=words.month(effect.month)))
    if planned.unknown:
        found.append(words("web.effect-unknown"))
    if planned.by_bank:
        found.append(words("web.effect-bank"))
    return found


def _digest(planned: Planned) -> str:
    """Of the ledger for which a booking was shown."""
    return sha256(planned.was).hexdigest()


def _write(asked: Asked, planned: Planned) -> str:
    """Write it, or say why not."""
    return _alone(asked, lambda: write_planned(asked.books, planned))


def _undone(asked: Asked, holder: Holder) -> tuple[str, int]:
    gone: list[str] = []

    def undo() -> Problem | None:
        text, problem = take_back(asked.books.coop, holder.id)
        gone.append(text)
        return problem

    refusal = _alone(asked, undo)
    return whole_page(asked, "undone.html", "book", gone="".join(gone).strip(), refusal=refusal), (
        409 if refusal else 200
    )


def _alone(asked: Asked, write: Callable[[], Problem | None]) -> str:
    """Do it as the only writer; why it could not be done, if so."""
    words = asked.words
    try:
        with only_writer(asked.books.coop, "web", datetime.now()):  # noqa: DTZ005
            problem = write()
    except BusyError as busy:
        return words("error.busy", holder=str(busy))
    except WriteError as error:
        return words("error.write", path=error.path.name, reason=words.reason(error.reason))
    return words.problem(problem) if problem else ""
