"""Open bank lines one by one at a terminal: what the bank said, what it may be, and an answer."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import NamedTuple

from scharrel.cli.arguments import day_or_why
from scharrel.cli.asking import HELP, LATER, NO, UNDO, YES, StoppedAsking, TakenBack, ask
from scharrel.cli.booked import labels_of
from scharrel.cli.screen import console, print_indented, report_problems, with_near, words
from scharrel.cli.writing import writing_in
from scharrel.core.across import HandBooking
from scharrel.core.names import COOP_ID, nearest
from scharrel.core.problems import Problem
from scharrel.ledger.books import Books
from scharrel.operations.bank import Bank
from scharrel.operations.bank_assign import (
    OpenLine,
    RuleAdded,
    answer_wrong,
    assign,
    forget,
    paying_numbers,
    remember,
    restore,
    with_invoice,
)
from scharrel.packs.bank_rules import account_wrong, rate_of
from scharrel.text.accounts import account_labels, account_name
from scharrel.text.bank import answer_text, line_of, paid_text, suggestion_text
from scharrel.treasury.invoice_recognition import Payable, after_payment
from scharrel.treasury.lines import BookedLine
from scharrel.treasury.recognition import BankRule, sign_of, vat_accounts
from scharrel.treasury.suggestions import Answer, Suggestion, suggestions

_LONGEST_NAME = 40


class GivenAnswer(NamedTuple):
    """An answer that was given: the line, what stood there before, what was open then of which invoice, and
    the rule that it became, if any."""

    nth: int
    was: str
    payables: dict[str, Payable]
    rule: RuleAdded | None = None


def ask_all(books: Books, bank: Bank, lines: Sequence[OpenLine]) -> None:
    """Ask about each line until all had their turn or the treasurer stops; every answer is kept at once."""
    screen = console()
    if not lines:
        screen.print(words("assign.none"))
        return
    print_indented(screen, words("assign.how"))
    done: list[GivenAnswer] = []
    with suppress(StoppedAsking):
        _ask_each(books, bank, lines, done)
    screen.print(words("assign.done", count=len(done)))
    answered = {one.nth for one in done}
    if left := sum(not each.line.settled for nth, each in enumerate(lines) if nth not in answered):
        screen.print(words("assign.left", count=left))


def _ask_each(books: Books, bank: Bank, lines: Sequence[OpenLine], done: list[GivenAnswer]) -> None:
    screen = console()
    nth = 0
    while nth < len(lines):
        _show(lines, nth)
        offered = _offered(books, bank, lines[nth])
        for number, suggestion in enumerate(offered, 1):
            print_indented(screen, f"  {number}  {suggestion_text(words, suggestion, books)}")
        said = ask(words("assign.who"), [*books.holders, COOP_ID, *account_words(books, bank, lines[nth])])
        if said == LATER:
            nth += 1
        elif said == HELP:
            _help(books, bank, lines[nth])
        elif said == UNDO and not done:
            screen.print(words("assign.no-undo"))
        elif said == UNDO:
            nth = _undo(books, bank, lines, done)
        else:
            try:
                answer = _understood(books, bank, lines[nth], offered, said)
                if answer and (one := _keep(books, bank, lines, nth, answer)):
                    done.append(one)
                    done[-1] = one._replace(rule=_made_rule(books, bank, lines[nth], answer))
                    nth += 1
            except TakenBack:
                if done and done[-1].nth == nth:
                    _undo(books, bank, lines, done)


def _help(books: Books, bank: Bank, which: OpenLine) -> None:
    screen = console()
    print_indented(screen, words("assign.help"))
    whose = [f"{holder} ({known.name})" for holder, known in books.holders.items()]
    print_indented(screen, words("assign.holders", names=", ".join([*whose, COOP_ID])))
    labels = labels_of(books, _accounts(books, bank, which))
    print_indented(screen, words("assign.accounts", names="; ".join(labels)))


def _show(lines: Sequence[OpenLine], nth: int) -> None:
    screen = console()
    line = lines[nth].line
    way = words(f"assign.{sign_of(line.amount)}", amount=words.money(abs(line.amount)))
    screen.print()
    head = f"{nth + 1}/{len(lines)} · {words.day(line.day)} · {way}"
    screen.print(head, style="bold")
    for said in (line_of(line), line.iban if line.name or line.text else ""):
        if said:
            print_indented(screen, f"  {said}")


def _offered(books: Books, bank: Bank, which: OpenLine) -> list[Suggestion]:
    book = bank.books[which.account.name]
    names = {holder: known.name for holder, known in books.holders.items()}
    made = bank.confirmable(which.account.name)
    own = {account.iban for account in bank.accounts}
    return suggestions(which.line, book.lines, made, bank.rules, names, books.chart, bank.payables, own)


def _accounts(books: Books, bank: Bank, which: OpenLine) -> list[str]:
    """The accounts that can be the other side, those of income first where money came in."""
    own = {account.account for account in bank.accounts}
    chart, day = books.chart, which.line.day
    fits = [name for name in chart.accounts if not account_wrong(name, None, chart, own, day)]
    first = "Income:" if which.line.amount > 0 else "Expenses:"
    return sorted(fits, key=lambda name: (not name.startswith(first), name))


def account_words(books: Books, bank: Bank, which: OpenLine) -> list[str]:
    """What the accounts that can be the other side are called, by people and in ledgers."""
    names = _accounts(books, bank, which)
    return [*labels_of(books, names), *names]


def _unknown(word: str, books: Books, bank: Bank, which: OpenLine) -> str:
    near = nearest(word, [*books.holders, COOP_ID, *account_words(books, bank, which)])
    return with_near(words("assign.unknown", word=word), near)


def _understood(
    books: Books, bank: Bank, which: OpenLine, offered: Sequence[Suggestion], said: str
) -> Answer | HandBooking | None:
    """The answer that was typed, with what lacks asked for; nothing, and why, if it is none."""
    holder, account, rate, earned, invoice = "", "", None, None, ""
    left = said.split()
    if paid := paying_numbers(bank, left):
        return paid
    if left[0].isdecimal():
        if not 0 < int(left[0]) <= len(offered):
            console().print(words("assign.no-number", number=left[0]))
            return None
        chosen = offered[int(left[0]) - 1]
        if chosen.booking:
            return chosen.booking
        holder, account, rate, earned, invoice = chosen.answer
        left = left[1:]
    elif whose := _holder(left[0], books):
        holder, left = whose, left[1:]
    while left:
        word = left[0]
        if (percent := rate_of(word)) is not None:
            rate = percent
        elif re.search(r"\d", word) and (day := day_or_why(word)[0]):
            earned = day
        else:
            account, left = _account_first(left, books, bank, which)
            if not account:
                print_indented(console(), _unknown(word, books, bank, which))
                return None
            continue
        left = left[1:]
    if not holder and not said[0].isdecimal():
        typed = _ask_further(words("assign.whose"), [*books.holders, COOP_ID])
        holder = _holder(typed, books) if typed else COOP_ID
        if not holder:
            message = words("problem.bank-line-holder", holder=typed)
            print_indented(console(), with_near(message, nearest(typed, [*books.holders, COOP_ID])))
            return None
    complete = said[0].isdecimal() and bool(account)
    if not account:
        typed = _ask_further(words("assign.account"), labels_of(books, _accounts(books, bank, which)))
        account = account_called(typed, books, bank, which) if typed else ""
        if not account:
            print_indented(console(), _unknown(typed, books, bank, which))
            return None
    answer = Answer("" if holder == COOP_ID else holder, account, rate, earned, invoice)
    answer = with_invoice(bank, which, answer)
    wrong = answer_wrong(books, bank, which, answer)
    if not (wrong or rate or complete):
        answer = answer._replace(rate=_ask_rate(books, account))
        wrong = answer_wrong(books, bank, which, answer)
    if wrong:
        print_indented(console(), wrong_said(books, said, *wrong))
        return None
    return answer


def wrong_said(books: Books, said: str, code: str, values: Mapping[str, str]) -> str:
    """Why the answer cannot be, with accounts as people call them unless they were typed as in ledgers."""
    labels = {} if ":" in said else account_labels(words, books.chart)
    named = {key: f'"{labels[value]}"' if value in labels else value for key, value in values.items()}
    return words.problem(Problem("", 0, code, named))


def _holder(word: str, books: Books) -> str:
    """The holder that is meant: by short name, or by the beginning of that or of the name."""
    folded = word.casefold()
    names = {COOP_ID: "", **{holder: known.name.casefold() for holder, known in books.holders.items()}}
    if folded in names:
        return folded
    found = [each for each, name in names.items() if each.startswith(folded) or name.startswith(folded)]
    return found[0] if len(found) == 1 else ""


def _account_first(said: list[str], books: Books, bank: Bank, which: OpenLine) -> tuple[str, list[str]]:
    """The account that the first of these words mean, as many as can be, and the words after it."""
    for count in range(len(said), 0, -1):
        if account := account_called(" ".join(said[:count]), books, bank, which):
            return account, said[count:]
    return "", said


def account_called(said: str, books: Books, bank: Bank, which: OpenLine) -> str:
    """The account that is meant: by its name, its label, the last part of its name, or the beginning of one
    of these that no other has; empty for none. One of the cooperative's own at a bank is known too, to be
    told that it cannot be, not taken for another."""
    folded = said.casefold()
    names, own = _accounts(books, bank, which), [account.account for account in bank.accounts]
    labels = {name: account_name(words, books.chart, name).casefold() for name in (*names, *own)}
    if same := [name for name in labels if name.casefold() == folded]:
        return same[0]
    for known in (names, own):
        for called in (labels.__getitem__, _last_part):
            if len(same := [name for name in known if called(name) == folded]) == 1:
                return same[0]
    begins = [name for name in names if any(part.startswith(folded) for part in name.casefold().split(":"))]
    by_label = [name for name in names if labels[name].startswith(folded)]
    banks = [name for name in own if _last_part(name).startswith(folded)]
    found = begins if len(begins) == 1 else by_label or begins or banks
    clear = len(found) == 1 and {*map(_last_part, banks)} <= {_last_part(found[0])}
    return found[0] if clear else ""


def _last_part(account: str) -> str:
    return account.casefold().rpartition(":")[2]


def _ask_rate(books: Books, account: str) -> Decimal | None:
    """The VAT that is in the amount, where the account can have any."""
    rates = [
        rate for rate in ("21%", "9%") if vat_accounts(books.chart, account, rate_of(rate) or Decimal(0))
    ]
    given = books.chart.role(account) in ("donations", "contributions")
    if not rates or given or not account.startswith(("Income:", "Expenses:")):
        return None
    shown = ", ".join(rates)
    while said := _ask_further(words("assign.rate", rates=shown), rates):
        if (rate := rate_of(said)) in map(rate_of, rates):
            return rate
        print_indented(console(), words("assign.no-rate", word=said, rates=shown))
    return None


def _keep(
    books: Books, bank: Bank, lines: Sequence[OpenLine], nth: int, answer: Answer | HandBooking
) -> GivenAnswer | None:
    """Write the answer."""
    which = lines[nth]
    with writing_in(books.coop, "bank assign"):
        done = assign(books, which, answer)
    if _told(done.problems):
        return None
    _remember_line(bank, which, done.line)
    print_indented(console(), f"  {answer_text(words, answer, books)}")
    if left := paid_text(words, answer, which.line, bank.payables):
        print_indented(console(), f"  {left}")
    before = dict(bank.payables)
    if isinstance(answer, Answer):
        after_payment(bank.payables, answer.invoice, which.line.amount)
    return GivenAnswer(nth, done.was, before)


def _made_rule(books: Books, bank: Bank, which: OpenLine, answer: Answer | HandBooking) -> RuleAdded | None:
    """The rule that the answer becomes, if that is wanted."""
    rule = _rule(which, answer) if isinstance(answer, Answer) and not answer.invoice else None
    if rule is None or any(known.fits(which.line) for known in bank.rules) or not _always(which):
        return None
    with writing_in(books.coop, "bank assign"):
        added, problems = remember(books, rule)
    if not _told(problems):
        bank.rules.append(rule)
    return added


def _remember_line(bank: Bank, which: OpenLine, line: BookedLine) -> None:
    """Have what is suggested next go by what the line is now."""
    book = bank.books[which.account.name]
    lines = tuple(line if each.id == line.id else each for each in book.lines)
    bank.books[which.account.name] = book._replace(lines=lines)


def _told(problems: Sequence[Problem]) -> bool:
    report_problems(problems)
    return bool(problems)


def _rule(which: OpenLine, answer: Answer) -> BankRule | None:
    """The rule by which lines with this counterparty are always what this one is."""
    line = which.line
    if not line.iban and not line.name:
        return None
    stem = re.sub(
        r"[^a-z0-9]+", "-", f"{line.name or line.iban}".casefold().encode("ascii", "ignore").decode()
    )
    name = re.sub(r"^[^a-z]+", "", stem)[:24].strip("-") or "regel"
    by_name = "" if line.iban else line.name
    sign = sign_of(line.amount)
    return BankRule(name, sign, line.iban, by_name, "", answer.holder, answer.account, answer.rate, 1)


def _always(which: OpenLine) -> bool:
    name = which.line.name or which.line.iban
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME - 1]}…"
    while (said := _ask_further(words("assign.always", name=name), []).casefold()) not in NO:
        if said in YES:
            return True
        print_indented(console(), words("assign.always-how"))
    return False


def _undo(books: Books, bank: Bank, lines: Sequence[OpenLine], done: list[GivenAnswer]) -> int:
    """Take the last answer back, with the rule that it became; the line to ask about again."""
    last = done.pop()
    bank.payables.update(last.payables)
    with writing_in(books.coop, "bank assign"):
        undone = restore(books, lines[last.nth], last.was)
        _remember_line(bank, lines[last.nth], undone.line)
        if last.rule and not undone.problems:
            forget(books, last.rule)
            bank.rules.pop()
    _told(undone.problems)
    return last.nth


def _ask_further(prompt: str, choices: Sequence[str]) -> str:
    """An answer to a question about the line that is being answered."""
    while (said := ask(prompt, choices)) == HELP and choices:
        print_indented(console(), words("assign.choices", names="; ".join(choices)))
    if said == UNDO:
        raise TakenBack
    return said
