"""Paying what is due: read → divide → what is due → order, all of it or nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.checks.across import across_of, with_others
from scharrel.checks.books import in_books
from scharrel.checks.outcome import Outcome
from scharrel.checks.treasury import read_treasury
from scharrel.core.across import Across
from scharrel.core.corrections import Posted
from scharrel.core.facts import Dated, Holder
from scharrel.core.iban import compact
from scharrel.core.money import total
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID
from scharrel.core.period import Period
from scharrel.core.problems import CHART, Problem, errors
from scharrel.core.settling import decided
from scharrel.formats.pain001 import MAX_SEPA_NAME, MAX_SEPA_TEXT, PAIN_VERSIONS, payment_reference, sepa_text
from scharrel.ledger.bank_lines import read_bank_book
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.operations.divide import divide_group
from scharrel.statements.making import Order, payment_document
from scharrel.statements.payment_run import payment_run_view
from scharrel.store.issued import keep_issued_files
from scharrel.store.payment_runs import (
    next_run,
    put_cancelled,
    put_order,
    put_run,
    read_runs,
    remove_order,
)
from scharrel.text.payments import payment_text
from scharrel.text.words import Words
from scharrel.treasury.accounts import IN_HAND, TAX_DUE, TRANSIT, BankAccount
from scharrel.treasury.payments import (
    MEMBER,
    MUNICIPALITY,
    RECIPIENTS,
    TAX,
    Due,
    PaidLines,
    Payment,
    PaymentPart,
    PaymentRun,
    accounts_paid,
    allocated_to,
    due_from,
    like_a_nickname,
)


class NotPaid(NamedTuple):
    """What is due to someone and not paid, or what someone has too much, in euros, and why: `no-iban`,
    `no-payee`, `no-letters`, `provisional`, `hand-in`, `in-hand` or `ahead`."""

    to: str
    holder: str
    why: str
    amount: Decimal


class Respelled(NamedTuple):
    """A name or text that could not go to the bank as it was."""

    holder: str
    was: str
    becomes: str


class PayOrder(NamedTuple):
    """What is asked for: whom to pay, for closed months up to which one (nothing for none), on which day and
    in which version of the bank's format, if that was chosen."""

    to: Sequence[str]
    through: Month | None
    day: date
    version: str | None


class PaidOut(NamedTuple):
    """What came of it: the run, if anything is to be paid, with what is due by payment; what is not paid, and
    what was spelled otherwise; the runs of before of which the order was made anew; what is wrong."""

    run: PaymentRun | None
    due: Mapping[str, Due]
    not_paid: Sequence[NotPaid]
    respelled: Sequence[Respelled]
    renewed: Sequence[PaymentRun]
    problems: Sequence[Problem]


class CancelledRun(NamedTuple):
    """A run that was cancelled, and on which day; or why not: a code of the catalogue's `error`."""

    run: PaymentRun | None
    day: date
    wrong: str
    problems: Sequence[Problem]


def pay_all(books: Books, order: PayOrder, today: date, words: Words, *, write: bool) -> PaidOut:
    """Order what is due. Nothing is written if anything is an error; WriteError if it cannot be."""
    outcomes, ledgers, problems = _divided(books, today)
    if errors(problems):
        return PaidOut(None, {}, [], [], [], problems)
    dues: list[Due] = []
    not_paid: list[NotPaid] = []
    for member, outcome in outcomes:
        found, left = _dues_of(books, member, outcome, order)
        dues += found
        not_paid += left
    payments: list[tuple[Payment, Due]] = []
    respelled: list[Respelled] = []
    account = _account(books, order.day)
    if account is None:
        return PaidOut(None, {}, [], [], [], [*problems, _no_account(books)])
    run_id = next_run(books.coop, order.day)
    owed = [([due], due) for due in sorted(dues, key=lambda due: (RECIPIENTS.index(due.to), due.holder))]
    if TAX in order.to:
        of_tax = [due for name, ledger in ledgers.items() for due in _tax_of(books, name, ledger)]
        whole = Due(TAX, COOP_ID, total(d.allocated for d in of_tax), total(d.taken for d in of_tax))
        owed.append((of_tax, whole))
    for parts, due in owed:
        if due.amount <= 0:
            if why := _not_due(due):
                not_paid.append(why)
            continue
        name, iban, why_not = _payee(books, due, order.day)
        if why_not:
            not_paid.append(NotPaid(due.to, due.holder, why_not, due.amount))
            continue
        of_whom = sepa_text(books.names.get(due.holder, due.holder), MAX_SEPA_NAME)
        text = payment_text(words, due, of_whom, order.through, _reference(books, due.to, order.day))
        sent = sepa_text(name, MAX_SEPA_NAME), sepa_text(text, MAX_SEPA_TEXT)
        spelled = zip(
            (name, books.names.get(due.holder, of_whom), text), (sent[0], of_whom, sent[1]), strict=True
        )
        respelled += [Respelled(due.holder, was, becomes) for was, becomes in spelled if was != becomes]
        legs = tuple(PaymentPart(part.holder, part.legs) for part in parts if part.legs)
        nth = f"{run_id}-{len(payments) + 1:02}"
        payments.append((Payment(nth, due.to, due.holder, sent[0], iban, sent[1], legs), due))
    runs, _ = read_runs(books.coop)
    paid, _ = paid_lines(books, runs)
    problems += _questions(books, payments, order.day, paid)
    run = None
    if payments:
        sender = str(_facts(books.entries.cooperative, order.day).get("name", "")) or books.title
        if (spelled_so := sepa_text(sender, MAX_SEPA_NAME)) != sender:
            respelled.append(Respelled(COOP_ID, sender, spelled_so))
        run = PaymentRun(
            run_id, order.day, min(order.day, today), str(order.through or ""), account.name, account.iban,
            sepa_text(sender, MAX_SEPA_NAME), next(iter(books.chart.with_role(TRANSIT)), ""),
            tuple(payment for payment, _ in payments),
        )  # fmt: skip
        problems += _not_open(books, run)
    if errors(problems):
        return PaidOut(None, {}, [], [], [], problems)
    renewed = _renew(books, runs, paid, order.version) if write else []
    if run and write:
        put_run(books.coop, run, order.version or PAIN_VERSIONS[0])
    if write:
        keep_issued_files(books.coop)
    of_run = {payment.id: due for payment, due in payments}
    return PaidOut(run, of_run, sorted(not_paid), list(dict.fromkeys(respelled)), renewed, problems)


