"""What the municipality's letters say, in the register: `custom` "specification" of a member and a month."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from scharrel.core.facts import Holder
from scharrel.core.money import MAX_AMOUNT, as_written
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.core.problems import Problem
from scharrel.core.specifications import SPECIFIED, Specification, key_of
from scharrel.ledger.own_entries import euros_of
from scharrel.ledger.parsing import metadata, place
from scharrel.store.text import Text

_NAMES = {key_of(name): name for name in SPECIFIED}


def read_specifications(
    directives: Sequence[Any], members: Mapping[str, Holder], text: Text
) -> tuple[list[Specification], list[Problem]]:
    """The letters among these directives, and what is wrong with them."""
    found: list[Specification] = []
    problems: list[Problem] = []
    first: dict[tuple[date, str, Month], int] = {}
    for directive in directives:
        read = _specification(directive, members, text)
        if isinstance(read, Specification):
            earlier = first.setdefault((read.day, read.member, read.month), read.line)
            if earlier != read.line:
                problems.append(text.problem(read.line, "specification-again", first=str(earlier)))
            found.append(read)
        else:
            problems += read
    return found, problems


def _specification(
    directive: Any, members: Mapping[str, Holder], text: Text
) -> Specification | list[Problem]:
    line = place(directive)
    values = [value.value for value in directive.values or []]
    if len(values) != 2 or not all(isinstance(value, str) for value in values):
        return [text.problem(line, "specification")]
    name, said = values
    try:
        month = Month.parse(said)
    except ValueError:
        return [text.problem(line, "specification")]
    member = members.get(name)
    if member is None or not member.person:
        known = {holder for holder in members if members[holder].person}
        return [text.problem(line, "specification-member", member=name, near=nearest(name, known))]
    if not member.active(month):
        return [text.problem(line, "specification-outside", member=name, month=said)]
    if directive.date < month.first_day:
        return [text.problem(line, "specification-early", month=said, day=str(directive.date))]
    told = metadata(directive)
    problems = list(_wrong_amounts(told, line, text))
    if not told:
        problems.append(text.problem(line, "specification-empty", keys=", ".join(_NAMES)))
    if problems:
        return problems
    amounts = {name: Decimal(str(euros_of(told[key]))) for key, name in _NAMES.items() if key in told}
    return Specification(directive.date, line, member.id, month, amounts)


def _wrong_amounts(told: Mapping[str, Any], line: int, text: Text) -> Iterator[Problem]:
    for key, value in told.items():
        at = text.key_line(line, key)
        euros = euros_of(value)
        if key not in _NAMES:
            values = {"key": key, "near": nearest(key, _NAMES), "keys": ", ".join(_NAMES)}
            yield text.problem(at, "specification-key", **values)
        elif euros is None or euros < 0:
            yield text.problem(at, "specification-amount", key=key)
        elif euros >= MAX_AMOUNT:
            yield text.problem(at, "too-large", number=as_written(euros))


def specification_text(letter: Specification) -> str:
    """The letter as it stands in the register."""
    said = [(key_of(name), letter.amounts[name]) for name in SPECIFIED if name in letter.amounts]
    amounts = [f"  {key}: {amount:.2f} EUR" for key, amount in said]
    return "\n".join([f'{letter.day} custom "specification" "{letter.member}" "{letter.month}"', *amounts])
