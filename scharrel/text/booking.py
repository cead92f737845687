"""What is being booked, in a sentence."""

from collections.abc import Mapping

from scharrel.core.chart import Chart
from scharrel.text.accounts import account_name
from scharrel.text.pots import purpose
from scharrel.text.words import Words
from scharrel.treasury.cash_book import IN_EUROS, Event


def event_text(words: Words, chart: Chart, event: Event, money: Mapping[str, str]) -> str:
    """When it was and what happened, as people say it; `money` has where money is by the word for it."""
    return f"{words.weekday(event.day)} {words.day(event.day)}: {event_said(words, chart, event, money)}"


def event_said(words: Words, chart: Chart, event: Event, money: Mapping[str, str]) -> str:
    """What happened, without the day."""
    back = "-back" if event.amount < 0 else ""
    if event.kind in IN_EUROS:
        amount = words.money(abs(event.amount))
    else:
        unit = "km" if event.kind == "km" else "hours"
        amount = words(f"unit.{unit}", number=words.number(event.amount), count=1 if event.amount == 1 else 2)
    said = [words(f"book.said.{event.kind}{back}", amount=amount)]
    if event.who and event.kind in IN_EUROS:
        who = event.who if event.what or event.kind == "pot" else ""
        said += [words(f"book.said.{event.kind}-who{back}", who=who)] if who else []
    what = event.what or event.who
    if what and what != account_name(words, chart, event.account):
        said.append(words("book.said.what", what=what))
    if event.project:
        said.append(words("book.said.project", project=event.project))
    if event.purpose:
        said.append(words("purpose.for", purpose=purpose(words, event.purpose)))
    if event.kind in ("in", "out"):
        said.append(account_name(words, chart, event.account))
        if event.rate:
            said.append(words("book.said.vat", rate=words.rate(event.rate)))
        if event.vat:
            said.append(words(f"book.said.{event.vat}"))
    if event.kind in IN_EUROS:
        at = next((word for word, account in money.items() if account == event.other), "")
        said.append(money_word(words, event.by or at))
    if event.earned and event.earned != event.day:
        said.append(words("book.said.earned", day=words.day(event.earned)))
    return ", ".join(part for part in said if part)


def money_word(words: Words, place: str) -> str:
    """Where money is; a bank account of several is called by its name."""
    return words(f"book.money.{place}") if place in ("cash", "bank", "own", "invoice") else place


def vat_typed(words: Words, said: str) -> str:
    """What is said of VAT, a rate or why there is none, as people type it."""
    return words(f"book.vat.{said}") if said in ("exempt", "reverse") else said.removesuffix("%")
