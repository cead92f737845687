"""What the reports share: the year that is asked for, everyone's months, and tables on the screen."""

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console

from scharrel.checks.outcome import Outcome
from scharrel.cli.arguments import today
from scharrel.cli.screen import fail, progress_bar, stop_on_errors, words
from scharrel.core.facts import Group
from scharrel.core.month import Month
from scharrel.core.problems import Problem
from scharrel.ledger.books import Books
from scharrel.operations.divide import divide_group
from scharrel.text.table import columns


def read_year(text: str | None) -> int | None:
    """The year as the user wrote it, if one was."""
    if text is not None and not re.fullmatch("20[0-9]{2}", text):
        fail(words("error.year", text=text), status=2)
    return int(text) if text else None


def read_begun_year(text: str) -> int:
    """The year as the user wrote it, which has to have begun."""
    year = read_year(text)
    assert year is not None
    if year > today().year:
        fail(words("error.year-ahead", year=year), status=2)
    return year


def divided(books: Books, last: Month, known: Iterable[Problem] = ()) -> Iterator[tuple[Group, Outcome]]:
    """Each group with its months up to the last one; with an error among these, or among the known problems,
    the program stops at the end."""
    problems = list(known)
    groups = books.groups()
    with progress_bar(words("progress.reading")) as progress:
        for done, group in enumerate(groups, 1):
            outcome = divide_group(books, group, last, today())
            problems += outcome.problems
            yield group, outcome
            progress(done, len(groups))
    stop_on_errors(problems)


def show_table(screen: Console, rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> None:
    """The rows in columns, the first as their heading; those numbered in `left` hold no numbers."""
    heading, *lines = columns(rows, left, screen.width)
    screen.out(heading, style="dim")
    screen.out("\n".join(lines))
