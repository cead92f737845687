"""scharrel inbox: book a list that a member noted, all of it or nothing."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scharrel.cli.arguments import open_coop, today
from scharrel.cli.book import standing_errors, whose
from scharrel.cli.options import COOP, DRY_RUN, JSON
from scharrel.cli.screen import console, fail, print_indented, print_text, stop_on_errors, to_stderr, words
from scharrel.cli.writing import writing_in
from scharrel.core.month import Month
from scharrel.text.noted import Noted, impossible_day

if TYPE_CHECKING:
    from scharrel.core.facts import Holder
    from scharrel.ledger.books import Books
    from scharrel.operations.book import Choices, Planned
    from scharrel.treasury.cash_book import Event

_FILE = typer.Argument(metavar=words("metavar.file"), help=words("help.inbox-file"), show_default=False)
_MEMBER = typer.Option("--member", metavar="ID", help=words("help.book-member"))


def command(
    file: Annotated[Path, _FILE],
    member: Annotated[str | None, _MEMBER] = None,
    dry_run: Annotated[bool, DRY_RUN] = False,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.cli.booked import PATIENCE, print_planned, report_written
    from scharrel.operations.book import booking_choices, plan_bookings, write_planned
    from scharrel.operations.inbox import as_listed, known_already, read_inbox, read_on, remember_list
    from scharrel.operations.opening import open_books
    from scharrel.text.accounts import account_labels

    books = open_books(open_coop(coop))
    holder = whose(books, member)
    stop_on_errors(standing_errors(books))
    choices = booking_choices(books, holder, today())
    inbox = read_inbox(file, today(), choices.names())
    stop_on_errors(list(inbox.problems))
    if not inbox.noted:
        fail(words("inbox.empty", file=file.name), status=1)
    labels = account_labels(words, books.chart)
    before = read_on(books.coop, file)
    if before:
        to_stderr(words("inbox.again", file=file.name, day=words.day(_day(before))))
    known = known_already(inbox.noted, choices, read_before=bool(before))
    fresh = [
        as_listed(noted, choices, labels, today())
        for noted, there in zip(inbox.noted, known, strict=True)
        if there is None
    ]
    if not as_json:
        for noted, there in zip(inbox.noted, known, strict=True):
            if there:
                print_indented(console(), words("inbox.known", line=noted.line, text=noted.text))
    if not fresh and not as_json:
        print_text(console(), words("inbox.all-known", file=file.name))
        return
    asking = sys.stdin.isatty() and not as_json
    more = {"known": len(known) - len(fresh)}
    events = (
        _asked(books, holder, fresh, choices) if asking else _certain(books, holder, file, fresh, choices)
    )
    read = list(zip(fresh, events, strict=True))
    planned = plan_bookings(books, holder, events, today())
    stop_on_errors(list(planned.problems))
    if not as_json:
        _show_read(books, read, planned, choices, lines=not asking)
    if asking and not dry_run and not _confirmed(len(read)):
        console().print(words("book.nothing"))
        return
    written = bool(read) and not dry_run
    if written:
        with writing_in(books.coop, "inbox", patience=PATIENCE):
            problem = write_planned(books, planned)
            if problem is None:
                remember_list(books.coop, file, today())
        stop_on_errors([problem] if problem else [])
    if as_json:
        print_planned(planned, written=written, more=more)
    elif written:
        report_written(planned.shown, holder, planned)


def _day(said: str) -> Any:
    from datetime import date

    return date.fromisoformat(said)


def _certain(
    books: "Books", holder: "Holder", file: Path, fresh: Sequence[Noted], choices: "Choices"
) -> list["Event"]:
    """The events, where all of each line is certain; else every line of which something is not is told."""
    from scharrel.operations.book_answers import event_from, followed_up, open_questions

    events, wrong = [], 0
    for noted in fresh:
        of_day, known = _choices_for(books, holder, noted, choices), noted
        known = followed_up(known, of_day) if of_day else known
        if of_day and not (left := open_questions(known, of_day)):
            events.append(event_from(known, of_day, _label(books, known, of_day)))
            continue
        wrong += 1
        no_day = "" if noted.days else impossible_day(noted.text, today())
        what = ", ".join(
            words("inbox.lacks.no-such-day", said=no_day) if asked == "day" and no_day
            else words(f"inbox.lacks.{asked}")
            for asked in (left if of_day else ["day"])
        )  # fmt: skip
        to_stderr(f"{file}:{noted.line}: {words('inbox.lacks-some', what=what)}\n    {noted.text}")
    if wrong:
        fail(words("inbox.nothing"), status=1)
    return events


def _choices_for(books: "Books", holder: "Holder", noted: Noted, choices: "Choices") -> "Choices | None":
    """What there is to choose from on the day of the line; nothing when the member is none then."""
    from scharrel.operations.book import booking_choices

    if len(noted.days) != 1 or Month.of(noted.days[0]) == Month.of(today()):
        return choices
    return booking_choices(books, holder, noted.days[0]) if holder.active(Month.of(noted.days[0])) else None


def _label(books: "Books", noted: Noted, choices: "Choices") -> str:
    from scharrel.cli.booked import labels_of

    accounts = choices.accounts[noted.kind] if noted.kind else []
    return labels_of(books, [noted.account or accounts[0]])[0]


def _asked(books: "Books", holder: "Holder", fresh: Sequence[Noted], choices: "Choices") -> list["Event"]:
    """The events, with what is not certain asked line by line; `-` goes back to the line before."""
    from scharrel.cli.asking import StoppedAsking, TakenBack
    from scharrel.cli.book_asking import ask_rest
    from scharrel.operations.book_answers import event_from, rate_said
    from scharrel.text.booking import event_text

    screen = console()
    print_text(screen, words("book.how"))
    events: list[Event] = []
    asked: list[int] = []
    last: dict[str, str] = {}
    nth = 0
    try:
        while nth < len(fresh):
            noted = fresh[nth]
            print_indented(screen, words("inbox.line", line=noted.line, text=noted.text), style="bold")
            answers: list[tuple[Noted, Choices]] = []
            try:
                of_day = _choices_for(books, holder, noted, choices) or choices
                found, of_day = ask_rest(books, holder, noted, of_day, today(), answers, last)
            except TakenBack:
                nth = asked.pop() if asked else nth
                del events[nth:]
                continue
            if answers:
                asked.append(nth)
            last = {"day": str(found.days[0])}
            if found.rate is not None:
                last["rate"] = rate_said(found.rate)
            event = event_from(found, of_day, _label(books, found, of_day))
            print_indented(screen, f"  {event_text(words, books.chart, event, of_day.money)}")
            events.append(event)
            nth += 1
    except StoppedAsking:
        screen.print(words("book.nothing"))
        raise SystemExit(0) from None
    return events


def _show_read(
    books: "Books",
    read: Sequence[tuple[Noted, "Event"]],
    planned: "Planned",
    choices: "Choices",
    *,
    lines: bool,
) -> None:
    """What was made of each line, and what it all does to what is kept."""
    from scharrel.cli.booked import show_planned
    from scharrel.text.booking import event_text

    for noted, event in read if lines else ():
        print_indented(console(), words("inbox.line", line=noted.line, text=noted.text), style="dim")
        print_indented(console(), f"  {event_text(words, books.chart, event, choices.money)}")
    show_planned(books, planned, today(), lines=False)


def _confirmed(count: int) -> bool:
    from scharrel.cli.asking import YES, StoppedAsking, ask

    try:
        return ask(words("inbox.right", count=count)).casefold() in YES
    except StoppedAsking:
        return False
