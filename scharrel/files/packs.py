"""Rule packs from TOML: read exactly, every mistake told with its line."""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from scharrel.core.month import Month
from scharrel.core.pack import (
    PARTIES,
    SOURCE_KINDS,
    Band,
    Kind,
    Operand,
    Pack,
    Param,
    Source,
    Step,
    Unit,
)
from scharrel.core.problems import Problem
from scharrel.files.chart import Chart, nearest
from scharrel.files.coop import Coop
from scharrel.files.locate import Lines
from scharrel.files.source import read_text

_KINDS = ("input", "amount", "rate", "bands", "per", "all", "share")
_PACK_KEYS = frozenset({"id", "title", "pool", "rounding", "valid_from", "valid_until", "strict"})
_SOURCE_KEYS = frozenset({"kind", "ref", "url", "quote", "consulted", "votes"})
_PARAM_KEYS = frozenset({"source", "values", "by"})
_LIMITS = frozenset(
    {
        "above", "over", "cap", "target", "max_months", "consecutive", "after", "not_with",
        "when", "carry", "counts", "min_age", "rounding",
    }
)  # fmt: skip
_COMMON = frozenset({"id", "label", "party", "source", "to", "settle", "approval"})
_STEP_KEYS = frozenset({*_KINDS, *_COMMON, *_LIMITS, "of", "units", "by"})
_RATE = re.compile(r"(-?\d+(?:\.\d+)?)\s*%")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}")
_BASED = ("rate", "bands")
_HUGE = Decimal(10) ** 12


def read_packs(coop: Coop, chart: Chart) -> tuple[dict[str, Pack], list[Problem]]:
    """Every pack under rules/ by id; a pack with a problem is left out."""
    packs: dict[str, Pack] = {}
    problems: list[Problem] = []
    for path in sorted(coop.rules.glob("*.toml")):
        if path.name.endswith(".cases.toml"):
            continue
        text = read_text(coop, path)
        shown = coop.shown(path)
        found = list(text.problems)
        pack = None
        if not found:
            pack, found = read_pack(text.data, shown, path.stem, chart)
        problems += found
        if pack and not any(not problem.warning for problem in found):
            packs[pack.id] = pack
    return packs, problems


