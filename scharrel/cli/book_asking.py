"""Asking at a terminal what a member did, one thing at a time, until the whole booking is there."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from scharrel.cli.asking import (
    BACK,
    HELP,
    LATER,
    PASS_OVER,
    UNDO,
    PassedOver,
    StoppedAsking,
    TakenBack,
    agreed,
    ask,
)
from scharrel.cli.book_understood import NUMBERED, completions_of, options_of, understood
from scharrel.cli.booked import (
    PATIENCE,
    labels_of,
    report_way_back,
    report_written,
    show_planned,
    undo_last,
)
from scharrel.cli.screen import console, print_indented, print_text, report_problems, words
from scharrel.cli.writing import writing_in
from scharrel.core.facts import Holder
from scharrel.core.month import Month
from scharrel.ledger.books import Books
from scharrel.operations.book import plan_bookings, write_planned
from scharrel.operations.book_answers import (
    EventPart,
    event_from,
    followed_up,
    offered,
    open_questions,
    rate_said,
    several_amounts,
    vat_refused,
)
from scharrel.operations.book_choices import Choices, again, booking_choices
from scharrel.text.booking import event_said, event_text, money_word, vat_typed
from scharrel.text.noted import Noted, impossible_day, noted_line
from scharrel.text.noted_words import kind_meant
from scharrel.text.typed import rate_meant
from scharrel.treasury.cash_book import Event


class Talk(NamedTuple):
    """What is being asked about one booking: of whom and when, what was known and could be chosen before each
    answer, what was answered, and what is offered where nothing that was booked before says it."""

    books: Books
    who: Holder
    today: date
    before: list[tuple[Noted, Choices]]
    answered: dict[EventPart, str]
    offers: Mapping[EventPart, str]


def ask_bookings(books: Books, who: Holder, today: date) -> None:
    """Ask for one booking after the other until that is all; each is written when it is said to be right."""
    screen = console()
    print_text(screen, words("book.how"))
    written = 0
    begun = False
    with suppress(StoppedAsking):
        while True:
            choices = booking_choices(books, who, today)
            first = _ask_first(books, who, choices, today, begun=begun, written=written)
            if first == LATER:
                break
            begun = True
            if first == UNDO:
                undo_last(books, who)
                written -= 1
            elif not isinstance(first, str):
                with suppress(TakenBack):
                    written += _settle(Talk(books, who, today, [], {}, {}), choices, first)
    if written:
        report_way_back(who)
    else:
        screen.print(words("book.nothing"))


def _ask_first(
    books: Books, who: Holder, choices: Choices, today: date, *, begun: bool, written: int
) -> Noted | Event | str:
    """What is to be booked, as far as the first answer says it; LATER where that was all, UNDO where the one
    before is to be taken back."""
    screen = console()
    repeat = again(choices, today) if not begun and who.active(Month.of(today)) else None
    kinds = ", ".join(words(f"book.kind.{kind}") for kind in choices.kinds)
    if repeat:
        said = event_said(words, books.chart, repeat, choices.money)
        print_indented(screen, words("book.again", what=said))
    elif not begun and not choices.earlier:
        _explain_kinds(choices)
    key = "more" if written else "or-nothing" if begun else "first"
    while True:
        said = ask(words(f"book.{key}", kinds=kinds), explained=True)
        if said == LATER and (begun or repeat):
            return repeat or LATER
        if written and said.casefold() in BACK:
            return UNDO
        if said == HELP:
            _explain_kinds(choices)
            print_indented(screen, words("book.help"))
        elif said not in (LATER, UNDO):
            kind = kind_meant(said)
            noted = Noted(kind=kind) if kind else noted_line(said, today, choices.names())
            if noted.kind in choices.kinds or (noted.kind is None and noted.amounts):
                return noted
            key_of = f"no-{noted.kind}" if noted.kind in ("hours", "km", "pot") else "no-kind"
            print_indented(screen, words(f"book.{key_of}", said=said, kinds=kinds))


def _explain_kinds(choices: Choices) -> None:
    for kind in choices.kinds:
        print_indented(console(), words(f"book.means.{kind}"))


def _settle(talk: Talk, choices: Choices, first: Noted | Event) -> int:
    """Ask what lacks, show it, and write it when it is right; how many were written. TakenBack when the first
    answer is taken back."""
    event = first if isinstance(first, Event) else None
    noted = first if isinstance(first, Noted) else Noted()
    while True:
        with suppress(TakenBack):
            if event is None:
                noted, choices = ask_rest(talk, noted, choices)
                event = event_from(noted, choices, label_of(talk.books, noted, choices))
            if (done := _write(talk, event, choices)) is not None:
                return done
        if not talk.before:
            raise TakenBack
        (noted, choices), event = talk.before.pop(), None


def label_of(books: Books, noted: Noted, choices: Choices) -> str:
    """What people call the account of the event, or the only one that it can have."""
    accounts = choices.accounts[noted.kind] if noted.kind else []
    return labels_of(books, [noted.account or accounts[0]])[0]


def ask_rest(talk: Talk, noted: Noted, choices: Choices) -> tuple[Noted, Choices]:
    """What is known with all that lacks asked. TakenBack when the first question is taken back."""
    may_be_empty: set[EventPart] = set()
    while True:
        noted = followed_up(noted, choices)
        left = [asked for asked in open_questions(noted, choices) if asked not in may_be_empty]
        if not left:
            return noted, choices
        try:
            answered = _ask_one(talk, noted, choices, left[0])
        except TakenBack:
            if not talk.before:
                raise
            noted, choices = talk.before.pop()
            may_be_empty.clear()
            continue
        days = answered.days if left[0] == "day" else ()
        month = Month.of(days[0] if days else talk.today)
        if days and not talk.who.active(month):
            key = "before-first" if month < talk.who.first else "no-month"
            values = {
                "name": talk.who.name, "month": words.month(month), "first": words.month(talk.who.first)
            }  # fmt: skip
            print_indented(console(), words(f"error.{key}", **values))
            continue
        talk.before.append((noted, choices))
        if left[0] in ("project", "who", "what"):
            may_be_empty.add(left[0])
        noted = answered
        if days and month != Month.of(talk.today):
            choices = booking_choices(talk.books, talk.who, days[0])


def _ask_one(talk: Talk, noted: Noted, choices: Choices, asked: EventPart) -> Noted:
    """What is known with the answer to this; TakenBack if the question before is to be asked again."""
    screen = console()
    options = options_of(talk.books, noted, choices, asked)
    if asked in NUMBERED and len(options) > 1:
        listed = "  ".join(f"{nth} {label}".replace(" ", "\xa0") for nth, label in enumerate(options, 1))
        print_text(screen, listed, indent="  ")
    _show_readings(noted, choices, asked, talk.today)
    known = bool(noted.days) if asked == "day" else True
    offer = offered(noted, choices, asked, talk.today) if known else ""
    again_asked = "" if asked == "amount" and len(noted.amounts) > 1 else talk.answered.get(asked)
    offer = again_asked or offer or talk.offers.get(asked, "")
    offer = offer or (str(talk.today) if asked == "day" else "")
    key = f"{asked}-{noted.kind}" if asked in ("amount", "who") and noted.kind else asked
    if asked == "rate" and noted.money == "invoice":
        key = "rate-invoice"
    shown = _shown(talk, asked, offer)
    prompt = words(f"book.ask.{key}", options=", ".join(options)) + (f" [{shown}]" if shown else "")
    while True:
        said = ask(f"{prompt}?", completions_of(noted, choices, asked, options), "", explained=True)
        if said == UNDO:
            raise TakenBack
        if said == PASS_OVER and noted.line:
            raise PassedOver
        if said == HELP:
            _help(noted, choices, asked, "rate-invoice" if key == "rate-invoice" else asked, options)
            continue
        found = understood(talk.books, talk.today, noted, choices, asked, said or offer)
        if isinstance(found, Noted):
            talk.answered[asked] = _as_offer(found, asked, said or offer)
            return found
        print_indented(screen, found)


def _help(noted: Noted, choices: Choices, asked: EventPart, topic: str, options: Sequence[str]) -> None:
    if asked == "kind":
        _explain_kinds(choices)
    else:
        print_indented(console(), words(f"book.help-{topic}", options=", ".join(options)))
    if asked == "money" and "invoice" in choices.places(noted.kind):
        print_indented(console(), words("book.help-invoice"))


def _show_readings(noted: Noted, choices: Choices, asked: EventPart, today: date) -> None:
    if asked == "amount" and len(noted.amounts) > 1:
        print_indented(console(), several_amounts(words, noted))
    elif asked == "rate" and noted.rate:
        print_indented(console(), vat_refused(words, noted, choices))
    elif asked == "day" and len(noted.days) > 1:
        print_indented(console(), words("book.which", readings=", ".join(map(words.day, noted.days))))
    elif asked == "day" and not noted.days and (said := impossible_day(noted.text, today)):
        print_indented(console(), words("book.no-such-day", said=said))


def _as_offer(answered: Noted, asked: EventPart, said: str) -> str:
    """The answer, as it is offered when the question comes again."""
    values = {"account": answered.account, "money": answered.money, "customer": answered.customer}
    return values.get(asked) or (rate_said(answered.rate) if asked == "rate" and answered.rate else said)


def _shown(talk: Talk, asked: EventPart, offer: str) -> str:
    if not offer:
        return ""
    if asked == "account":
        return labels_of(talk.books, [offer])[0]
    if asked == "money":
        return money_word(words, offer)
    if asked == "rate":
        return words("book.no-vat") if rate_meant(offer) == 0 else vat_typed(words, offer)
    if asked == "day":
        with suppress(ValueError):
            day = date.fromisoformat(offer)
            if day == talk.today:
                return words("book.today")
            return f"{words.weekday(day)} {words.short_day(day)}"
    return offer


def _write(talk: Talk, event: Event, choices: Choices) -> int | None:
    """Show the booking and write it when it is right: 1, or 0 when it is not wanted; nothing when something
    in it has to be another. What keeps it from being written can be put right in the meantime."""
    screen = console()
    while True:
        planned = plan_bookings(talk.books, talk.who, [event], talk.today)
        if planned.problems:
            report_problems(planned.problems)
            return None
        screen.print()
        print_text(screen, event_text(words, talk.books.chart, event, choices.money), style="bold")
        show_planned(talk.books, planned, talk.today)
        certain = not planned.told
        if not agreed(words("book.right" if certain else "book.right-all-the-same"), by_enter=certain):
            screen.print(words("book.not-written"))
            return 0
        with writing_in(talk.books.coop, "book", patience=PATIENCE):
            problem = write_planned(talk.books, planned)
        if problem is None:
            report_written(planned)
            return 1
        report_problems([problem])