def _divided(
    books: Books, today: date
) -> tuple[list[tuple[Holder, Outcome]], dict[str, Ledger], list[Problem]]:
    """Everyone with what comes of dividing, all ledgers, and all that is wrong."""
    problems = in_books(books, list(books.holders.values()), today)
    outcomes: list[tuple[Holder, Outcome]] = []
    across: list[Across] = []
    ledgers: dict[str, Ledger] = {}
    for group in books.groups():
        outcome = divide_group(books, group, books.closed, today)
        problems += outcome.problems
        ledgers |= outcome.ledgers
        outcomes += [(member, outcome) for member in group]
    if found := read_treasury(books, today):
        ledgers[COOP_ID], of_treasury = found
        problems += of_treasury
    across = [across_of(books, holder, ledger) for holder, ledger in ledgers.items()]
    told = list(with_others(books, problems, across, today))
    return sorted(outcomes, key=lambda one: one[0].id), ledgers, told


def _dues_of(
    books: Books, member: Holder, outcome: Outcome, order: PayOrder
) -> tuple[list[Due], list[NotPaid]]:
    """What is due to the member and for the member to the municipality, and what that has yet to settle."""
    if books.never_sealed(member) or order.through is None:
        return [], []
    packs = [books.packs[name] for name in _rules_of(member) if name in books.packs]
    seals = [seal for seal in outcome.seals.get(member.id, ()) if seal.month <= order.through]
    posted = [entry for seal in seals for entry in seal.posted]
    ledger = outcome.ledgers[member.id]
    dues, not_paid = [], []
    if MEMBER in order.to and member.person:
        accounts = accounts_paid(packs, MEMBER)
        held = {name for name, role in ledger.roles.items() if role == IN_HAND}
        given = allocated_to(posted, accounts)
        dues.append(due_from(MEMBER, member.id, given, ledger.movements, accounts, held))
    if MUNICIPALITY in order.to:
        accounts = accounts_paid(packs, MUNICIPALITY)
        later = [entry for entry in posted if _provisional(books, member, outcome, entry)]
        settled = [entry for entry in posted if entry not in later]
        given = allocated_to(settled, accounts)
        dues.append(due_from(MUNICIPALITY, member.id, given, ledger.movements, accounts))
        if (waiting := total(allocated_to(later, accounts).values())) > 0:
            not_paid.append(NotPaid(MUNICIPALITY, member.id, "provisional", waiting))
    return dues, not_paid


def _rules_of(member: Holder) -> list[str]:
    said = (directive.values.get("rules") for directive in member.directives)
    return list(dict.fromkeys(str(name) for name in said if name is not None))


def _provisional(books: Books, member: Holder, outcome: Outcome, posted: Posted) -> bool:
    """Whether the municipality has yet to settle this, or what that changes is not in a closed month yet."""
    pack = books.packs.get(posted.pack)
    if pack is None or pack.settled == "month":
        return False
    period = Period.of(pack.settled, posted.of)
    changes = (c for c in outcome.corrections.get(member.id, ()) if c.settles and period.covers(c.of))
    return not decided(member, pack, period) or any(changes)


def _tax_of(books: Books, holder: str, ledger: Ledger) -> Iterator[Due]:
    owing = {name for name in books.chart.accounts if books.chart.role(name) == TAX_DUE}
    due = due_from(TAX, holder, {}, ledger.movements, owing)
    if due.legs:
        yield due


def _not_due(due: Due) -> NotPaid | None:
    """Why someone with whom something stands is paid nothing."""
    if due.to != MEMBER:
        return None
    if due.to_hand_in:
        return NotPaid(due.to, due.holder, "hand-in", due.to_hand_in)
    if due.amount < 0:
        return NotPaid(due.to, due.holder, "ahead", -due.amount)
    return NotPaid(due.to, due.holder, "in-hand", due.in_hand) if due.in_hand > 0 else None


