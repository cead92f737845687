"""scharrel bank assign: say what a bank line is, by options, or at a terminal one line after the other."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scharrel.cli.arguments import open_coop, read_day
from scharrel.cli.options import COOP
from scharrel.cli.screen import console, fail, print_text, stop_on_errors, with_near, words
from scharrel.cli.writing import writing_in
from scharrel.core.names import COOP_ID, nearest

if TYPE_CHECKING:
    from scharrel.core.across import HandBooking
    from scharrel.ledger.books import Books
    from scharrel.operations.bank import Bank
    from scharrel.operations.bank_assign import OpenLine
    from scharrel.treasury.suggestions import Answer

_LINE = typer.Argument(
    metavar=f"[{words('metavar.line')}]", help=words("help.bank-assign-line"), show_default=False
)
_FOR = typer.Option("--for", metavar=words("metavar.holder"), help=words("help.bank-assign-for"))
_ACCOUNT = typer.Option("--account", metavar=words("metavar.account"), help=words("help.bank-assign-account"))
_VAT = typer.Option("--vat", metavar=words("metavar.rate"), help=words("help.bank-assign-vat"))
_INVOICE = typer.Option("--invoice", metavar=words("metavar.number"), help=words("help.bank-assign-invoice"))
_EARNED = typer.Option("--earned", metavar=words("metavar.date"), help=words("help.bank-assign-earned"))


def command(
    line: Annotated[str | None, _LINE] = None,
    holder: Annotated[str | None, _FOR] = None,
    account: Annotated[str | None, _ACCOUNT] = None,
    rate: Annotated[str | None, _VAT] = None,
    earned: Annotated[str | None, _EARNED] = None,
    invoice: Annotated[list[str] | None, _INVOICE] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.bank import read_bank
    from scharrel.operations.bank_assign import open_lines
    from scharrel.operations.opening import open_books

    where = open_coop(coop)
    books = open_books(where)
    bank = read_bank(books)
    stop_on_errors(bank.problems)
    if not bank.books:
        fail(words("error.no-bank"), status=1)
    told = (holder, account, rate, earned)
    if line is not None and invoice:
        if any(said is not None for said in told):
            fail(words("error.assign-invoice-alone"), status=2)
        which = _line_called(bank, line)
        _assign(books, bank, which, _paying(bank, invoice))
        return
    if line is not None and any(said is not None for said in told):
        which = _line_called(bank, line)
        _assign(books, bank, which, _answer(books, bank, which, *told))
        return
    if invoice or any(said is not None for said in told):
        fail(words("error.assign-line"), status=2)
    if not sys.stdin.isatty():
        fail(words("error.assign-how" if line else "error.assign-terminal"), status=2)
    from scharrel.cli.bank.asking import ask_all

    ask_all(books, bank, [_line_called(bank, line)] if line else open_lines(bank))


def _line_called(bank: "Bank", said: str) -> "OpenLine":
    from scharrel.operations.bank_assign import lines_called, open_lines

    found = lines_called(bank, said)
    if len(found) > 1:
        names = ", ".join(each.line.id for each in found)
        fail(words("error.bank-line-which", line=said, lines=names), status=2)
    if not found:
        near = nearest(said, [each.line.id for each in open_lines(bank)])
        fail(with_near(words("error.no-bank-line", line=said), near), status=2)
    return found[0]


def _paying(bank: "Bank", numbers: list[str]) -> "Answer":
    from scharrel.operations.bank_assign import paying_numbers

    answer = paying_numbers(bank, numbers)
    if answer is None:
        strange = next((number for number in numbers if number not in bank.payables), numbers[0])
        near = "" if strange in bank.payables else nearest(strange, bank.payables)
        fail(with_near(words("error.assign-invoice", number=strange), near), status=2)
    return answer


def _answer(
    books: "Books",
    bank: "Bank",
    which: "OpenLine",
    holder: str | None,
    account: str | None,
    rate: str | None,
    earned: str | None,
) -> "Answer | HandBooking":
    """What the options say; without an account the one booking of the holder that the line can be."""
    from scharrel.cli.bank.asking import account_called, account_words, wrong_said
    from scharrel.operations.bank_assign import answer_wrong, with_invoice
    from scharrel.packs.bank_rules import rate_of
    from scharrel.treasury.recognition import can_confirm, unconfirmed
    from scharrel.treasury.suggestions import Answer

    if holder and holder != COOP_ID and holder not in books.holders:
        near = nearest(holder, [*books.holders, COOP_ID])
        message = words("problem.bank-line-holder", holder=holder)
        fail(with_near(message, near, words("otherwise.bank-line-holder")), status=2)
    whose = "" if holder in (None, COOP_ID) else str(holder)
    if account is None:
        if holder is None or rate or earned:
            fail(words("error.assign-how"), status=2)
        left = unconfirmed(bank.confirmable(which.account.name), bank.books[which.account.name].lines)
        day, amount = which.line.day, which.line.amount
        fits = [each for each in left if each.holder == whose and can_confirm(day, amount, each)]
        if len(fits) != 1:
            values = {"name": books.names.get(holder, holder), "amount": words.money(amount)}
            fail(words("error.assign-booking", **values), status=2)
        return fits[0]
    percent = rate_of(rate) if rate else None
    if rate and percent is None:
        fail(words("problem.bank-rule-rate", rate=rate), status=2)
    day_earned = read_day(earned) if earned else None
    called = account_called(account, books, bank, which) or account
    if ":" not in called:
        near = nearest(account, account_words(books, bank, which))
        fail(with_near(words("error.assign-account", account=account), near), status=2)
    answer = with_invoice(bank, which, Answer(whose, called, percent, day_earned))
    if wrong := answer_wrong(books, bank, which, answer):
        fail(wrong_said(books, account, *wrong), status=2)
    return answer


def _assign(books: "Books", bank: "Bank", which: "OpenLine", answer: "Answer | HandBooking") -> None:
    from scharrel.operations.bank_assign import assign
    from scharrel.text.bank import answer_text, paid_text

    with writing_in(books.coop, "bank assign"):
        done = assign(books, which, answer)
    stop_on_errors(done.problems)
    print_text(console(), f"{which.line.id}: {answer_text(words, answer, books)}")
    if left := paid_text(words, answer, which.line, bank.payables):
        print_text(console(), left)
