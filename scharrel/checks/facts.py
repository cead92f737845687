"""Facts of the register that rules use: each has a type, and a day of birth is in the past."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from scharrel.checks.register import written_value
from scharrel.core.fact_types import fits_asked, wanted
from scharrel.core.facts import Holder
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.core.problems import Problem
from scharrel.store.text import Text

_CODES = {bool: "fact-not-true", date: "fact-not-a-day", Decimal: "fact-not-a-number", str: "fact-not-a-word"}
_BORN_FROM = 1900
_LAST_DAY = 31


def type_problems(member: Holder, packs: Mapping[str, Pack], register: Text) -> Iterator[Problem]:
    """Facts of another type than the rules ask for that the member is under when they hold."""
    told: set[int] = set()
    for month in dict.fromkeys(Month.of(directive.day) for directive in member.directives):
        pack = packs.get(str(member.facts(month).get("rules")))
        if pack is None or not member.active(month):
            continue
        for fact, kinds in wanted(pack).items():
            said = member.said(fact, month)
            value = said.values[fact] if said else None
            # What no fact can be is told by the register.
            if said is None or not isinstance(value, bool | str | Decimal | date):
                continue
            if fits_asked(pack, fact, kinds, value):
                continue
            line = register.key_line(said.line, fact)
            if line not in told:
                told.add(line)
                code = next(code for kind, code in _CODES.items() if kind in kinds)
                values = {
                    "fact": fact,
                    "member": member.id,
                    "pack": pack.id,
                    "value": written_value(register, line),
                }
                values["choices"] = ", ".join(_words(pack, fact, month))
                values["day"] = str(_day(values["value"].strip('"')) or month.last_day)
                yield register.problem(line, code, **values)


def _words(pack: Pack, fact: str, month: Month) -> list[str]:
    asked = [str(value) for step in pack.steps for name, value in step.when if name == fact]
    cases = [case for param in pack.used_params() if param.by == fact for case in param.cases(month)]
    return list(dict.fromkeys([*asked, *cases]))


def _day(said: str) -> date | None:
    """The day that was meant: day-month-year the other way round, or the last day of a month."""
    try:
        if len(said) == len("2026-10"):
            return Month.parse(said).last_day
        parts = [int(part) for part in re.split(r"[-/. ]", said)]
        year, month, day = parts if parts[0] > _LAST_DAY else reversed(parts)
        return date(year, month, day)
    except ValueError:
        return None


def birth_problems(member: Holder, today: date, register: Text) -> Iterator[Problem]:
    """Days of birth that are still to come, or of a century in which no member was born."""
    for directive in member.directives:
        born = directive.values.get("born")
        if isinstance(born, date) and (born > today or born.year < _BORN_FROM):
            line = register.key_line(directive.line, "born")
            values = {"member": member.id, "born": str(born)}
            yield register.problem(line, "born-when", **values)
