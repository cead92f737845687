"""Asking at a terminal what a member did, one thing at a time, until the whole booking is there."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from scharrel.cli.asking import HELP, LATER, UNDO, YES, StoppedAsking, TakenBack, ask
from scharrel.cli.booked import (
    PATIENCE,
    account_meant,
    amount_readings,
    labels_of,
    no_invoice,
    no_rate,
    report_written,
    short_name_meant,
    show_planned,
    vat_said,
)
from scharrel.cli.screen import console, print_indented, print_text, report_problems, words
from scharrel.cli.writing import writing_in
from scharrel.core.facts import Holder
from scharrel.core.month import Month
from scharrel.ledger.books import Books
from scharrel.operations.book import Choices, again, booking_choices, plan_bookings, write_planned
from scharrel.operations.book_answers import (
    EventPart,
    event_from,
    followed_up,
    offered,
    open_questions,
    rates_on_invoice,
)
from scharrel.text.booking import event_text, money_word
from scharrel.text.noted import (
    INVOICE_WORDS,
    MONEY_WORDS,
    Noted,
    day_not_read,
    impossible_day,
    kind_meant,
    noted_line,
)
from scharrel.text.pots import purpose
from scharrel.text.typed import amounts_meant, days_told, quantities_meant, rate_meant, untaxed_meant
from scharrel.treasury.cash_book import Event


def ask_bookings(books: Books, who: Holder, today: date) -> None:
    """Ask for one booking after the other until that is all; each is written when it is said to be right."""
    screen = console()
    print_text(screen, words("book.how"))
    count = 0
    with suppress(StoppedAsking):
        while True:
            choices = booking_choices(books, who, today)
            event = _ask_first(books, choices, today, more=count > 0)
            if event is None:
                return
            with suppress(TakenBack):
                count += _settle(books, who, choices, event, today)
                continue
    if not count:
        screen.print(words("book.nothing"))


def _ask_first(books: Books, choices: Choices, today: date, *, more: bool) -> Noted | Event | None:
    """What is to be booked, as far as the first answer says it; nothing where that was all."""
    screen = console()
    repeat = None if more else again(choices, today)
    kinds = ", ".join(words(f"book.kind.{kind}") for kind in choices.kinds)
    if repeat:
        print_indented(
            screen, words("book.again", what=event_text(words, books.chart, repeat, choices.money))
        )
    while True:
        said = ask(words("book.more" if more else "book.first", kinds=kinds))
        if said == LATER:
            if more:
                return None
            if repeat:
                return repeat
        elif said == HELP:
            print_indented(screen, words("book.help"))
        elif said != UNDO:
            noted = _first_meant(said, choices, today)
            if noted.kind in choices.kinds:
                return noted
            key = f"no-{noted.kind}" if noted.kind in ("hours", "km", "pot") else "no-kind"
            print_indented(screen, words(f"book.{key}", said=said, kinds=kinds))


def _first_meant(said: str, choices: Choices, today: date) -> Noted:
    if kind := kind_meant(said):
        return Noted(kind=kind)
    return noted_line(said, today, choices.names())


def _settle(books: Books, who: Holder, choices: Choices, first: Noted | Event, today: date) -> int:
    """Ask what lacks, show it, and write it when it is right; how many were written. TakenBack when the first
    answer is taken back."""
    answers: list[tuple[Noted, Choices]] = []
    event = first if isinstance(first, Event) else None
    noted = first if isinstance(first, Noted) else Noted()
    while True:
        try:
            if event is None:
                noted, choices = ask_rest(books, who, noted, choices, today, answers)
                event = event_from(noted, choices, _label_of(books, noted, choices))
            if (done := _write(books, who, event, choices, today)) is not None:
                return done
        except TakenBack:
            pass
        if not answers:
            raise TakenBack
        (noted, choices), event = answers.pop(), None


def _label_of(books: Books, noted: Noted, choices: Choices) -> str:
    accounts = choices.accounts[noted.kind] if noted.kind else []
    return labels_of(books, [noted.account or accounts[0]])[0]


def ask_rest(
    books: Books,
    who: Holder,
    noted: Noted,
    choices: Choices,
    today: date,
    answers: list[tuple[Noted, Choices]],
    offers: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Noted, Choices]:
    """The event with all that lacks asked, each answer on the pile; `offers` are for what is not known from
    what was booked before. TakenBack when the first question is taken back."""
    asked_for: set[EventPart] = set()
    while True:
        noted = followed_up(noted, choices)
        left = [asked for asked in open_questions(noted, choices) if asked not in asked_for]
        if not left:
            return noted, choices
        try:
            answered = ask_one(books, noted, choices, left[0], today, offers.get(left[0], ""))
        except TakenBack:
            if not answers:
                raise
            noted, choices = answers.pop()
            asked_for.clear()
            continue
        answers.append((noted, choices))
        if left[0] in ("project", "who", "what"):
            asked_for.add(left[0])  # may be left empty
        noted = answered
        if len(noted.days) == 1 and (month := Month.of(noted.days[0])) != Month.of(today):
            if not who.active(month):
                values = {"name": who.name, "month": words.month(month), "first": words.month(who.first)}
                key = "before-first" if month < who.first else "no-month"
                print_indented(console(), words(f"error.{key}", **values))
                noted, choices = answers.pop()
                noted = noted._replace(days=())
            else:
                choices = booking_choices(books, who, noted.days[0])


def ask_one(
    books: Books, noted: Noted, choices: Choices, asked: EventPart, today: date, otherwise: str = ""
) -> Noted:
    """What is known with the answer to this; TakenBack if the question before is to be asked again."""
    screen = console()
    offer = offered(noted, choices, asked, today)
    if otherwise and not (noted.days if asked == "day" else offer):
        offer = otherwise
    options = _options(books, noted, choices, asked)
    if asked in ("account", "customer") or (asked == "purpose" and len(options) > 1):
        listed = "  ".join(f"{nth} {label}".replace(" ", "\xa0") for nth, label in enumerate(options, 1))
        print_indented(screen, f"  {listed}")
    _show_readings(noted, asked, today)
    key = f"{asked}-{noted.kind}" if asked in ("amount", "who") else asked
    shown = _shown(books, asked, offer, today)
    if asked == "rate" and noted.money == "invoice":
        key = "rate-invoice"
    prompt = words(f"book.ask.{key}", options=", ".join(options)) + (f" [{shown}]" if shown else "")
    while True:
        said = ask(f"{prompt}?", _completions(noted, choices, asked, options), "")
        if said == UNDO:
            raise TakenBack
        if said == HELP:
            topic = key if key == "rate-invoice" else asked
            print_indented(screen, words(f"book.help-{topic}", options=", ".join(options)))
            if asked == "money" and "invoice" in choices.places(noted.kind):
                print_indented(screen, words("book.help-invoice"))
            continue
        if (answered := _understood(books, noted, choices, asked, said or offer, today)) is not None:
            return answered


def _show_readings(noted: Noted, asked: EventPart, today: date) -> None:
    if asked == "amount" and len(noted.amounts) > 1:
        print_indented(console(), amount_readings(noted))
    elif asked == "day" and len(noted.days) > 1:
        print_indented(console(), words("book.which", readings=", ".join(map(words.day, noted.days))))
    elif asked == "day" and not noted.days and (said := impossible_day(noted.text, today)):
        print_indented(console(), words("book.no-such-day", said=said))


def _shown(books: Books, asked: EventPart, offer: str, today: date) -> str:
    if not offer:
        return ""
    if asked == "account":
        return labels_of(books, [offer])[0]
    if asked == "money":
        return money_word(words, offer)
    if asked == "rate":
        return words("book.no-vat") if offer == "0" else vat_said(offer)
    if asked == "day":
        return words("book.today") if offer == str(today) else words.short_day(date.fromisoformat(offer))
    return offer


def _options(books: Books, noted: Noted, choices: Choices, asked: EventPart) -> list[str]:
    """What there is to choose from."""
    if asked == "kind":
        return [words(f"book.kind.{kind}") for kind in choices.kinds]
    if asked == "account" and noted.kind:
        return labels_of(books, choices.accounts[noted.kind])
    if asked == "money":
        return [money_word(words, place) for place in choices.places(noted.kind)]
    if asked == "customer":
        return [buyer.name for buyer in choices.customers.values()]
    if asked == "rate" and noted.money == "invoice":
        return [vat_said(word) for word in rates_on_invoice(noted, choices)]
    if asked == "rate":
        rates = choices.rates.get(noted.account) or next(iter(choices.rates.values()), [])
        return [rate.removesuffix("%") for rate in rates]
    if asked == "project":
        return list(choices.projects)
    if asked == "purpose":
        return [purpose(words, name) for name in _purposes(noted, choices)]
    return []


def _purposes(noted: Noted, choices: Choices) -> list[str]:
    return choices.purposes.get(noted.account or choices.accounts["pot"][0]) or []


def _completions(noted: Noted, choices: Choices, asked: EventPart, options: Sequence[str]) -> Sequence[str]:
    if asked == "who":
        sold_to = choices.customers.values() if noted.kind == "in" and choices.receivable else ()
        return list(dict.fromkeys([*choices.names(), *(buyer.name for buyer in sold_to)]))
    if asked == "customer":
        return [*choices.customers, *options]
    if asked == "what":
        of_who = [one.what for one in choices.earlier if one.who == noted.who]
        return list(dict.fromkeys([*of_who, *(one.what for one in choices.earlier)]))
    return options


def _understood(
    books: Books, noted: Noted, choices: Choices, asked: EventPart, said: str, today: date
) -> Noted | None:
    """What is known with this answer; nothing, and why, where it is none or more than one."""
    found = understood(books, noted, choices, asked, said, today)
    if isinstance(found, Noted):
        return found
    print_indented(console(), found)
    return None


def understood(
    books: Books, noted: Noted, choices: Choices, asked: EventPart, said: str, today: date
) -> Noted | str:
    """What is known with this answer, or why it is none."""
    if asked == "kind":
        kind = kind_meant(said) if said else None
        return noted._replace(kind=kind) if kind in choices.kinds else _no_choice(said)
    if asked == "amount":
        meant = quantities_meant if noted.kind in ("hours", "km") else amounts_meant
        amounts = [amount for amount in meant(said) if amount and (amount > 0 or noted.kind == "in")]
        if not amounts:
            return words("book.no-amount", said=said)
        found = noted._replace(amounts=tuple(amounts))
        return found if len(amounts) == 1 else amount_readings(found._replace(rate=None))
    if asked == "day":
        days, earned = days_told(said, today)
        if len(days) == 1:
            return noted._replace(days=days, earned=earned)
        if not days:
            return day_not_read(words, said, today)
        return words("book.which", readings=", ".join(map(words.day, days)))
    if asked == "who":
        return noted._replace(who=said, split=True) if said else words("book.no-who")
    if asked == "what":
        return noted._replace(what=said, split=True) if said else words("book.no-what")
    if asked == "reason":
        return noted._replace(reason=said) if said else words("book.no-what")
    if asked == "rate" and noted.money == "invoice":
        found = noted._replace(rate=rate_meant(said) or Decimal(0), vat=untaxed_meant(said))
        lacks = "rate" in open_questions(found, choices)
        return no_rate(found, choices) if lacks else found
    if asked == "rate":
        rate = rate_meant(said)
        allowed = {Decimal(0), *(rate_meant(r) for r in _options(books, noted, choices, "rate"))}
        return noted._replace(rate=rate) if rate in allowed and said else words("book.no-rate", said=said)
    if asked == "money":
        if said.casefold().strip() in INVOICE_WORDS and noted.kind == "in":
            return no_invoice(noted, choices) or noted._replace(money="invoice")
        place = MONEY_WORDS.get(said.casefold().split()[0], "") if said else ""
        named = [one for one in choices.money if said and one.startswith(said.casefold())]
        place = place if place in choices.money else named[0] if len(named) == 1 else ""
        return noted._replace(money=place) if place else _no_choice(said)
    if asked == "account" and noted.kind:
        account = account_meant(said, choices.accounts[noted.kind], books) if said else ""
        return noted._replace(account=account) if account else _no_choice(said)
    if asked == "customer":
        known = {short: buyer.name for short, buyer in choices.customers.items()}
        nth = int(said) if said.isdecimal() else 0
        customer = [*known][nth - 1] if 0 < nth <= len(known) else short_name_meant(said, known)
        if customer:
            return noted._replace(customer=customer)
        return words("book.no-customer", said=said, known=", ".join(known)) if said else _no_choice(said)
    if asked == "project":
        project = short_name_meant(said, choices.projects) if said else ""
        return _no_choice(said) if said and not project else noted._replace(project=project)
    names = _purposes(noted, choices)
    folded = said.casefold()
    labels = [purpose(words, name).casefold() for name in names]
    if said.isdecimal() and 0 < int(said) <= len(names):
        return noted._replace(purpose=names[int(said) - 1])
    fits = [
        n
        for n, label in zip(names, labels, strict=True)
        if said and (n.startswith(folded) or folded in label)
    ]
    return noted._replace(purpose=fits[0]) if len(fits) == 1 else _no_choice(said)


def _no_choice(said: str) -> str:
    return words("book.no-choice", said=said) if said else words("book.choose")


def _write(books: Books, who: Holder, event: Event, choices: Choices, today: date) -> int | None:
    """Show the booking and write it when it is right: 1, or 0 when it is not wanted; nothing when something
    in it has to be another. A ledger that changed is looked at again."""
    screen = console()
    while True:
        planned = plan_bookings(books, who, [event], today)
        if planned.problems:
            report_problems(planned.problems)
            return None
        screen.print()
        print_text(screen, event_text(words, books.chart, event, choices.money), style="bold")
        show_planned(books, planned, today)
        certain = not planned.told
        said = ask(words("book.right" if certain else "book.right-all-the-same")).casefold()
        if said == UNDO:
            raise TakenBack
        if said not in (YES if certain else YES[1:]):
            screen.print(words("book.not-written"))
            return 0
        with writing_in(books.coop, "book", patience=PATIENCE):
            problem = write_planned(books, planned)
        if problem is None:
            report_written(planned.shown, who, planned)
            return 1
        report_problems([problem])
        if problem.code != "ledger-changed":
            return 0
