"""A letter of the municipality beside the books, in sentences: what differs, what explains it, and by when an
objection is in time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.analysis.deviations import ROLE_VAT, Deviation, Explanation
from scharrel.core.chart import Chart
from scharrel.core.facts import Holder, Movement
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.specifications import (
    BENEFIT,
    HOLIDAY,
    OFFSET,
    SPECIFIED,
    Specification,
    at_stake,
    differing_amounts,
)
from scharrel.core.trace import Allocation
from scharrel.ledger.ledger import Ledger
from scharrel.text.accounts import account_name
from scharrel.text.grounds import cited
from scharrel.text.sentences import label
from scharrel.text.words import Words, usual

_LAWS = frozenset({"receipt", "vat", "twice", "unpaid", "gross", "share"})
"""Mistakes against which the law itself speaks."""
_BY_SIGN = frozenset({"receipt", "unpaid"})


def known_by(words: Words, member: Holder, month: Month) -> Iterator[str]:
    """By what the municipality finds the member: client number and date of birth, as far as the register has
    them."""
    facts = member.facts(month)
    if number := facts.get("client_number"):
        yield f"{words('paper.client_number')}: {number}"
    if isinstance(born := facts.get("born"), date):
        yield f"{words('paper.born')}: {words.day(born)}"


class BehindIt(NamedTuple):
    """A booking behind a mistake: the day, what it says, the amount in euros, and where it stands."""

    day: date
    text: str
    amount: Decimal
    where: str


class SaidMistake(NamedTuple):
    """A mistake in a sentence, what the right figure rests on, and the bookings behind it."""

    sentence: str
    grounds: tuple[str, ...]
    bookings: tuple[BehindIt, ...]


def amount_rows_of(
    words: Words, letter: Specification, books: Mapping[str, Decimal]
) -> Iterator[tuple[str, str, str, str]]:
    """A row for each amount of the letter: its name, the letter's, that of the books, and the difference."""
    for name in SPECIFIED:
        if name in letter.amounts:
            said, right = letter.amounts[name], books.get(name)
            more = [words.amount(right), words.amount(said - right)] if right is not None else ["", ""]
            yield words(f"specification.amount.{name}"), words.amount(said), more[0], more[1]


def verdict(
    words: Words, letter: Specification, books: Mapping[str, Decimal], found: Sequence[Explanation]
) -> str:
    """Whether the letter is right, and if not, by what that is explained."""
    more = differing_amounts(letter.amounts, books)
    if not more:
        return words(f"specification.{'right' if set(letter.amounts) & set(books) else 'not-compared'}")
    if not found:
        return words("specification.unexplained", amount=words.money(abs(at_stake(more))))
    size = "one" if len(found[0].deviations) == 1 else "two"
    if len(found) == 1:
        return words(f"specification.explained-{size}")
    return words(f"specification.several-{size}", number=len(found))


def consequence(
    words: Words, letter: Specification, more: Mapping[str, Decimal], today: date
) -> Iterator[str]:
    """What the difference comes to for the member, and until when there is something to be done."""
    amount = at_stake(more)
    if amount < 0:
        yield words("specification.in-favour", amount=words.money(-amount))
        return
    yield words(f"specification.{kind_of_loss(more)}", amount=words.money(amount))
    late = "-over" if letter.objection_until < today else ""
    yield words(f"specification.until{late}", day=words.day(letter.objection_until))


def kind_of_loss(more: Mapping[str, Decimal]) -> str:
    """Whether too much was offset ("costs"), too little was paid ("paid"), or neither ("differs")."""
    if OFFSET in more:
        return "costs"
    return "paid" if total(more.get(name, ZERO) for name in (BENEFIT, HOLIDAY)) else "differs"


def said_mistakes(
    words: Words,
    member: Holder,
    month: Allocation,
    ledger: Ledger,
    chart: Chart,
    register: str,
    found: Explanation,
) -> list[SaidMistake]:
    """Each of the mistakes in words."""
    return [_said(words, member, month, ledger, chart, register, each) for each in found.deviations]


