"""What is wrong with what the register says: of holders, and of who takes part or belongs where."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from scharrel.core import iban
from scharrel.core.facts import Approval, Dated, Holder, HolderDirective, Settlement, turning_months
from scharrel.core.money import MAX_AMOUNT, ZERO, as_written
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.core.pack import FactValue
from scharrel.core.problems import Problem
from scharrel.ledger.fixed_amounts import FIXED_KINDS
from scharrel.ledger.parsing import metadata, place
from scharrel.ledger.register import Register
from scharrel.store.text import Text

_WITH_AMOUNTS = ("approval", "settlement", "grant", *FIXED_KINDS)
_WRITTEN = re.compile(r'[^:]*:\s*("(?:[^"\\]|\\.)*"|[^;]*)')


def register_problems(register: Register) -> Iterator[Problem]:
    """What is wrong with what the register says, apart from what of it cannot be read."""
    text, members = register.text, register.members
    for member in members.values():
        yield from _plain_problems(member, text)
        yield from contradictions(member.id, member.directives, text)
        yield from given_twice(member.approvals, member.settlements, text)
        for part in member.participants:
            if part.id in members and members[part.id].person:
                yield from part_problems(member, members[part.id], part, text)
                yield from contradictions(part.id, part.directives, text)
    yield from membership_problems(members, text)
    yield from account_numbers(register.directives, text)
    yield from too_large(register.directives, text)


def written_value(text: Text, line: int) -> str:
    """What stands behind the key of a line, as it was written there."""
    found = _WRITTEN.match(text.line(line))
    return found[1].strip() if found else ""


def contradictions(who: str, directives: Sequence[HolderDirective], text: Text) -> Iterator[Problem]:
    """Two directives of one day that give one key different values: neither of them is the later."""
    first: dict[tuple[date, str], tuple[FactValue, int]] = {}
    for directive in directives:
        for key, value in directive.values.items():
            earlier, line = first.setdefault((directive.day, key), (value, directive.line))
            if not _same(key, earlier, value):
                at, other = (text.key_line(of, key) for of in (directive.line, line))
                values = {"who": who, "key": key, "day": str(directive.day), "first": str(other)}
                values |= {"value": written_value(text, at), "other": written_value(text, other)}
                yield text.problem(at, "contradiction", **values)


def _same(key: str, one: FactValue, other: FactValue) -> bool:
    if _of_account(key) and isinstance(one, str) and isinstance(other, str):
        return iban.compact(one) == iban.compact(other)
    return type(one) is type(other) and one == other


def account_numbers(directives: Sequence[Any], text: Text) -> Iterator[Problem]:
    """Every account number in the register of which the check digits do not fit, wherever it stands."""
    for directive in directives:
        if not isinstance(directive, data.Custom):
            continue
        line = place(directive)
        told = [("", value.value) for value in directive.values or []] + list(metadata(directive).items())
        for key, value in told:
            if not isinstance(value, str):
                continue
            numbers = [value] if _of_account(key) or iban.shaped(value) else iban.among(value)
            for number in numbers:
                if not iban.sound(number):
                    at = text.key_line(line, key)
                    yield text.problem(at, "iban", number=number)


def _of_account(key: str) -> bool:
    return "iban" in key.casefold()


def too_large(directives: Sequence[Any], text: Text) -> Iterator[Problem]:
    """Amounts that were approved, granted or settled and that nobody ever had."""
    for directive in directives:
        if not isinstance(directive, data.Custom) or directive.type not in _WITH_AMOUNTS:
            continue
        line = place(directive)
        told = [("", value.value) for value in directive.values or []] + list(metadata(directive).items())
        for key, value in told:
            number = value.number if isinstance(value, Amount) else value
            if isinstance(number, Decimal) and abs(number) >= MAX_AMOUNT:
                at = text.key_line(line, key)
                yield text.problem(at, "too-large", number=as_written(number))


def given_twice(
    approvals: Sequence[Approval], settlements: Sequence[Settlement], text: Text
) -> Iterator[Problem]:
    """The same approval, and a second settlement of one period on one day, of one holder."""
    alike = [
        (("approval-again", a.day, " ".join(a.what.split()).casefold(), a.amount), a.line) for a in approvals
    ]
    alike += [(("settlement-again", s.day, str(s.period), ZERO), s.line) for s in settlements]
    first: dict[tuple[str, date, str, Decimal], int] = {}
    for same, line in alike:
        if (earlier := first.setdefault(same, line)) != line:
            yield text.problem(line, same[0], first=str(earlier))


_KNOWN: Mapping[str, tuple[Any, str]] = {
    "left": (bool, "fact-left"),
    "practice": (bool, "fact-practice"),
    "born": (date, "fact-born"),
    "subcooperative": (str | bool, "fact-subcooperative"),
    **dict.fromkeys(("name", "rules", "iban", "address", "client_number", "left_for"), (str, "fact-text")),
}


def _plain_problems(member: Holder, text: Text) -> list[Problem]:
    """What a holder lacks, and keys with a value that no fact can have."""
    first = member.directives[0]
    found = [
        text.problem(first.line, "member-without", member=member.id, key=key)
        for key in ("name", "rules")
        if not str(first.values.get(key, "")).strip() and text.key_line(first.line, key) == first.line
    ]
    for directive in member.directives:
        for key, value in directive.values.items():
            kind, code = _KNOWN.get(key, (bool | str | Decimal | date, "fact-kind"))
            if not isinstance(value, kind):
                line = text.key_line(directive.line, key)
                found.append(text.problem(line, code, key=key))
    return found


_DECIMALS = 28


def part_problems(project: Holder, member: Holder, part: Dated, text: Text) -> Iterator[Problem]:
    """Someone takes part as long as both the project and the membership last, by a weight above zero."""
    for directive in part.directives:
        month = Month.of(directive.day)
        weight = directive.values.get("weight", Decimal(1))
        left = directive.values.get("left", False)
        values = {"member": member.id, "project": project.id, "month": str(month)}

        def at(key: str, code: str, /, **more: str) -> Problem:
            line = text.key_line(directive.line, key)  # noqa: B023
            return text.problem(line, code, **(values | more))  # noqa: B023

        for key in sorted(directive.values.keys() - {"weight", "left"}):
            yield at(key, "participant-key", key=key)
        if not isinstance(left, bool):
            yield at("left", "fact-left", key="left")
        if not isinstance(weight, Decimal) or weight <= 0:
            yield at("weight", "participant-weight")
        elif weight >= MAX_AMOUNT or -int(weight.as_tuple().exponent) > _DECIMALS:
            yield at("weight", "participant-weight-size")
        if left is True and directive is not part.directives[0]:
            continue
        if not (member.active(month) and project.active(month)):
            yield at("", "participant-outside")
        elif not part.active(month):
            yield at("", "participant-back", day=str(directive.day))
    yield from _after_leaving(project, member, part, text)


def _after_leaving(project: Holder, member: Holder, part: Dated, text: Text) -> Iterator[Problem]:
    """The first month in which someone goes on taking part whose membership has ended."""
    if not member.active(part.first):
        return  # told there
    for month in turning_months(project, member, part):
        if not part.active(month) or not project.active(month):
            continue
        left = member.said("left", month)
        if member.active(month) or left is None:
            continue
        said = [directive for directive in part.directives if Month.of(directive.day) <= month]
        if not member.active(Month.of(said[-1].day)) and said[-1].values.get("left") is not True:
            continue  # told where it begins
        taken = [directive for directive in said if Month.of(directive.day) < month][-1]
        values = {"member": member.id, "project": project.id, "day": str(left.day), "line": str(left.line)}
        yield text.problem(taken.line, "participant-left", **values)
        return


def membership_problems(members: Mapping[str, Holder], text: Text) -> Iterator[Problem]:
    """Membership of what is no sub-cooperative, of one that is not there then, or of one in another."""
    known = {member.id: member for member in members.values() if member.kind == "subcooperative"}
    for member in members.values():
        for directive in member.directives:
            if "subcooperative" not in directive.values:
                continue
            line = text.key_line(directive.line, "subcooperative")
            month, name = Month.of(directive.day), directive.values["subcooperative"]
            values = {"member": member.id, "month": str(month), "subcooperative": str(name)}
            code = ""
            if member.id in known:
                code = "subcooperative-inside"
            elif name is True:
                code, values = "fact-subcooperative", {"key": "subcooperative"}
            elif isinstance(name, str) and name not in known:
                code = "unknown-subcooperative"
                values["near"] = nearest(name, known)
                values["subcooperatives"] = ", ".join(sorted(known)) or "-"
            elif isinstance(name, str) and not known[name].active(month):
                code = "subcooperative-outside"
            if code:
                yield text.problem(line, code, **values)
    for member in members.values():
        for above in known.values():
            yield from _after_the_end(member, above, text)


def _after_the_end(member: Holder, above: Holder, text: Text) -> Iterator[Problem]:
    """The first month in which a member or project still belongs to a sub-cooperative that has ended."""
    for month in turning_months(member, above):
        left = above.said("left", month)
        if left and member.belongs_to(month) == above.id and member.active(month) and not above.active(month):
            values = {"member": member.id, "month": str(month), "subcooperative": above.id}
            yield text.problem(left.line, "subcooperative-outside", **values)
            return