def read_pack(data: bytes, shown: str, name: str, chart: Chart) -> tuple[Pack | None, list[Problem]]:
    """One pack and everything that is wrong with it."""
    try:
        table = tomllib.loads(data.decode().replace("\r\n", "\n"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        lines = data.decode().split("\n")
        line = int(found[1]) if found else len(lines)
        excerpt = lines[line - 1].strip()
        return None, [Problem(shown, line, "toml", {"reason": str(error)}, excerpt=excerpt)]
    reader = _Reader(table, Lines(data.decode()), shown, chart)
    pack = reader.pack(name, "sha256:" + hashlib.sha256(data).hexdigest())
    return pack, reader.problems


class _Reader:
    """One pack while it is being read; what cannot be used is reported and left out."""

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
        table, nth = self.at
        line = self.lines.line(table, key, nth)
        self.problems.append(Problem(self.shown, line, code, values, excerpt=self.lines.excerpt(line)))

    def pack(self, name: str, digest: str) -> Pack | None:
        for key in self.table.keys() - {"pack", "source", "param", "step"}:
            self.at = (key, 0)
            self.say("", "unknown-key", key=key, near=nearest(key, frozenset(("pack", "step"))))
        head = self._table(self.table, "pack")
        self._known(head, _PACK_KEYS)
        if head.get("id") != name:
            self.say("id", "pack-id", id=str(head.get("id")), name=name)
        title = self._text(head, "title") or name
        pool = self._roles(head, "pool", required=True)
        if "vat" in pool:
            self.say("pool", "vat-in-pool")
        valid_from = self._first_day(head, "valid_from")
        valid_until = self._last_day(head, "valid_until")
        strict = self._flag(head, "strict")
        self._rounding(head)
        for key, value in self._table(self.table, "source").items():
            self.at = (f"source.{key}", 0)
            self.sources[key] = self._source(key, value)
        for key, value in self._table(self.table, "param").items():
            self.at = (f"param.{key}", 0)
            if param := self._param(key, value):
                self.params[key] = param
        steps = self._steps(head)
        if self.problems:
            return None
        return Pack(
            name, title, pool, steps, self.params, self.sources, digest, valid_from, valid_until, strict
        )

    # -- the parts of a pack

    def _source(self, key: str, value: Any) -> Source:
        table = value if isinstance(value, dict) else {}
        self._known(table, _SOURCE_KEYS)
        kind = self._choice(table, "kind", SOURCE_KINDS)
        ref = self._text(table, "ref") or ""
        consulted = table.get("consulted")
        if consulted is not None and not isinstance(consulted, date):
            self.say("consulted", "not-a-date", key="consulted")
        votes = table.get("votes")
        if votes is not None and (
            not isinstance(votes, dict)
            or not set(votes) <= {"for", "against", "abstained"}
            or not all(_whole(count) for count in votes.values())
        ):
            self.say("votes", "votes")
            votes = None
        return Source(key, kind, ref, table.get("url"), table.get("quote"), consulted, votes)

    def _param(self, key: str, value: Any) -> Param | None:
        table = value if isinstance(value, dict) else {}
        self._known(table, _PARAM_KEYS)
        source = self._source_of(table)
        by = table.get("by")
        values = table.get("values")
        if not isinstance(values, list) or not values:
            self.say("values", "param-values", param=key)
            return None
        dated: list[tuple[Month, Decimal | Mapping[str, Decimal]]] = []
        units: set[Unit] = set()
        for row in values:
            if not isinstance(row, dict) or set(row) != {"from", "value"}:
                self.say("values", "param-values", param=key)
                return None
            since = row["from"]
            if not isinstance(since, date) or since.day != 1:
                self.say("values", "not-first-of-month", date=str(since))
                continue
            choices = row["value"] if isinstance(row["value"], dict) else {"": row["value"]}
            if bool(by) != isinstance(row["value"], dict):
                self.say("values", "param-by", param=key)
                continue
            figures = {name: self._figure("values", given) for name, given in choices.items()}
            known = {name: figure for name, figure in figures.items() if figure}
            if len(known) < len(figures):
                continue
            units |= {unit for unit, _ in known.values()}
            amounts = {name: amount for name, (_, amount) in known.items()}
            dated.append((Month.of(since), amounts if by else amounts[""]))
        if len(units) > 1:
            self.say("values", "param-mixed", param=key)
        if len({since for since, _ in dated}) < len(dated):
            self.say("values", "param-twice", param=key)
        if len(units) != 1:
            return None
        dated.sort(key=lambda row: row[0])
        return Param(key, source, units.pop(), tuple(dated), by)

    def _steps(self, head: dict[str, Any]) -> tuple[Step, ...]:
        tables = self.table.get("step")
        if not isinstance(tables, list) or not tables:
            self.at = ("pack", 0)
            self.say("", "no-steps")
            return ()
        steps: list[Step] = []
        ids = [str(table.get("id")) for table in tables]
        for nth, table in enumerate(tables):
            self.at = ("step", nth)
            if step := self._step(table, head, ids, nth):
                if step.kind == "input" and step.role in [s.role for s in steps if s.kind == "input"]:
                    self.say("input", "double-input", role=str(step.role))
                steps.append(step)
            if nth and any(set(earlier) & {"all", "share"} for earlier in tables[:nth]):
                self.say("id", "after-closing", step=ids[nth])
        if not set(tables[-1]) & {"all", "share"}:
            self.at = ("step", len(tables) - 1)
            self.say("id", "no-closing")
        return tuple(steps)

    def _step(self, table: dict[str, Any], head: dict[str, Any], ids: list[str], nth: int) -> Step | None:
        before = len(self.problems)
        self._known(table, _STEP_KEYS)
        step_id = self._text(table, "id") or ""
        if step_id and (not _ID.fullmatch(step_id) or step_id in ids[:nth]):
            self.say("id", "step-id", step=step_id)
        kinds = [kind for kind in _KINDS if kind in table]
        if len(kinds) != 1:
            self.say(kinds[1] if kinds else "id", "kinds", found=", ".join(kinds) or "-")
            return None
        kind = kinds[0]
        self._fitting(table, kind)
        cap = self._cap(table)
        step = Step(
            step_id,
            self._label(table),
            self._choice(table, "party", PARTIES),
            self._source_of(table),
            cast(Kind, kind),
            self._rounding(table, self._rounding(head, report=False)),
            to=self._account(table, kind),
            role=self._role_of(table, kind),
            operand=self._operand(table, kind) if kind in ("amount", "rate", "per") else None,
            bands=self._bands(table),
            base=self._base(table, ids[:nth], ids),
            above=self._operand(table, "above", "amount"),
            over_year=self._choice(table, "over", ("year",), required=False) == "year",
            cap_month=cap.get("month"),
            cap_year=cap.get("year"),
            cap_life=cap.get("life"),
            target=self._operand(table, "target", "amount"),
            max_months=self._count(table, "max_months"),
            consecutive=self._flag(table, "consecutive"),
            after=self._earlier(table, "after", ids[:nth], ids),
            not_with=self._earlier(table, "not_with", ids[:nth], ids),
            when=self._when(table),
            carry=self._flag(table, "carry"),
            counts=self._roles(table, "counts"),
            min_age=self._count(table, "min_age"),
            reduction=self._choice(table, "settle", ("payment", "reduction"), required=False) == "reduction",
            approval=self._flag(table, "approval"),
        )
        if step.approval and (step.party != "pot" or not step.to):
            self.say("approval", "approval-pot")
        if step.reduction and step.party != "municipality":
            self.say("settle", "reduction-party")
        return step if len(self.problems) == before else None

    def _fitting(self, table: dict[str, Any], kind: str) -> None:
        """Keys that say nothing beside this kind are mistakes, not silence."""
        wrong = {
            "of": kind not in _BASED,
            "units": kind != "per",
            "by": kind != "share",
            "above": kind != "rate",
            "over": kind not in _BASED,
            "counts": "cap" not in table,
            "consecutive": "max_months" not in table,
            "to": kind == "input",
            "target": kind == "input",
        }
        wrong |= {key: kind in ("all", "share") for key in _LIMITS - {"rounding"} if not wrong.get(key)}
        for key in sorted(table.keys() & {key for key, is_wrong in wrong.items() if is_wrong}):
            self.say(key, "key-not-here", key=key, kind=kind)
        if kind in ("all", "share") and table[kind] is not True:
            self.say(kind, "only-true", key=kind)

    # -- values

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
        return value

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
        elif str(source) not in self.sources:
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
        account = table.get("to")
        if kind == "input":
            return None
        if account is None:
            self.say("to", "missing-key", key="to")
        elif account not in self.chart.accounts:
            near = nearest(str(account), self.chart.accounts)
            self.say("to", "unknown-account", account=str(account), near=near)
        elif not _payable(str(account), self.chart):
            self.say("to", "to-account", account=str(account))
        return None if account is None else str(account)

    def _role(self, key: str, role: Any) -> str:
        if role not in self.chart.roles:
            self.say(key, "unknown-role", role=str(role), near=nearest(str(role), self.chart.roles))
        return str(role)

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
        if kind == "share" and table.get("by", "equal") != "equal":
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
        self.say(key, code, step=step, near=nearest(step, frozenset(ids)))

    def _figure(self, key: str, value: Any) -> tuple[Unit, Decimal] | None:
        """A rate with its percent sign, or euros with at most two decimals."""
        if isinstance(value, str):
            found = _RATE.fullmatch(value)
            if found and Decimal(found[1]) >= 0:
                return "rate", Decimal(found[1]).scaleb(-2)
            self.say(key, "bare-percent" if _number(value) else "no-figure", value=value)
        elif isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value < _HUGE:
            self.say(key, "no-figure", value=str(value))
        elif int(Decimal(value).as_tuple().exponent) < -2:
            self.say(key, "three-decimals", value=str(value))
        else:
            return "amount", Decimal(value)
        return None

    def _operand(self, table: dict[str, Any], key: str, unit: Unit | None = None) -> Operand | None:
        """The figure written at the key, or the parameter that it names."""
        if key not in table:
            return None
        return self._value(key, table[key], unit or ("rate" if key == "rate" else "amount"))

    def _value(self, key: str, value: Any, unit: Unit) -> Operand | None:
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

    def _cap(self, table: dict[str, Any]) -> dict[str, Operand | None]:
        cap = table.get("cap", {})
        if not isinstance(cap, dict) or ("cap" in table and not cap):
            self.say("cap", "cap")
            return {}
        for key in cap.keys() - {"month", "year", "life"}:
            self.say("cap", "unknown-key", key=key, near="")
        return {key: self._value("cap", value, "amount") for key, value in cap.items()}

    def _count(self, table: dict[str, Any], key: str) -> int | None:
        value: Any = table.get(key)
        if key not in table:
            return None
        if not _whole(value) or value < 1:
            self.say(key, "whole-number", key=key, value=str(value))
            return None
        return int(value)

    def _flag(self, table: dict[str, Any], key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            self.say(key, "true-or-false", key=key)
        return value is True

    def _when(self, table: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
        when = table.get("when")
        if when is None:
            return ()
        if isinstance(when, str) and when:
            return ((when, True),)
        if isinstance(when, dict) and when:
            return tuple((fact, Decimal(value) if _whole(value) else value) for fact, value in when.items())
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
        if not isinstance(day, date):
            self.say(key, "not-a-date", key=key)
            return None
        if not fits(day):
            self.say(key, code, date=str(day))
        return Month.of(day)


def _payable(account: str, chart: Chart) -> bool:
    return account.startswith(("Liabilities:", "Equity:")) and chart.role(account) not in (
        "appropriation",
        "vat",
    )


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: str) -> bool:
    return bool(re.fullmatch(r"-?[\d.,]+", value))
