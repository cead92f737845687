"""The example cooperative's bank account: its statements, its lines, and what they do to months."""

import json
import shutil
from collections import defaultdict
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from bank_coop import without_bank
from beancount import loader
from beancount.core import data
from conftest import REPOSITORY, Run, takes_seconds
from example_bank import ACCOUNT, statements

from scharrel.ledger.bank_lines import read_bank_book
from scharrel.ledger.books import read_books
from scharrel.store.elsewhere import ledger_text
from scharrel.store.paths import Coop
from scharrel.store.payment_runs import read_runs
from scharrel.treasury.lines import BankBook

LINES = REPOSITORY / "ledgers/bank" / ACCOUNT


def book_of(coop: Path) -> BankBook:
    books, _, _ = read_books(Coop(coop))
    book, problems = read_bank_book(books.coop, books.bank_accounts[ACCOUNT], books.chart, books.holders)
    assert problems == []
    return book


@pytest.fixture
def example(tmp_path: Path) -> Path:
    for part in ("ledgers", "rules"):
        shutil.copytree(REPOSITORY / part, tmp_path / part)
    return tmp_path


def test_the_statements_are_what_the_bookings_bring_about() -> None:
    kept = {path.read_bytes() for path in (LINES / "statements").iterdir()}
    assert {*statements(REPOSITORY).values()} == kept


def test_its_lines_came_out_of_those_statements(example: Path, quick: Run) -> None:
    files = sorted((LINES / "statements").iterdir())
    shutil.rmtree(example / "ledgers/bank")
    done = quick("bank", "import", *map(str, files), "--coop", str(example))
    assert done.status == 0, done.err
    kept, again = book_of(REPOSITORY), book_of(example)
    assert again.statements == tuple(
        record._replace(line=s.line) for record, s in zip(kept.statements, again.statements, strict=True)
    )
    by_hand = 0
    for line, was in zip(again.lines, kept.lines, strict=True):
        assert line[:6] == was[:6]
        if line.settled:
            assert line._replace(line=was.line) == was
        else:
            by_hand += was.settled
    assert by_hand > 100


def test_the_account_holds_what_the_books_say(quick: Run) -> None:
    (account,) = json.loads(quick("bank", "status", "--json", "--coop", str(REPOSITORY)).out)["accounts"]
    assert (account["from"], account["to"]) == ("2026-01-01", "2026-10-31")
    assert (account["difference"], account["unassigned"]) == ("0.00", 3)
    assert (account["outstanding"], account["gaps"]) == ([], [])
    on_account = sum(found for of, found in whole_until("9999").items() if of.startswith("Assets:Bank:"))
    assert str(on_account) == account["bank"]


@cache
def _postings() -> list[tuple[str, data.Posting]]:
    entries, errors, _ = loader.load_file(str(REPOSITORY / "ledgers/consolidated.beancount"))
    assert errors == []
    booked = [entry for entry in entries if isinstance(entry, data.Transaction)]
    return [(str(entry.date), posting) for entry in booked for posting in entry.postings]


