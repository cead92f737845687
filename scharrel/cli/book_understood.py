"""What is chosen and what is understood of an answer about a booking."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from scharrel.cli.booked import (
    account_names,
    meant_of,
    no_invoice,
)
from scharrel.cli.screen import words
from scharrel.ledger.books import Books
from scharrel.operations.book_answers import (
    EventPart,
    open_questions,
    rates_on_invoice,
    several_amounts,
    vat_refused,
)
from scharrel.operations.book_choices import Choices
from scharrel.text.booking import money_word, vat_typed
from scharrel.text.noted import Noted, day_not_read
from scharrel.text.noted_words import SAID_PAID, kind_meant, money_meant
from scharrel.text.pots import purpose
from scharrel.text.typed import amounts_meant, days_told, quantities_meant, rate_meant, untaxed_meant

NUMBERED = ("account", "customer", "purpose")
"""What is chosen from a list with numbers."""


def options_of(books: Books, noted: Noted, choices: Choices, asked: EventPart) -> list[str]:
    """What there is to choose from, as it is shown."""
    if asked == "kind":
        return [words(f"book.kind.{kind}") for kind in choices.kinds]
    if asked == "rate" and noted.money == "invoice":
        return [vat_typed(words, word) for word in rates_on_invoice(noted, choices)]
    if asked == "rate":
        rates = choices.rates.get(noted.account) or next(iter(choices.rates.values()), [])
        return [rate.removesuffix("%") for rate in rates]
    return [names[0] for names in _named(books, noted, choices, asked).values()]


def completions_of(noted: Noted, choices: Choices, asked: EventPart, options: Sequence[str]) -> Sequence[str]:
    """What the Tab key completes."""
    if asked == "who":
        sold_to = choices.customers.values() if noted.kind == "in" and choices.receivable else ()
        return list(dict.fromkeys([*choices.names(), *(buyer.name for buyer in sold_to)]))
    if asked == "customer":
        return [*choices.customers, *options]
    if asked == "what":
        of_who = [one.what for one in choices.earlier if one.who == noted.who]
        return list(dict.fromkeys([*of_who, *(one.what for one in choices.earlier)]))
    return options


def understood(
    books: Books, today: date, noted: Noted, choices: Choices, asked: EventPart, said: str
) -> Noted | str:
    """What is known with this answer, or why it is none."""
    if asked == "kind":
        kind = kind_meant(said)
        return noted._replace(kind=kind) if kind in choices.kinds else _no_choice(said)
    if asked == "amount":
        meant = quantities_meant if noted.kind in ("hours", "km") else amounts_meant
        amounts = [amount for amount in meant(said) if amount and (amount > 0 or noted.kind == "in")]
        if not amounts:
            return words("book.no-amount" if said else "book.type-amount", said=said)
        found = noted._replace(amounts=tuple(amounts))
        return found if len(amounts) == 1 else several_amounts(words, found._replace(rate=None))
    if asked == "day":
        days, earned = days_told(said, today)
        if len(days) == 1:
            return noted._replace(days=days, earned=earned)
        if not days:
            return day_not_read(words, said, today)
        return words("book.which", readings=", ".join(map(words.day, days)))
    if asked in ("who", "what", "reason"):
        if not said:
            return words("book.no-who" if asked == "who" else "book.no-what")
        return _with(noted, asked, said)._replace(split=True)
    if asked == "rate":
        return _rate_understood(books, noted, choices, said)
    if asked == "money" and (place := money_meant(said)):
        if place == "invoice" and noted.kind == "in":
            return no_invoice(noted, choices) or noted._replace(money=place)
        if place in choices.money:
            return noted._replace(money=place)
    named = _named(books, noted, choices, asked)
    chosen = meant_of(said, named, numbered=asked in NUMBERED)
    if len(chosen) > 1:
        return words("book.which", readings=", ".join(named[one][0] for one in chosen))
    if asked == "project" and not said:
        return noted
    if asked == "customer" and said and not chosen:
        return words("book.no-customer", said=said, known=", ".join(choices.customers))
    return _with(noted, asked, chosen[0]) if chosen else _no_choice(said, asked)


def _with(noted: Noted, asked: str, answer: str) -> Noted:
    values: dict[str, Any] = {asked: answer}
    return noted._replace(**values)


def _rate_understood(books: Books, noted: Noted, choices: Choices, said: str) -> Noted | str:
    if noted.money == "invoice":
        found = noted._replace(rate=rate_meant(said) or Decimal(0), vat=untaxed_meant(said))
        return vat_refused(words, found, choices) if "rate" in open_questions(found, choices) else found
    options = options_of(books, noted, choices, "rate")
    rate = rate_meant(said)
    if not said:
        return words("book.choose")
    if rate in (0, *map(rate_meant, options)):
        return noted._replace(rate=rate)
    yes = said.casefold() in ("j", "ja", "y", "yes", "met", "with", "incl", "inclusief")
    return words("book.which-rate" if yes else "book.no-rate", said=said, options=", ".join(options))


def _no_choice(said: str, asked: EventPart = "kind") -> str:
    if not said:
        return words("book.choose")
    return words(
        "book.whose-money"
        if asked == "money" and {*said.casefold().split()} & SAID_PAID
        else "book.no-choice",
        said=said,
    )


def _named(books: Books, noted: Noted, choices: Choices, asked: EventPart) -> dict[str, Sequence[str]]:
    """What there is to choose from, each with the names that it has."""
    if asked == "account" and noted.kind:
        return account_names(books, choices.accounts[noted.kind])
    if asked == "money":
        return {place: (money_word(words, place), place) for place in choices.places(noted.kind)}
    if asked == "customer":
        return {short: (buyer.name, short) for short, buyer in choices.customers.items()}
    if asked == "project":
        return {short: (short, name) for short, name in choices.projects.items()}
    if asked == "purpose":
        names = choices.purposes.get(noted.account or choices.accounts["pot"][0]) or []
        return {name: (purpose(words, name), name) for name in names}
    return {}