def _said(
    words: Words,
    member: Holder,
    month: Allocation,
    ledger: Ledger,
    chart: Chart,
    register: str,
    mistake: Deviation,
) -> SaidMistake:
    values = {"amount": words.money(abs(mistake.amount)), "month": words.month(month.month)}
    code = mistake.code
    if code in _BY_SIGN:
        code += "-less" if mistake.amount < 0 else "-more"
    elif code == "rounding":
        code += f".{mistake.rounding}"
    steps = {result.step.id: result.step for result in month.steps}
    if mistake.step:
        values["label"] = label(words, steps[mistake.step])
    if code == "kind":
        values["account"] = account_name(words, chart, mistake.name)
    elif code == "share":
        values["project"] = next(r.name for r in month.received if r.project == mistake.name)
    elif code in ("figure", "figures"):
        values["since"] = words.month(mistake.since or month.month)
        if code == "figure":
            values |= _figures(words, member, month, mistake)
    elif code == "household":
        fact = month.pack.params[mistake.param].by or ""
        right = member.facts(month.month).get(fact)
        values |= {"wrong": _value(words, fact, mistake.value), "right": _value(words, fact, str(right))}
    sentence = words(f"specification.mistake.{code}", **values)
    return SaidMistake(
        sentence,
        tuple(_grounds(words, member, month, register, mistake)),
        tuple(_bookings(ledger, mistake)),
    )


def _figures(words: Words, member: Holder, month: Allocation, mistake: Deviation) -> dict[str, str]:
    """The value that was taken, and the right one."""
    param = month.pack.params[mistake.param]
    wrong = dict(mistake.params)[mistake.param]
    facts = member.facts(month.month)
    taken = wrong if isinstance(wrong, Decimal) else wrong[str(facts.get(param.by or ""))]
    right = param.figure(month.month, facts)
    shown = words.rate if param.unit == "rate" else words.money
    return {"wrong": shown(taken), "right": shown(right.value), "name": param.id}


def _value(words: Words, fact: str, value: str) -> str:
    return usual(words, "value", f"{fact}: {value}") or value


def _grounds(
    words: Words, member: Holder, month: Allocation, register: str, mistake: Deviation
) -> Iterator[str]:
    """The law, and the rule with its source; of a figure since when the right one holds; of a household where
    the register has it."""
    pack = month.pack
    if mistake.code in _LAWS:
        yield words(f"specification.law.{mistake.code}")
    source = ""
    if mistake.step:
        source = next(result.step.source for result in month.steps if result.step.id == mistake.step)
    elif mistake.param:
        source = pack.params[mistake.param].source
    if source:
        yield words("specification.rule", rules=pack.title, source=cited(words, pack.sources[source]))
    if mistake.code == "figure":
        since = pack.params[mistake.param].figure(month.month, member.facts(month.month)).since
        yield words("specification.since", month=words.month(since or month.month))
    if mistake.code == "household" and (said := member.said(mistake.name, month.month)):
        yield words("specification.registered", place=f"{register}:{said.line}")


def _bookings(ledger: Ledger, mistake: Deviation) -> Iterator[BehindIt]:
    """The bookings, each with what of it is behind the mistake."""
    by_line: dict[int, list[Movement]] = {}
    for moved in ledger.movements:
        if moved.line in mistake.lines and moved.currency == "EUR":
            by_line.setdefault(moved.line, []).append(moved)
    for line in dict.fromkeys(mistake.lines):
        moves = by_line.get(line, [])
        if not moves:
            continue
        if mistake.code == "vat":
            part = [moved.amount for moved in moves if moved.role == ROLE_VAT]
        else:
            part = [moved.amount for moved in moves if moved.account.startswith(("Income:", "Expenses:"))]
        yield BehindIt(moves[0].day, moves[0].text, total(part) or ZERO, ledger.text.where(line))
