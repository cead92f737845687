"""The register: which members there are and what holds for them from when."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from beancount.core import data
from beancount.core.amount import Amount

from scharrel.core.facts import Approval, Member, MemberDirective, Settlement
from scharrel.core.problems import Problem
from scharrel.files.chart import nearest
from scharrel.files.coop import MEMBER_ID, Coop
from scharrel.files.parsing import metadata, parse, place
from scharrel.files.source import Text, read_text, refused

_YEAR = re.compile("20[0-9]{2}")
_COMMANDS = frozenset({"option", "include"})
_KINDS = ("member", "approval", "settlement")
_ALIASES = {"lid": "member", "goedkeuring": "approval", "afrekening": "settlement"}
_KNOWN: Mapping[str, tuple[type, str]] = {
    "left": (bool, "fact-left"),
    "born": (date, "fact-born"),
    **dict.fromkeys(("name", "rules", "iban", "address"), (str, "fact-text")),
}
_OF_OTHERS = ("fava", "budget")


def read_register(coop: Coop) -> tuple[str, dict[str, Member], list[Problem]]:
    """The cooperative's name, its members by id, and what is wrong with the register."""
    shown = coop.shown(coop.register)
    text = read_text(coop, coop.register)
    problems = [*text.problems, *refused(text, shown, _COMMANDS)]
    if problems:
        return "", {}, problems
    directives, title, problems = parse(text, shown)
    by_member: dict[str, list[MemberDirective]] = {}
    approvals: dict[str, list[Approval]] = {}
    settlements: dict[str, list[Settlement]] = {}
    for directive in directives:
        if isinstance(directive, data.Custom) and directive.type == "member":
            line = place(directive)
            values = directive.values or []
            if len(values) != 1 or not MEMBER_ID.fullmatch(str(values[0].value)):
                problems.append(Problem(shown, line, "member-id", {}, excerpt=text.line(line)))
                continue
            found = MemberDirective(directive.date, line, metadata(directive))
            by_member.setdefault(str(values[0].value), []).append(found)
        elif isinstance(directive, data.Custom) and directive.type == "approval":
            if approval := _approval(directive):
                approvals.setdefault(approval[0], []).append(approval[1])
            else:
                line = place(directive)
                problems.append(Problem(shown, line, "approval", {}, excerpt=text.line(line)))
        elif isinstance(directive, data.Custom) and directive.type == "settlement":
            if settlement := _settlement(directive):
                settlements.setdefault(settlement[0], []).append(settlement[1])
            else:
                line = place(directive)
                problems.append(Problem(shown, line, "settlement", {}, excerpt=text.line(line)))
        elif isinstance(directive, data.Custom) and not directive.type.startswith(_OF_OTHERS):
            line = place(directive)
            near = _ALIASES.get(directive.type) or nearest(directive.type, _KINDS)
            values = {"kind": directive.type, "near": near, "kinds": ", ".join(_KINDS)}
            problems.append(Problem(shown, line, "unknown-custom", values, True, text.line(line)))
        elif isinstance(directive, data.Transaction):
            line = place(directive)
            problems.append(Problem(shown, line, "booking-in-register", {}, excerpt=text.line(line)))
    members = {}
    for member_id, found_directives in sorted(by_member.items()):
        member = Member(
            member_id,
            tuple(sorted(found_directives, key=lambda d: (d.day, d.line))),
            tuple(sorted(approvals.pop(member_id, []))),
            tuple(sorted(settlements.pop(member_id, []))),
        )
        problems += _problems(member, text, shown)
        members[member_id] = member
    for code, left in (("approval-member", approvals), ("settlement-member", settlements)):
        for unknown, found_entries in left.items():
            near = nearest(unknown, members)
            problems += [
                Problem(shown, e.line, code, {"member": unknown, "near": near}, excerpt=text.line(e.line))
                for e in found_entries
            ]
    return title, members, problems


def _approval(directive: data.Custom) -> tuple[str, Approval] | None:
    """Whose approval, and for what; nothing when it is not written as one."""
    values = [value.value for value in directive.values or []]
    if len(values) != 3 or not isinstance(values[0], str) or not isinstance(values[1], str):
        return None
    units = values[2]
    if not isinstance(units, Amount) or units.currency != "EUR" or not isinstance(units.number, Decimal):
        return None
    if units.number <= 0 or -int(units.number.as_tuple().exponent) > 2:
        return None
    by = str(metadata(directive).get("by", ""))
    return values[0], Approval(directive.date, place(directive), values[1], units.number, by)


def _settlement(directive: data.Custom) -> tuple[str, Settlement] | None:
    """Whose year, and what is definitive about it; nothing when it is not written as one."""
    values = [value.value for value in directive.values or []]
    if len(values) != 2 or not isinstance(values[0], str) or not _YEAR.fullmatch(str(values[1])):
        return None
    told = metadata(directive)
    source = told.pop("source", "")
    if not isinstance(source, str) or not source.strip():
        return None
    due = []
    for step, amount in told.items():
        number = amount.number if isinstance(amount, Amount) and amount.currency == "EUR" else amount
        if not isinstance(number, Decimal) or number < 0 or -int(number.as_tuple().exponent) > 2:
            return None
        due.append((step, number))
    return values[0], Settlement(directive.date, place(directive), int(values[1]), tuple(due), source)


def _problems(member: Member, text: Text, shown: str) -> list[Problem]:
    first = member.directives[0]
    found = [
        Problem(
            shown,
            first.line,
            "member-without",
            {"member": member.id, "key": key},
            excerpt=text.line(first.line),
        )
        for key in ("name", "rules")
        if not str(first.values.get(key, "")).strip()
    ]
    for directive in member.directives:
        for key, value in directive.values.items():
            kind, code = _KNOWN.get(key, (bool | str | Decimal | date, "fact-kind"))
            if not isinstance(value, kind):
                line = text.key_line(directive.line, key)
                found.append(Problem(shown, line, code, {"key": key}, excerpt=text.line(line)))
    return found