def _facts(dated: Dated | None, day: date) -> Mapping[str, object]:
    return dated.facts(Month.of(day)) if dated else {}


def _reference(books: Books, to: str, day: date) -> str:
    said = str(_facts(books.entries.payees.get(to), day).get("reference", ""))
    return payment_reference(said) or said


def _payee(books: Books, due: Due, day: date) -> tuple[str, str, str]:
    """The name and the account number to pay to, or why that cannot be."""
    who = books.holders.get(due.holder) if due.to == MEMBER else books.entries.payees.get(due.to)
    facts = _facts(who, day)
    name, iban = str(facts.get("name", "")), compact(str(facts.get("iban") or ""))
    if not iban:
        return name, iban, "no-iban" if due.to == MEMBER else "no-payee"
    # What has no letter of ours says nothing to a bank.
    readable = any(sign.isalnum() for sign in sepa_text(name, MAX_SEPA_NAME))
    return name, iban, "" if readable else "no-letters"


def _account(books: Books, day: date) -> BankAccount | None:
    """The account of the cooperative from which is paid: the first in the register that it has on the day."""
    there = [account for account in books.bank_accounts.values() if account.day <= day]
    return min(there or books.bank_accounts.values(), key=lambda account: account.line, default=None)


def _no_account(books: Books) -> Problem:
    return books.register.problem(1, "pay-no-bank")


def _questions(
    books: Books, payments: Iterable[tuple[Payment, Due]], day: date, paid: PaidLines
) -> Iterator[Problem]:
    """Accounts from which the last payment came back, and names that a bank may not know."""
    for payment, _ in payments:
        if back := paid.came_back(payment.iban):
            why = back.why.partition(": ")[2] or back.text
            values = {"name": payment.name, "iban": payment.iban, "day": str(back.day), "why": why}
            yield Problem(back.file, back.line, "pay-returned", values, True)
        if payment.to == MEMBER and like_a_nickname(payment.name):
            said = books.holders[payment.holder].said("name", Month.of(day))
            line = books.register.key_line(said.line, "name") if said else 1
            yield books.register.problem(line, "pay-nickname", True, name=payment.name)


def _not_open(books: Books, run: PaymentRun) -> Iterator[Problem]:
    """Accounts that are not there on the day."""
    if not run.transit:
        yield Problem(CHART, 1, "no-transit")
        return
    used = {leg.account for payment in run.payments for part in payment.parts for leg in part.legs}
    for account in sorted({run.transit, *used}):
        if account in books.chart.accounts and not books.chart.open_on(account, run.day):
            yield Problem(CHART, 1, "bank-not-open", {"account": account, "day": str(run.day)})


def paid_lines(books: Books, runs: Sequence[PaymentRun]) -> tuple[PaidLines, list[Problem]]:
    """What the lines of every account say of the runs, and what is wrong with these."""
    accounts = books.bank_accounts.values()
    found = [read_bank_book(books.coop, account, books.chart, books.holders) for account in accounts]
    lines = (line for book, _ in found for line in book.lines)
    return PaidLines(runs, lines), [problem for _, problems in found for problem in problems]


def _renew(
    books: Books, runs: Sequence[PaymentRun], paid: PaidLines, version: str | None
) -> list[PaymentRun]:
    """Have the orders of runs that wait for the bank lie there, and none of a run that was cancelled; those
    that were made anew."""
    for run in runs:
        if run.cancelled:
            remove_order(books.coop, run)
    waiting = [run for run in runs if not run.cancelled and len(paid.waiting(run)) == len(run.payments)]
    return [run for run in waiting if put_order(books.coop, run, version)]


def run_paper(books: Books, called: str, order: Order) -> tuple[bytes | None, list[Problem]]:
    """The run on paper, if there is one of that name, and what is wrong with the runs; BrokenTemplateError
    if it cannot be rendered."""
    runs, problems = read_runs(books.coop)
    run = next((run for run in runs if run.id == called), None)
    if run is None or errors(problems):
        return None, problems
    view = payment_run_view(Words(order.lang), books, run, runs[: runs.index(run)])
    return payment_document(order._replace(month=view.month), view), problems


def cancel_run(books: Books, called: str, reason: str, today: date, *, write: bool) -> CancelledRun:
    """Cancel a run that the bank did not take; WriteError if that cannot be written."""
    runs, problems = read_runs(books.coop)
    paid, wrong = paid_lines(books, runs)
    problems += wrong
    run = next((run for run in runs if run.id == called), None)
    if errors(problems) or run is None:
        return CancelledRun(None, today, "" if errors(problems) else "pay-no-run", problems)
    day = max(today, run.day)
    if run.cancelled:
        return CancelledRun(run, run.cancelled, "pay-cancelled", problems)
    if len(paid.waiting(run)) < len(run.payments):
        return CancelledRun(run, day, "pay-left", problems)
    if write:
        put_cancelled(books.coop, run, day, reason)
        keep_issued_files(books.coop)
    return CancelledRun(run, day, "", problems)
