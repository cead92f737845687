"""What is paid out in words: to whom, why that much, and what is not paid."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from scharrel.core.iban import compact
from scharrel.core.month import Month
from scharrel.text.words import Words
from scharrel.treasury.payments import MEMBER, TAX, Due, PaymentRun


def payment_text(words: Words, due: Due, name: str, through: Month | None, reference: str) -> str:
    """What the payment says to who gets it, of someone of that name; a reference of theirs comes first."""
    if due.to == TAX:
        return reference or words("pay.text-tax")
    month = words.month(through) if through else ""
    said = words(f"pay.text-{due.to}", name=name, month=month)
    return f"{reference} {said}".strip()


def grouped_iban(iban: str) -> str:
    """The number in groups of four, as people read it."""
    number = compact(iban)
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def due_line(words: Words, due: Due) -> str:
    """Why it is that much."""
    if due.to == TAX:
        return words("pay.why-tax")
    values = {"allocated": words.money(due.allocated), "taken": words.money(abs(due.taken))}
    parts = [words("pay.why-allocated", **values)]
    if due.taken:
        parts.append(words("pay.why-taken" if due.taken > 0 else "pay.why-back", **values))
    if due.in_hand:
        held = "in-hand" if due.in_hand > 0 else "laid-out"
        parts.append(words(f"pay.why-{held}", in_hand=words.money(abs(due.in_hand))))
    return ", ".join(parts) + "."


def not_paid_line(words: Words, to: str, name: str, why: str, amount: Decimal, through: Month | None) -> str:
    """Who is paid nothing, and why."""
    key = f"{why}-{to}" if why == "no-payee" else why
    month = words.month(through) if through else ""
    return words(f"pay.not-paid.{key}", name=name, amount=words.money(amount), month=month)


def run_lines(
    words: Words, run: PaymentRun, due: Mapping[str, Due], names: Mapping[str, str]
) -> Iterator[tuple[str, str, str, list[str]]]:
    """Of each payment to whom it goes (a key), the name, the amount, and what is told below."""
    for payment in run.payments:
        said = [grouped_iban(payment.iban), due_line(words, due[payment.id])]
        whose = names.get(payment.holder, payment.holder)
        name = payment.name if payment.to in (MEMBER, TAX) else whose
        yield payment.to, name, words.money(payment.amount), said


def run_title(words: Words, through: Month | None, day: date) -> str:
    """What is paid, and when."""
    if through is None:
        return words("pay.title-tax", day=words.day(day))
    return words("pay.title", month=words.month(through), day=words.day(day))
