"""The register: which members there are and what holds for them from when."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from beancount.core import data

from scharrel.core.facts import Member, MemberDirective
from scharrel.core.pack import FactValue
from scharrel.core.problems import Problem
from scharrel.files.coop import MEMBER_ID, Coop
from scharrel.files.parsing import metadata, parse, place, repeated_keys
from scharrel.files.source import Text, read_text, refused

_COMMANDS = frozenset({"option", "include"})


def read_register(coop: Coop) -> tuple[str, dict[str, Member], list[Problem]]:
    """The cooperative's name, its members by id, and what is wrong with the register."""
    shown = coop.shown(coop.register)
    text = read_text(coop, coop.register)
    problems = [*text.problems, *refused(text, shown, _COMMANDS)]
    if problems:
        return "", {}, problems
    directives, title, problems = parse(text, shown)
    problems += repeated_keys(text, shown)
    by_member: dict[str, list[MemberDirective]] = {}
    for directive in directives:
        if isinstance(directive, data.Custom) and directive.type == "member":
            line = place(directive)
            values = directive.values or []
            if len(values) != 1 or not MEMBER_ID.fullmatch(str(values[0].value)):
                problems.append(Problem(shown, line, "member-id", {}, excerpt=text.line(line)))
                continue
            found = MemberDirective(directive.date, line, metadata(directive))
            by_member.setdefault(str(values[0].value), []).append(found)
        elif isinstance(directive, data.Transaction):
            line = place(directive)
            problems.append(Problem(shown, line, "booking-in-register", {}, excerpt=text.line(line)))
    members = {}
    for member_id, found_directives in sorted(by_member.items()):
        member = Member(member_id, tuple(sorted(found_directives, key=lambda d: (d.day, d.line))))
        problems += _problems(member, text, shown)
        members[member_id] = member
    return title, members, problems


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
        if not isinstance(first.values.get(key), str) or not str(first.values[key]).strip()
    ]
    for directive in member.directives:
        values: Mapping[str, FactValue] = directive.values
        wrong = [
            key
            for key, value in values.items()
            if (key == "left" and not isinstance(value, bool))
            or (key == "born" and not isinstance(value, date))
            or (key in ("name", "rules", "iban", "address") and not isinstance(value, str))
            or not isinstance(value, bool | str | Decimal | date)
        ]
        found += [
            Problem(
                shown,
                directive.line,
                "fact-kind",
                {"key": key, "member": member.id},
                excerpt=text.line(directive.line),
            )
            for key in wrong
        ]
    return found