def whole_until(day: str) -> dict[str, Decimal]:
    """What is on each account of the whole at the end of a day, in euros."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for booked, posting in _postings():
        if booked <= day and posting.units.currency == "EUR":
            found[posting.account] += posting.units.number
    return found


def test_every_return_that_could_be_filed_was(quick: Run) -> None:
    """Nothing is asked, the VAT accounts were brought to nothing with each quarter, and it was paid."""
    for year in ("2025", "2026"):
        found = json.loads(quick("vat", year, "--json", "--coop", str(REPOSITORY)).out)
        assert (found["questions"], found["changed"]) == ([], [])
    filed = sorted(path.stem for path in (REPOSITORY / "ledgers/vat").iterdir())
    assert filed == [f"2025-Q{n}" for n in (1, 2, 3, 4)] + [f"2026-Q{n}" for n in (1, 2, 3)]
    for day in ("2025-03-31", "2025-12-31", "2026-09-30"):
        at = whole_until(day)
        on_vat = [found for account, found in at.items() if account.startswith("Liabilities:Btw:V")]
        assert on_vat
        assert not sum(on_vat)
    after = whole_until("2026-10-31")
    due = [found for account, found in after.items() if account.startswith("Liabilities:Btw:Aangifte:")]
    assert due
    assert not sum(due)


def test_every_month_was_paid_out_and_the_bank_confirms_it() -> None:
    runs, problems = read_runs(Coop(REPOSITORY))
    assert not problems
    assert [run.through for run in runs] == ["2025-12"] + [f"2026-{n:02}" for n in range(1, 10)]
    ordered = {f"payment {one.id}": (run.day, -one.amount) for run in runs for one in run.payments}
    confirmed = {line.why: (line.day, line.amount) for line in book_of(REPOSITORY).lines}
    assert {why: found for why, found in confirmed.items() if why.startswith("payment ")} == ordered
    under_way = [found for of, found in whole_until("9999").items() if of.startswith("Assets:Onderweg:")]
    assert not any(under_way)


@takes_seconds
def test_once_closed_nothing_of_it_is_left_to_pay(example: Path, quick: Run) -> None:
    where = "--coop", str(example)
    assert quick("close", "2026-09", *where).status == 0
    found = json.loads(quick("pay", "--dry-run", "--json", *where).out)
    # What she laid out after the last run.
    assert [(one["holder"], one["amount"]) for one in found["payments"]] == [("naima", "26.30")]
    assert {one["why"] for one in found["not_paid"]} == {"hand-in"}


def test_what_lasts_for_years_is_worth_something_until_it_is_written_off() -> None:
    for day, worth in (("2025-12-31", "857.25"), ("2026-10-31", "633.50")):
        at = sum(found for of, found in whole_until(day).items() if of.startswith("Assets:Inventaris:"))
        assert str(at) == worth
    ours = whole_until("2026-10-31")
    assert ours["Assets:Inventaris:Coop"] > -ours["Assets:Inventaris:Joao"] - ours["Assets:Inventaris:Fatma"]


def test_what_is_not_understood_is_told_to_who_asks_about_all(quick: Run) -> None:
    for options, told in (((), 1), (("--member", "fatma"), 0)):  # of all three at once
        done = quick("allocate", "2026-10", *options, "--dry-run", "--coop", str(REPOSITORY))
        assert (done.status, done.err.count("nog niet uitgezocht")) == (0, told)


@pytest.mark.parametrize("month", sorted(LINES.glob("*.beancount")), ids=lambda path: path.stem)
def test_every_month_of_lines_passes_bean_check(month: Path) -> None:
    entries, errors, _ = loader.load_file(str(month))
    assert errors == []
    assert entries


def test_every_holder_keeps_what_it_would_without_the_bank(example: Path, quick: Run) -> None:
    """As if each wrote down what the bank brought: what was divided is the same to the last byte."""
    divided = ("allocate", "2026-10", "--json")
    expected = json.loads(quick(*divided, "--dry-run", "--coop", str(example)).out)
    shutil.rmtree(example / "ledgers/payments")  # nobody writes down what is on its way
    (example / "ledgers/issued.json").unlink()
    for month in (example / "ledgers/bank" / ACCOUNT).glob("*.beancount"):
        entries = month.read_text().split("\n\n")
        month.write_text("\n\n".join(one for one in entries if 'why: "payment ' not in one))
    books, _, _ = read_books(Coop(example))
    texts = {holder: ledger_text(books.coop, holder) for holder in books.holders}
    assert sum(len(text.parts) for text in texts.values()) > 200
    for holder, text in texts.items():
        books.coop.ledger(holder).write_bytes(text.data)
    shutil.rmtree(example / "ledgers/bank")
    register = example / "ledgers/coop.beancount"
    register.write_text(without_bank(register.read_text()))
    done = quick(*divided, "--coop", str(example))
    assert done.status == 0, done.err
    assert json.loads(done.out) == expected
    for path in (REPOSITORY / "ledgers/allocations").rglob("*.beancount"):
        assert (example / path.relative_to(REPOSITORY)).read_bytes() == path.read_bytes()
