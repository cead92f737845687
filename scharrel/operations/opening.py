"""Opening the books: read, then checked."""

from scharrel.checks.books import books_problems
from scharrel.ledger.books import Books, read_books
from scharrel.operations.receipts import with_receipts
from scharrel.store.paths import Coop


def open_books(coop: Coop) -> Books:
    """The chart, the register, the packs and the seals; `problems` has all that is wrong with them."""
    books, register, seals = read_books(coop)
    books = books._replace(problems=books_problems(books, register, seals))
    return with_receipts(books) if any(pack.by_payment for pack in books.packs.values()) else books
