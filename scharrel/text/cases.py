"""What a worked example expected and what came of it, and what no example notices, as plain sentences."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scharrel.analysis.cases import CaseDifference
from scharrel.analysis.mutations import Mutation
from scharrel.core.case import Expected
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.core.trace import Allocation, StepResult
from scharrel.text.grounds import cited
from scharrel.text.sentences import label, sentences
from scharrel.text.words import Words


def difference(words: Words, pack: Pack, found: CaseDifference) -> Iterator[str]:
    """What the case expects and what comes out; then how that was computed, and where to look."""
    yield f'"{found.case.title}": {_outcome(words, pack, found)}'
    if found.allocation and found.expected:
        yield from _how(words, found.allocation, found.expected)
    source = found.case.source
    said = words(f"explain.source.{source.kind}", ref=cited(words, source))
    yield words("cases.look", source=" ".join([said, source.url or ""]).rstrip())


def _outcome(words: Words, pack: Pack, found: CaseDifference) -> str:
    values: dict[str, object] = {"month": words.month(found.month)}
    expected = found.expected
    if found.param:
        return words("cases.no-value", param=found.param, **values)
    if expected is None:
        return words("cases.not-in-force", **values)
    if isinstance(found.computed, bool):
        return words("cases.in-force" if found.computed else "cases.not-in-force", **values)
    values |= {"computed": _amount_or_codes(words, found.computed)}
    values |= {"expected": _amount_or_codes(words, expected.value)}
    if expected.what in ("paid", "why"):
        values["step"] = next(label(words, step) for step in pack.steps if step.id == expected.name)
    elif expected.what == "party":
        values["receiver"] = words(f"explain.receiver.{expected.name}")
    elif expected.what == "balances":
        values["account"] = expected.name
    return words(f"cases.{expected.what}", **values)


def _amount_or_codes(words: Words, value: Any) -> str:
    if isinstance(value, Decimal):
        return words.money(value)
    return ", ".join(value) or words("cases.no-reason")


def _how(words: Words, allocation: Allocation, expected: Expected) -> Iterator[str]:
    """The sentences of the step, or the steps behind a sum of several."""
    if expected.what in ("paid", "why"):
        result = next(result for result in allocation.steps if result.step.id == expected.name)
        yield " ".join([words("cases.how"), *sentences(words, result, allocation.pack)])
        return
    steps = [
        f"{label(words, result.step)} {words.money(result.paid)}"
        for result in allocation.steps
        if result.paid and _counts(result, expected)
    ]
    if steps:
        yield words("cases.steps", steps=", ".join(steps))


def _counts(result: StepResult, expected: Expected) -> bool:
    step = result.step
    return {
        "party": step.party == expected.name,
        "balances": step.to == expected.name,
        "reduction": step.reduction,
        "keep": step.party in ("member", "pot"),
    }[expected.what]


def unnoticed(words: Words, mutation: Mutation) -> str:
    """Which change no case notices."""
    values = {
        "of": mutation.of,
        "key": mutation.key,
        "was": _value(words, mutation, mutation.was),
        "becomes": _value(words, mutation, mutation.becomes),
        "month": words.month(mutation.month) if mutation.month else "",
        "choice": mutation.choice,
    }
    key = mutation.code + ("-choice" if mutation.choice else "" if mutation.of else "-pack")
    if mutation.code == "since":
        key += "-later" if mutation.becomes > mutation.was else "-earlier"
    change = " ".join(words(f"mutation.{key}", **values).split())
    return words("cases.unnoticed", change=change)


def _value(words: Words, mutation: Mutation, value: Any) -> str:
    """The figure as people write it, anything else as the pack does."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return words.rate(value) if mutation.unit == "rate" else words.money(value)
    if isinstance(value, Month):
        return words.month(value)
    if isinstance(value, tuple):
        return f"{value[0]} = {str(value[1]).lower()}"
    return f'"{value}"' if isinstance(value, str) else str(value)
