"""Who takes part in a project: only members, as long as both the membership and the project last."""

from collections.abc import Iterator
from decimal import Decimal

from scharrel.core.facts import Dated, Holder, turning_months
from scharrel.core.money import MAX_AMOUNT
from scharrel.core.month import Month
from scharrel.core.problems import Problem
from scharrel.store.text import Text

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
