"""Rule packs from TOML: read exactly, every mistake told with its line."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

from scharrel.core.barter import BARTER
from scharrel.core.chart import Chart
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.core.pack import (
    FINDINGS,
    LIMITS,
    OWN_KINDS,
    PARTIES,
    SOURCE_KINDS,
    Accepted,
    Pack,
    Param,
    Step,
    StepKind,
    Unit,
    YearLimit,
)
from scharrel.core.period import SPANS, Span
from scharrel.core.problems import Problem
from scharrel.packs.locate import Lines
from scharrel.packs.sources import Sourced
from scharrel.packs.toml import read_toml
from scharrel.store.copies import rule_copies
from scharrel.store.paths import Coop
from scharrel.store.text import read_text

_KINDS = ("input", "amount", "rate", "bands", "per", "all", "share")
_PACK_KEYS = frozenset(
    {
        "id", "title", "pool", "rounding", "valid_from", "valid_until", "strict", "scope", "contributions",
        "settled", "example", "counts", "receipts",
    }
)  # fmt: skip
_COUNTS = ("invoiced", "received")
_PARAM_KEYS = frozenset({"source", "values", "by"})
_LIMIT_KEYS = frozenset({"role", "year", "source"})
_ACCEPT_KEYS = frozenset({"code", "step", "reason", "source"})
_MODIFIERS = frozenset(
    {
        "above", "over", "max_months", "consecutive", "after", "not_with", "when", "until", "carry", "counts",
        "min_age", "rounding", *(key.partition(".")[0] for key in LIMITS.values()),
    }
)  # fmt: skip
_COMMON = frozenset(
    {"id", "label", "party", "source", "to", "settle", "approval", "purposes", "feeds", "own"}
)
_STEP_KEYS = frozenset({*_KINDS, *_COMMON, *_MODIFIERS, "of", "units", "by"})
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}")
_BASED = ("rate", "bands")


def read_packs(coop: Coop, chart: Chart) -> tuple[dict[str, Pack], list[Problem]]:
    """Every pack under rules/ by id; a pack with a problem is left out."""
    packs: dict[str, Pack] = {}
    problems: list[Problem] = []
    copied = rule_copies(coop)
    for path in sorted(coop.rules.glob("*.toml"), key=lambda path: path.stem):
        if path.name.endswith(".cases.toml") or path == coop.bank_rules or path.name in copied:
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
    return packs, list(_of_the_chart(coop, problems, chart))


def _of_the_chart(coop: Coop, problems: list[Problem], chart: Chart) -> Iterator[Problem]:
    """A role that more than one pack misses is missing from the chart, and told there, once."""
    files: dict[str, set[str]] = {}
    for problem in problems:
        if problem.code == "unknown-role":
            files.setdefault(problem.values["role"], set()).add(problem.file)
    gone = [role for role, using in files.items() if len(using) > 1]
    for role in gone:
        text = read_text(coop, coop.chart)
        near = nearest(role, chart.roles)
        lines = text.data.decode("utf-8", "replace").split("\n")
        line = next((n for n, said in enumerate(lines, 1) if near and f'role: "{near}"' in said), 0)
        if line:
            values = {"role": role, "found": near}
            yield Problem(coop.shown(coop.chart), line, "other-role", values, excerpt=lines[line - 1])
        else:
            yield Problem(coop.shown(coop.chart), 1, "missing-role", {"role": role})
    yield from (p for p in problems if p.code != "unknown-role" or p.values["role"] not in gone)


def read_pack(data: bytes, shown: str, name: str | None, chart: Chart) -> tuple[Pack | None, list[Problem]]:
    """One pack and everything that is wrong with it; `name` is the id that it must have, if any."""
    table, problems = read_toml(data.decode(), shown)
    if problems:
        return None, problems
    reader = _Reader(table, Lines(data.decode()), shown, chart)
    pack = reader.pack(name, "sha256:" + hashlib.sha256(data).hexdigest())
    return pack, reader.problems


class _Reader(Sourced):
    """One pack while it is being read; what cannot be used is reported and left out."""

    def pack(self, name: str | None, digest: str) -> Pack | None:
        for key in self.table.keys() - {"pack", "source", "param", "step", "accept", "limit"}:
            self.at = (key, 0)
            self.say("", "unknown-key", key=key, near=nearest(key, frozenset(("pack", "step"))))
        if "pack" not in self.table and any(p.values["near"] == "pack" for p in self.problems):
            return None
        head = self._table(self.table, "pack")
        if not head:
            return None
        self._known(head, _PACK_KEYS)
        pack_id = self._text(head, "id") or ""
        if name is not None and pack_id and pack_id != name:
            self.say("id", "pack-id", id=pack_id, name=name)
        title = self._text(head, "title") or pack_id
        pool = self._roles(head, "pool", required=True)
        if "vat" in pool:
            self.say("pool", "vat-in-pool")
        self._outside_money("pool", pool)
        valid_from = self._first_day(head, "valid_from")
        valid_until = self._last_day(head, "valid_until")
        strict = self._flag(head, "strict")
        example = self._flag(head, "example")
        scope = self._choice(head, "scope", ("collective", "subcooperative"), required=False)
        for_projects = scope == "collective"
        contributions = self._contributions(head, scope, pool)
        counts = self._choice(head, "counts", _COUNTS, required=False) or _COUNTS[0]
        receipts_above = self._figure("receipts", head["receipts"]) if "receipts" in head else None
        if receipts_above and receipts_above[0] != "amount":
            self.say("receipts", "needs-amount", value=str(head["receipts"]))
        settled = cast(Span, self._choice(head, "settled", SPANS, required=False) or "month")
        rounding = self._rounding(head)
        for key, value in self._table(self.table, "source").items():
            self.at = (f"source.{key}", 0)
            source = self._source(key, value, SOURCE_KINDS)
            self.sources[key] = replace(source, example=example and source.kind in OWN_KINDS)
        for key, value in self._table(self.table, "param").items():
            self.at = (f"param.{key}", 0)
            if param := self._param(key, value):
                self.params[key] = param
        steps = self._steps(head)
        accepted = tuple(self._accepted([step.id for step in steps]))
        if steps:
            self._feeding(steps[-1], for_projects)
            if contributions and steps[-1].kind == "share":
                self.say("id", "scope-all")
        year_limits = tuple(self._year_limits())
        if settled != "month" and steps and not any(step.party == "municipality" for step in steps):
            self.at = ("pack", 0)
            self.say("settled", "settled-nobody")
        if self.problems:
            return None
        return Pack(
            pack_id, title, pool, steps, self.params, self.sources, digest, valid_from, valid_until, strict,
            accepted, rounding, for_projects, year_limits, contributions,
            self.chart.role(contributions or ""), settled, example, counts,
            receipts_above[1] if receipts_above else None,
        )  # fmt: skip

    # -- the parts of a pack

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
        sources: list[tuple[Month, str]] = []
        units: set[Unit] = set()
        for row in values:
            if not isinstance(row, dict) or row.keys() - {"source"} != {"from", "value"}:
                self.say("values", "param-values", param=key)
                return None
            since = row["from"]
            if type(since) is not date or since.day != 1:
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
            if "source" in row:
                sources.append((Month.of(since), self._source_of(row)))
        if len(units) > 1:
            self.say("values", "param-mixed", param=key)
        if len({since for since, _ in dated}) < len(dated):
            self.say("values", "param-twice", param=key)
        if len(units) != 1:
            return None
        dated.sort(key=lambda row: row[0])
        return Param(key, source, units.pop(), tuple(dated), by, tuple(sources))

    def _contributions(self, head: dict[str, Any], scope: str, pool: tuple[str, ...]) -> str | None:
        """The account on which comes in what is paid to a sub-cooperative: rules of one divide it."""
        account = self._income(head, "contributions")
        if scope == "subcooperative" and account is None:
            self.say("scope", "missing-key", key="contributions")
        elif scope != "subcooperative" and account is not None:
            self.say("contributions", "contributions-scope")
        elif account is not None and (role := self.chart.role(account)) and role not in pool:
            self.say("contributions", "contributions-pool", account=account, role=role)
        return account

    def _feeding(self, last: Step, for_projects: bool) -> None:
        """The rules of a project end in a share that comes in with members; no other rules do."""
        self.at = ("step", len(self.table["step"]) - 1)
        if for_projects and last.kind != "share":
            # A share that has a mistake in it was told already.
            if "share" not in self.table["step"][-1]:
                self.say("id", "scope-share")
        elif for_projects and last.feeds is None:
            self.say("id", "missing-key", key="feeds")
        elif not for_projects and (last.feeds or last.weighted):
            self.say("feeds" if last.feeds else "by", "feeds-scope")

    def _year_limits(self) -> Iterator[YearLimit]:
        tables = self.table.get("limit", [])
        for nth, table in enumerate(tables if isinstance(tables, list) else [{}]):
            self.at = ("limit", nth)
            if not isinstance(table, dict) or not {"role", "year"} <= table.keys():
                self.say("", "limit")
                continue
            self._known(table, _LIMIT_KEYS)
            year = self._operand(table, "year", "amount")
            role, source = self._role("role", table["role"]), self._source_of(table)
            if year is not None:
                yield YearLimit(role, year, source)

    def _accepted(self, steps: list[str]) -> Iterator[Accepted]:
        tables = self.table.get("accept", [])
        for nth, table in enumerate(tables if isinstance(tables, list) else [{}]):
            self.at = ("accept", nth)
            if not isinstance(table, dict):
                self.say("", "no-table", key="accept")
                continue
            self._known(table, _ACCEPT_KEYS)
            code = self._choice(table, "code", FINDINGS)
            reason = self._text(table, "reason") or ""
            step = str(table.get("step", ""))
            if step and step not in steps:
                self.say("step", "unknown-step", step=step, near=nearest(step, frozenset(steps)))
            yield Accepted(code, step, reason, self._source_of(table))

    def _steps(self, head: dict[str, Any]) -> tuple[Step, ...]:
        tables = self.table.get("step")
        if not isinstance(tables, list) or not tables or not all(isinstance(t, dict) for t in tables):
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
        if not any(set(table) & {"all", "share"} for table in tables):
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
        step = Step(
            step_id,
            self._label(table),
            self._choice(table, "party", PARTIES),
            self._source_of(table),
            cast(StepKind, kind),
            self._rounding(table, self._rounding(head, report=False)),
            to=self._account(table, kind),
            role=self._role_of(table, kind),
            operand=self._operand(table, kind) if kind in ("amount", "rate", "per") else None,
            bands=self._bands(table),
            base=self._base(table, ids[:nth], ids),
            above=self._operand(table, "above", "amount"),
            over_year=self._choice(table, "over", ("year",), required=False) == "year",
            **self._limits(table),
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
            purposes=self._purposes(table),
            weighted=kind == "share" and table.get("by") == "weight",
            feeds=self._income(table, "feeds"),
            feeds_role=self.chart.role(str(table.get("feeds"))),
            own=self._flag(table, "own"),
            until=self._text(table, "until") if "until" in table else None,
        )
        if kind == "input":
            self._outside_money("input", (str(step.role),))
        self._outside_money("of", (step.base,))
        self._outside_money("counts", step.counts)
        if step.approval and kind != "input" and (step.party != "pot" or not step.to):
            self.say("approval", "approval-pot")
        if step.purposes and (step.party != "pot" or not step.to or step.approval):
            self.say("purposes", "purposes-approval" if step.approval else "purposes-pot")
        if step.reduction and step.party != "municipality":
            self.say("settle", "reduction-party")
        return step if len(self.problems) == before else None

    def _outside_money(self, key: str, roles: tuple[str, ...]) -> None:
        """What members exchange is no money; only `units` and `by` count it."""
        if BARTER in roles:
            self.say(key, "exchange-role", key=key)

    def _fitting(self, table: dict[str, Any], kind: str) -> None:
        """Keys that say nothing beside this kind are mistakes, not silence."""
        wrong = {
            "of": kind not in _BASED,
            "units": kind != "per",
            "by": kind != "share",
            "feeds": kind != "share",
            "above": kind != "rate",
            "over": kind not in _BASED,
            "counts": "cap" not in table,
            "consecutive": "max_months" not in table,
            "own": kind != "input",
            "to": kind == "input",
            "target": kind == "input",
        }
        if table.get("own") is True:
            wrong |= dict.fromkeys(_MODIFIERS, True)
        wrong |= {key: kind in ("all", "share") for key in _MODIFIERS - {"rounding"} if not wrong.get(key)}
        for key in sorted(table.keys() & {key for key, is_wrong in wrong.items() if is_wrong}):
            self.say(key, "key-not-here", key=key, kind=kind)
        if kind in ("all", "share") and table[kind] is not True:
            self.say(kind, "only-true", key=kind)
