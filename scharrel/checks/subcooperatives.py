"""Who belongs to which sub-cooperative according to the register, and what is wrong with that."""

from collections.abc import Iterator, Mapping

from scharrel.core.facts import Holder, turning_months
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.core.problems import Problem
from scharrel.store.text import Text


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
