"""What the reports share: everyone's months, and tables on the screen."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console

from scharrel.checks.outcome import Outcome
from scharrel.cli.arguments import today
from scharrel.cli.screen import progress_bar, stop_on_errors, words
from scharrel.core.facts import Group
from scharrel.core.month import Month
from scharrel.core.problems import Problem
from scharrel.ledger.books import Books
from scharrel.operations.divide import divide_group
from scharrel.text.table import columns


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
