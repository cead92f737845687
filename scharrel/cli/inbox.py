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
    from scharrel.operations.book import Planned
    from scharrel.operations.book_choices import Choices
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
    from scharrel.cli.booked import PATIENCE, print_planned, report_way_back, report_written
    from scharrel.operations.book import hindrances, plan_bookings, write_planned
    from scharrel.operations.book_choices import booking_choices
    from scharrel.operations.inbox import as_listed, known_already, read_inbox, read_on, remember_list
    from scharrel.operations.opening import open_books
    from scharrel.text.accounts import account_labels

    books = open_books(open_coop(coop))
    holder = whose(books, member)
    stop_on_errors(standing_errors(books) or ([] if dry_run else hindrances(books, holder, today())))
    choices = booking_choices(books, holder, today())
    inbox = read_inbox(file, today(), choices.names())
    stop_on_errors(list(inbox.problems))
    for line, text in inbox.passed_over:
        to_stderr(words("inbox.passed-over", line=line, text=text))
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
    more = {"known": len(known) - len(fresh), "passed_over": [line for line, _ in inbox.passed_over]}
    read = _asked(books, holder, fresh, choices) if asking else _certain(books, holder, file, fresh, choices)
    if not read and not as_json:
        console().print(words("book.nothing"))
        return
    planned = plan_bookings(books, holder, [event for _, event in read], today())
    stop_on_errors(list(planned.problems) if read else [])
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
        report_written(planned)
        report_way_back(holder)


def _day(said: str) -> Any:
    from datetime import date

    return date.fromisoformat(said)


def _certain(
    books: "Books", holder: "Holder", file: Path, fresh: Sequence[Noted], choices: "Choices"
) -> list[tuple[Noted, "Event"]]:
    """The lines with their events, if all of each is certain; else every line of which something is not is
    told."""
    from scharrel.cli.book_asking import label_of
    from scharrel.operations.book_answers import event_from, followed_up, open_questions

    events, wrong = [], 0
    for noted in fresh:
        of_day, known = _choices_for(books, holder, noted, choices), noted
        known = followed_up(known, of_day) if of_day else known
        if of_day and not (left := open_questions(known, of_day)):
            events.append((noted, event_from(known, of_day, label_of(books, known, of_day))))
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
    from scharrel.operations.book_choices import booking_choices

    if len(noted.days) != 1 or Month.of(noted.days[0]) == Month.of(today()):
        return choices
    return booking_choices(books, holder, noted.days[0]) if holder.active(Month.of(noted.days[0])) else None


def _asked(
    books: "Books", holder: "Holder", fresh: Sequence[Noted], choices: "Choices"
) -> list[tuple[Noted, "Event"]]:
    """The lines with their events, with what is not certain asked line by line; `-` goes back to the line
    before, `/` passes one over."""
    from scharrel.cli.asking import PassedOver, StoppedAsking, TakenBack
    from scharrel.cli.book_asking import Talk, ask_rest, label_of
    from scharrel.operations.book_answers import EventPart, event_from, rate_said
    from scharrel.text.booking import event_text

    screen = console()
    print_text(screen, words("inbox.how"))
    read: list[tuple[Noted, Event]] = []
    asked: list[tuple[int, int]] = []
    last: dict[EventPart, str] = {}
    nth = 0
    try:
        while nth < len(fresh):
            noted = fresh[nth]
            print_indented(screen, words("inbox.line", line=noted.line, text=noted.text), style="bold")
            likely: dict[EventPart, str] = {"day": str(noted.likely)} if noted.likely else {}
            talk = Talk(books, holder, today(), [], {}, last | likely)
            try:
                of_day = _choices_for(books, holder, noted, choices) or choices
                found, of_day = ask_rest(talk, noted, of_day)
            except TakenBack:
                nth, count = asked.pop() if asked else (nth, len(read))
                del read[count:]
                continue
            except PassedOver:
                asked.append((nth, len(read)))
                nth += 1
                continue
            if talk.before:
                asked.append((nth, len(read)))
            last = {"day": str(found.days[0])}
            if found.rate is not None:
                last["rate"] = rate_said(found.rate)
            event = event_from(found, of_day, label_of(books, found, of_day))
            print_indented(screen, f"  {event_text(words, books.chart, event, of_day.money)}")
            read.append((noted, event))
            nth += 1
    except StoppedAsking:
        screen.print(words("book.nothing"))
        raise SystemExit(0) from None
    return read


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
    from scharrel.cli.asking import StoppedAsking, TakenBack, agreed

    try:
        return agreed(words("inbox.right", count=count), by_enter=True)
    except (StoppedAsking, TakenBack):
        return False
