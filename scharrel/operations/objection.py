"""The letter that asks the municipality to put its specification right, as a file."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from scharrel.core.problems import Problem
from scharrel.ledger.books import Books
from scharrel.operations.specifications import ExplainedLetter
from scharrel.statements.correspondence import correspondence
from scharrel.statements.documents import BrokenTemplateError
from scharrel.statements.objection import objection_document, objection_to
from scharrel.store.durable import write_bytes
from scharrel.text.periods import provisional
from scharrel.text.specifications import SaidMistake
from scharrel.text.words import Words


def write_objection(
    words: Words,
    books: Books,
    found: ExplainedLetter,
    ways: Sequence[Sequence[SaidMistake]],
    today: date,
    path: Path,
) -> list[Problem]:
    """Write the letter, as PDF or as text by the end of the file's name; what is wrong with the template
    stands in the way. WriteError if it cannot be written."""
    addressee = correspondence(books.entries, books.title, found.letter.month, today).addressee
    view = objection_to(
        words,
        found.member,
        found.letter,
        found.books,
        found.more,
        ways,
        coop=books.title,
        addressee=addressee,
        day=today,
        provisional=provisional(words, found.month),
    )
    try:
        content = objection_document(words, view, books.coop.templates, path.suffix[1:])
    except BrokenTemplateError as broken:
        return [broken.problem]
    write_bytes(path, content)
    return []
