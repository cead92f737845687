"""What goes to customers, as files: made of what was issued, at any time the same."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import NamedTuple

from scharrel.core.money import ZERO
from scharrel.core.problems import Problem, errors
from scharrel.formats.ubl import ubl_document
from scharrel.ledger.books import Books
from scharrel.operations.invoices import keep_issued, to_issue
from scharrel.statements.documents import BrokenTemplateError
from scharrel.statements.invoice import (
    einvoice_of,
    invoice_letter,
    letter_language,
    reminder_letter,
    with_logo,
)
from scharrel.statements.letters import letter_document
from scharrel.statements.pdf import typesetters_world
from scharrel.store.logos import kept_logo
from scharrel.store.paths import Coop
from scharrel.store.staging import aside_of, put_aside, put_in_place
from scharrel.store.text import names_in
from scharrel.text.words import Words
from scharrel.treasury.invoice_status import InvoiceStatus, Reminder, days_reminded, next_reminder
from scharrel.treasury.invoices import Draft, Issued, facts_on
from scharrel.treasury.late_payment import LateClaim, collection_scale, statutory_interest, yearly_rate


class SentOut(NamedTuple):
    """What came of a run: the invoices that were issued, drafts of which the day is yet to come, the files
    for customers that were written, and what is wrong."""

    issued: Sequence[Issued]
    waiting: Sequence[Draft]
    written: Sequence[str]
    problems: list[Problem]


class Reminded(NamedTuple):
    """The letters about what is late, and what is wrong."""

    reminders: Sequence[Reminder]
    problems: list[Problem]


def issue_invoices(
    books: Books, only: Collection[str], today: date, *, write: bool, form: str = "pdf"
) -> SentOut:
    """Send what is to be sent, of everyone or of `only` these, and make again what is gone of what goes to
    customers, which there is as PDF and in this form. Nothing is written if anything is an error; WriteError
    if it cannot be."""
    found = to_issue(books, only, today)
    if errors(found.problems) or not write:
        return SentOut(found.issued, found.waiting, [], found.problems)
    there = set(names_in(books.coop.letters))
    wanted = [(one, sorted(_names(one, form) - there)) for one in books.issued]
    wanted += [(one, sorted(_names(one, form))) for one in found.issued]
    try:
        files = _documents_of(books.coop, [each for each in wanted if each[1]], found.logos)
    except BrokenTemplateError as broken:
        return SentOut([], found.waiting, [], [*found.problems, broken.problem])
    keep = partial(keep_issued, books.coop, found.issued, found.logos)
    put_letters(books.coop, files, keep)
    return SentOut(found.issued, found.waiting, list(files), found.problems)


def write_reminders(
    books: Books,
    late: Iterable[InvoiceStatus],
    today: date,
    *,
    write: bool,
    claim: bool = False,
    form: str = "pdf",
) -> Reminded:
    """A letter in this form for each of the invoices that are late, unless the last one is too recent; a
    firm one may `claim` what the register says that who is late owes. WriteError if one cannot be written."""
    if claim and not facts_on(books.entries.cooperative, today).keys() & _CLAIMED:
        return Reminded([], [Problem(books.coop.shown(books.coop.register), 1, "reminder-claim")])
    there = names_in(books.coop.letters)
    issued = {one.number: one for one in books.issued}
    left = {each.number: each.open for each in late}
    folder = books.coop.shown(books.coop.letters)
    found = [next_reminder(number, days_reminded(there, number), today, folder, form) for number in left]
    files: dict[str, bytes] = {}
    try:
        if new := [each for each in found if each.new and write]:
            with typesetters_world() as world:
                for each in new:
                    one = issued[each.number]
                    words = Words(letter_language(one.buyer))
                    owes = late_claim(books, one, left[each.number], today) if claim and each.firm else None
                    letter = reminder_letter(words, one, left[each.number], today, firm=each.firm, claim=owes)
                    letter = with_logo(letter, logo_of(books.coop, one, {}))
                    made = letter_document(letter, form, books.coop.templates, world)
                    files[Path(each.path).name] = made
    except BrokenTemplateError as broken:
        return Reminded([], [broken.problem])
    put_letters(books.coop, files)
    return Reminded(found, [])


_CLAIMED = frozenset({"interest", "interest_business", "collection"})


def late_claim(books: Books, one: Issued, left: Decimal, today: date) -> LateClaim:
    """What is claimed beside the euros that are left to pay: interest by the rates in the register since the
    day after that on which it was due, and the costs of collection by its scale."""
    trades = any(one.buyer.get(key) for key in ("kvk", "oin", "vat_id"))
    key = "interest_business" if trades else "interest"
    since = one.invoice.due + timedelta(1)
    days = (since + timedelta(nth) for nth in range((today - one.invoice.due).days))
    said = (facts_on(books.entries.cooperative, day).get(key, "") for day in days)
    rates = [yearly_rate(str(each)) or ZERO for each in said]
    scale = collection_scale(str(facts_on(books.entries.cooperative, today).get("collection", "")))
    return LateClaim(
        statutory_interest(left, since, rates) if any(rates) else None,
        rates[-1] if rates else ZERO,
        scale.costs(left) if scale else None,
        trades,
    )


def _names(one: Issued, form: str) -> set[str]:
    """The files of an invoice: on paper and in this form, and the e-invoice for who has a number to send it
    to."""
    electronic = (one.buyer.get("kvk") or one.buyer.get("oin")) and not without_account(one)
    return {f"{one.number}.{each}" for each in ("pdf", form, *(["xml"] if electronic else []))}


def without_account(one: Issued) -> bool:
    """Whether there is an e-invoice to be sent that would not say where to pay, which NLCIUS refuses."""
    electronic = bool(one.buyer.get("kvk") or one.buyer.get("oin"))
    return electronic and one.invoice.owed > 0 and not one.seller.get("iban")


def _documents_of(
    coop: Coop, wanted: Sequence[tuple[Issued, Sequence[str]]], logos: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The files of these names, which end in what each is."""
    files: dict[str, bytes] = {}
    if not wanted:
        return files
    with typesetters_world() as world:
        for one, names in wanted:
            words = Words(letter_language(one.buyer))
            letter = with_logo(invoice_letter(words, one), logo_of(coop, one, logos))
            for name in names:
                form = name.rpartition(".")[2]
                files[name] = (
                    ubl_document(einvoice_of(words, one))
                    if form == "xml"
                    else letter_document(letter, form, coop.templates, world)
                )
    return files


def logo_of(coop: Coop, one: Issued, new: Mapping[str, bytes]) -> bytes:
    """The picture on an invoice that was sent, or is about to be with one of the `new` ones; nothing if it
    has none."""
    name = one.seller.get("logo", "")
    return new.get(name) or (kept_logo(coop, name) if name else None) or b""


def put_letters(coop: Coop, files: Mapping[str, bytes], keep: Callable[[], None] = lambda: None) -> None:
    """Write files for customers, for their owner alone; WriteError if that fails. What is to be kept beside
    them is written once there was room for all of these, and before any of them is there."""
    if not files:
        keep()
        return
    with aside_of(coop.letters, coop.statements) as aside:
        places = [put_aside(aside, name, content) for name, content in files.items()]
        put_in_place(aside, coop.letters, [])  # whether there can be a folder of that name
        keep()
        put_in_place(aside, coop.letters, places)
