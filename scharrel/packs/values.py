"""The values of a rule pack, each checked where it stands."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from scharrel.core.chart import Chart
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.core.pack import LIMITS, Band, Operand, Param, Source, Unit
from scharrel.core.problems import Problem
from scharrel.packs.locate import Lines

_RATE = re.compile(r"(-?\d+(?:\.\d+)?)\s*%")
HUGE = Decimal(10) ** 12
"""Euros beyond which an amount is a mistake."""

_DECIMALS = 12
"""Decimals of a percentage, and digits before the point, beyond which it is no figure."""

FILL_IN = "?"
"""Stands where a pack from another cooperative had its own figure or decision."""

MAX_PACK_PROBLEMS = 500
"""Problems of one pack that are told one by one."""


class Values:
    """What a rule pack says, key by key; `problems` has what is wrong with it."""

    def __init__(self, table: dict[str, Any], lines: Lines, shown: str, chart: Chart):
        self.table = table
        self.lines = lines
        self.shown = shown
        self.chart = chart
        self.problems: list[Problem] = []
        self.at: tuple[str, int] = ("pack", 0)
        self.params: dict[str, Param] = {}
        self.sources: dict[str, Source] = {}

    def say(self, key: str, code: str, /, **values: str) -> None:
        """Note what is wrong at a key, or at a name in the table of that key: `cap.month`."""
        if len(self.problems) > MAX_PACK_PROBLEMS:
            return
        if len(self.problems) == MAX_PACK_PROBLEMS:
            code, values = "stopped-looking", {}
        table, nth = self.at
        key, _, name = key.partition(".")
        line = self.lines.line(table, key, nth, name)
        self.problems.append(Problem(self.shown, line, code, values, excerpt=self.lines.excerpt(line)))

    def _table(self, parent: dict[str, Any], key: str) -> dict[str, Any]:
        value = parent.get(key, {})
        if not isinstance(value, dict) or (key == "pack" and not value):
            self.at = (key, 0)
            self.say("", "no-table", key=key)
            return {}
        return value

    def _known(self, table: dict[str, Any], keys: frozenset[str]) -> None:
        for key in table:
            if key not in keys:
                self.say(key, "unknown-key", key=key, near=nearest(key, keys))

    def _text(self, table: dict[str, Any], key: str) -> str | None:
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            self.say(key, "missing-key", key=key)
            return None
        return None if self._open(key, value, "fill-in-text") else value

    def _open(self, key: str, value: Any, code: str = "fill-in") -> bool:
        """Whether it still has to be filled in; that is told by name."""
        if value != FILL_IN:
            return False
        table, nth = self.at
        _, _, name = table.partition(".")
        row = self.table[table][nth] if table in ("step", "accept") else {}
        self.say(key, code, name=name or f"{row.get('id') or row.get('code') or table}.{key}")
        return True

    def _choice(
        self, table: dict[str, Any], key: str, choices: tuple[str, ...], required: bool = True
    ) -> str:
        value = table.get(key)
        if key not in table and not required:
            return ""
        if key not in table:
            self.say(key, "missing-key", key=key)
        elif value not in choices:
            self.say(key, "bad-choice", key=key, value=str(value), choices=", ".join(choices))
        return str(value)

    def _rounding(self, table: dict[str, Any], default: str = "half-up", report: bool = True) -> Any:
        value = table.get("rounding", default)
        if value not in ("half-up", "down"):
            if report:
                self.say(
                    "rounding",
                    "bad-choice",
                    key="rounding",
                    value=str(value),
                    choices="half-up, down",
                )
            return "half-up"
        return value

    def _source_of(self, table: dict[str, Any]) -> str:
        source = table.get("source")
        if source is None:
            self.say("source", "missing-source")
        elif str(source) not in self.sources and ("unknown-source", str(source)) not in (
            (p.code, p.values.get("source"))
            for p in self.problems  # told already
        ):
            known = frozenset(self.sources)
            self.say("source", "unknown-source", source=str(source), near=nearest(str(source), known))
        return str(source)

    def _label(self, table: dict[str, Any]) -> Mapping[str, str]:
        label = table.get("label")
        if isinstance(label, str) and label.strip():
            return {"nl": label, "en": label}
        if isinstance(label, dict) and label.keys() == {"nl", "en"}:
            return {key: str(value) for key, value in label.items()}
        self.say("label", "missing-key" if label is None else "label", key="label")
        return {}

    def _account(self, table: dict[str, Any], kind: str) -> str | None:
        account = str(table["to"]) if "to" in table else None
        if kind == "input":
            return None
        if account is None:
            self.say("to", "missing-key", key="to")
        elif account not in self.chart.accounts:
            self.say("to", "unknown-account", account=account, near=nearest(account, self.chart.accounts))
        elif not payable(account, self.chart):
            self.say("to", "to-account", account=account)
        return account

    def _income(self, table: dict[str, Any], key: str) -> str | None:
        """The account on which comes in what another ledger pays: income that rules look at."""
        account = table.get(key)
        if account is None:
            return None
        if str(account) not in self.chart.accounts:
            near = nearest(str(account), self.chart.accounts)
            self.say(key, "unknown-account", account=str(account), near=near)
        elif not str(account).startswith("Income:") or self.chart.role(str(account)) in (None, "vat"):
            self.say(key, "feeds-account", account=str(account))
        return str(account)

    def _role(self, key: str, named: Any) -> str:
        role = str(named)
        if role not in self.chart.roles:
            self.say(key, "unknown-role", role=role, near=nearest(role, self.chart.roles))
        return role

    def _roles(self, table: dict[str, Any], key: str, required: bool = False) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or (required and not value):
            self.say(key, "role-list", key=key)
            return ()
        if len(set(map(str, value))) < len(value):
            self.say(key, "role-twice", key=key)
        return tuple(self._role(key, role) for role in value)

    def _role_of(self, table: dict[str, Any], kind: str) -> str | None:
        if kind == "input":
            return self._role("input", table["input"])
        if kind == "per":
            if "units" not in table:
                self.say("per", "missing-key", key="units")
                return None
            return self._role("units", table["units"])
        if kind == "share" and table.get("by", "equal") not in ("equal", "weight"):
            return self._role("by", table["by"])
        return None

    def _base(self, table: dict[str, Any], earlier: list[str], ids: list[str]) -> str:
        base = table.get("of", "pool")
        if base == "pool":
            return "pool"
        if str(base).startswith("after."):
            self._refers("of", str(base).removeprefix("after."), earlier, ids)
            return str(base)
        return self._role("of", base)

    def _earlier(self, table: dict[str, Any], key: str, earlier: list[str], ids: list[str]) -> str | None:
        if key not in table:
            return None
        self._refers(key, str(table[key]), earlier, ids)
        named: dict[str, Any] = next((s for s in self.table["step"] if s.get("id") == table[key]), {})
        if key == "after" and "max_months" not in named:
            self.say(key, "after-without-months", step=str(table[key]))
        return str(table[key])

    def _refers(self, key: str, step: str, earlier: list[str], ids: list[str]) -> None:
        if step in earlier:
            return
        code = "forward-reference" if step in ids else "unknown-step"
        near = "" if step in ids else nearest(step, frozenset(ids))
        self.say(key, code, step=step, near=near)

    def _figure(self, key: str, value: Any) -> tuple[Unit, Decimal] | None:
        if self._open(key, value):
            return None
        found = figure(value)
        if isinstance(found, str):
            self.say(key, found, value=str(value))
            return None
        return found

    def _operand(self, table: dict[str, Any], key: str, unit: Unit | None = None) -> Operand | None:
        """The figure written at the key, or the parameter that it names."""
        if key not in table:
            return None
        return self._value(key, table[key], unit or ("rate" if key == "rate" else "amount"))

    def _value(self, key: str, value: Any, unit: Unit) -> Operand | None:
        if self._open(key, value):
            return None
        if isinstance(value, str) and not _RATE.fullmatch(value) and not _number(value):
            param = self.params.get(value)
            if param is None and value not in self._table(self.table, "param"):
                known = frozenset(self.params)
                self.say(key, "unknown-param", param=value, near=nearest(value, known))
            elif param is not None and param.unit != unit:
                self.say(key, f"needs-{unit}", value=value)
            return param
        if unit == "rate" and isinstance(value, int | Decimal) and not isinstance(value, bool):
            self.say(key, "bare-percent", value=str(value))
            return None
        figure = self._figure(key, value)
        if figure and figure[0] != unit:
            self.say(key, f"needs-{unit}", value=str(value))
        return figure[1] if figure else None

    def _bands(self, table: dict[str, Any]) -> tuple[Band, ...]:
        rows = table.get("bands", [])
        if not isinstance(rows, list) or ("bands" in table and not rows):
            self.say("bands", "bands")
            return ()
        bands = list(self._band_rows(rows))
        starts = [band.start for band in bands if isinstance(band.start, Decimal)]
        if starts != sorted(set(starts)):
            self.say("bands", "bands-order")
        return tuple(bands)

    def _band_rows(self, rows: list[Any]) -> Iterator[Band]:
        for row in rows:
            if not isinstance(row, dict) or row.keys() != {"from", "rate"}:
                self.say("bands", "bands")
                continue
            start = self._value("bands", row["from"], "amount")
            rate = self._value("bands", row["rate"], "rate")
            if start is not None and rate is not None:
                yield Band(start, rate)

    def _limits(self, table: dict[str, Any]) -> dict[str, Any]:
        """The limits that are written, by the field that a step has for each."""
        cap = table.get("cap", {})
        if not isinstance(cap, dict) or ("cap" in table and not cap):
            self.say("cap", "cap")
            cap = {}
        for name in cap.keys() - {key.removeprefix("cap.") for key in LIMITS.values() if "." in key}:
            self.say("cap", "unknown-key", key=name, near="")
        found = {}
        for kind, key in LIMITS.items():
            group, _, name = key.partition(".")
            field = kind.replace("-", "_")
            if not name:
                found[field] = self._operand(table, group, "amount")
            elif name in cap:
                found[field] = self._value("cap", cap[name], "amount")
        return found

    def _count(self, table: dict[str, Any], key: str) -> int | None:
        value: Any = table.get(key)
        if key not in table or self._open(key, value):
            return None
        if not whole(value) or value < 1:
            self.say(key, "whole-number", key=key, value=str(value))
            return None
        return int(value)

    def _flag(self, table: dict[str, Any], key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            self.say(key, "true-or-false", key=key)
        return value is True

    def _purposes(self, table: dict[str, Any]) -> tuple[tuple[str, bool], ...]:
        """What a pot may be spent on, and whether that has to be approved."""
        purposes = table.get("purposes", {})
        if (
            not isinstance(purposes, dict)
            or ("purposes" in table and not purposes)
            or not all(name.strip() for name in purposes)
            or not all(leave in ("free", "approval") for leave in purposes.values())
        ):
            self.say("purposes", "purposes")
            return ()
        return tuple((name, leave == "approval") for name, leave in purposes.items())

    def _when(self, table: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
        when = table.get("when")
        if when is None:
            return ()
        if isinstance(when, str) and when:
            return ((when, True),)
        if isinstance(when, dict) and when and not any(isinstance(v, dict | list) for v in when.values()):
            return tuple((fact, Decimal(value) if whole(value) else value) for fact, value in when.items())
        self.say("when", "when")
        return ()

    def _first_day(self, table: dict[str, Any], key: str) -> Month | None:
        return self._day(table, key, lambda day: day.day == 1, "not-first-of-month")

    def _last_day(self, table: dict[str, Any], key: str) -> Month | None:
        return self._day(table, key, lambda day: day == Month.of(day).last_day, "not-last-of-month")

    def _day(self, table: dict[str, Any], key: str, fits: Any, code: str) -> Month | None:
        day = table.get(key)
        if day is None:
            return None
        if type(day) is not date:
            self.say(key, "not-a-date", key=key)
            return None
        if not fits(day):
            self.say(key, code, date=str(day))
        return Month.of(day)


def figure(value: Any) -> tuple[Unit, Decimal] | str:
    """A rate with its percent sign, or euros with at most two decimals; else the code of what is wrong."""
    if isinstance(value, str):
        found = _RATE.fullmatch(value)
        if found and 0 <= (rate := Decimal(found[1])) < HUGE and -int(rate.as_tuple().exponent) <= _DECIMALS:
            return "rate", rate.scaleb(-2)
        return "bare-percent" if _number(value) else "no-figure"
    if not number(value) or not 0 <= value < HUGE:
        return "no-figure"
    if int(Decimal(value).as_tuple().exponent) < -2:
        return "three-decimals"
    return "amount", Decimal(value)


def payable(account: str, chart: Chart) -> bool:
    """Whether a step can pay to it."""
    return account.startswith(("Liabilities:", "Equity:")) and chart.role(account) not in (
        "appropriation",
        "vat",
    )


def whole(value: Any) -> bool:
    """Whether it is a whole number; TOML's true is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def number(value: Any) -> bool:
    """Whether it is a number that can be counted with; TOML has nan and inf too."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, Decimal) and value.is_finite()
    )


def _number(value: str) -> bool:
    return bool(re.fullmatch(r"-?[\d.,]+", value))
