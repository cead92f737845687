"""Papers that a command makes beside its answer on the screen."""

from collections.abc import Callable
from pathlib import Path

from scharrel.cli.arguments import today
from scharrel.cli.screen import stop_on_errors, words
from scharrel.cli.writing import writing_in
from scharrel.core.month import Month
from scharrel.ledger.books import Books
from scharrel.statements.documents import BrokenTemplateError
from scharrel.statements.making import Order
from scharrel.statements.pdf import typesetters_world
from scharrel.store.staging import put_private


def paper_of(
    books: Books, command: str, last: Month, form: str, make: Callable[[Order], bytes], at: str = ""
) -> tuple[bytes, Path | None]:
    """The paper, of a time up to this month, and where among the statements it was put if it is to be."""
    statements = books.coop.statements
    with writing_in(books.coop, command, alone=False), typesetters_world() as world:
        order = Order(
            last, (command,), form, words.lang, frozenset(), today(), books.coop.templates, world
        )  # fmt: skip
        try:
            paper = make(order)
        except BrokenTemplateError as broken:
            stop_on_errors([broken.problem])
            raise
        if not at:
            return paper, None
        folder, _, name = at.rpartition("/")
        return paper, put_private(statements / folder, name, paper, statements)
