"""One file with which another cooperative takes over a rule pack: the pack, its cases, its accounts."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from scharrel.core.chart import Account, Chart
from scharrel.core.names import plain_letter
from scharrel.core.problems import Problem
from scharrel.packs.locate import Lines
from scharrel.packs.packs import read_pack
from scharrel.packs.toml import MAX_PACK_BYTES, read_toml, toml_value
from scharrel.packs.values import payable
from scharrel.store.text import Text

FILL_INS = ("fill-in", "fill-in-text")
"""The problems of a pack of which only the own figures and decisions are missing."""

_KEYS = {"export": {"scharrel", "date", "cooperative"}, "pack": {"sha256", "text"}}
_PARTS = frozenset({*_KEYS, "account", "cases"})
_FREE = frozenset({"title", "label", "nl", "en", "ref", "ref_en", "quote", "reason", "url"})
_ACCOUNT = re.compile(r"(Assets|Liabilities|Equity|Income|Expenses)(:[^\W_a-z][\w-]*)+")
_CURRENCY = re.compile(r"[A-Z][A-Z0-9]{0,23}")
_ROLE = re.compile(r"[^\W_][\w -]{0,40}")


class Export(NamedTuple):
    """What an export holds. `accounts` are those that the pack refers to, with their roles; `line` is
    where the pack begins in the file."""

    cooperative: str
    version: str
    day: date
    accounts: Mapping[str, Account]
    pack: str
    cases: str | None = None
    line: int = 1


class Missing(NamedTuple):
    """What stands between a pack and its use here: accounts and roles that the chart lacks, and every
    figure and decision that has to be filled in."""

    accounts: tuple[str, ...]
    roles: tuple[str, ...]
    open: tuple[Problem, ...]


def export_text(export: Export, head: str) -> str:
    """The export as a file that `read_export` takes; `head` is a comment above it."""
    made = {"scharrel": export.version, "date": export.day, "cooperative": export.cooperative}
    parts = [f"# {head}", *_table("[export]", made)]
    for name, account in export.accounts.items():
        row = {"name": name, "currencies": list(account.currencies), "role": account.role}
        parts += _table("[[account]]", {key: value for key, value in row.items() if value})
    for key, text in (("pack", export.pack), ("cases", export.cases)):
        if text is not None:
            parts += [*_table(f"[{key}]", {"sha256": _digest(text)}), f"text = {_long(text)}"]
    return "\n".join(parts) + "\n"


def _table(header: str, values: Mapping[str, Any]) -> list[str]:
    return ["", header, *(f"{key} = {toml_value(value)}" for key, value in values.items())]


def _long(text: str) -> str:
    """The text over lines, as it stands wherever TOML can have it so."""
    if "'''" not in text:
        return f"'''\n{text}'''"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"""\n{escaped}"""'


def read_export(text: Text, shown: str) -> tuple[Export | None, list[Problem]]:
    """The export in a file that anyone may have written, and everything that is wrong with it."""
    if text.problems:
        return None, [problem._replace(file=shown) for problem in text.problems]
    source = text.data.decode().replace("\r\n", "\n")
    table, problems = read_toml(source, shown, 2 * MAX_PACK_BYTES + 20_000)
    if problems:
        return None, problems
    lines = Lines(source)

    def at(part: str, code: str, /, key: str = "", nth: int = 0, **values: str) -> Problem:
        line = lines.line(part, key, nth)
        return Problem(shown, line, code, values, excerpt=lines.excerpt(line)[:100])

    if part := _strange_part(table):
        return None, [at(part, "export-form", part=part)]
    accounts: dict[str, Account] = {}
    for nth, row in enumerate(table["account"]):
        name, role = row["name"], row.get("role", "x")
        if not (_ACCOUNT.fullmatch(name) and _ROLE.fullmatch(role) and plain_name(name + role)):
            problems.append(at("account", "strange-name", "name", nth, name=name))
        accounts[name] = Account(date.min, tuple(row.get("currencies", ())), row.get("role"))
    for key in ("pack", "cases"):
        if key in table and table[key]["sha256"] != _digest(table[key]["text"]):
            problems.append(at(key, "export-changed", "sha256", part=key))
        problems += hidden_letters(table.get(key, {}).get("text", ""), shown, lines.line(key, "text"))
    if "cases" in table:
        _, found = read_toml(table["cases"]["text"], shown)
        problems += _moved(found, lines.line("cases", "text"))
    head, pack = table["export"], table["pack"]["text"]
    cases = table["cases"]["text"] if "cases" in table else None
    line = lines.line("pack", "text")
    export = Export(head["cooperative"], head["scharrel"], head["date"], accounts, pack, cases, line)
    return (None if problems else export), problems


def read_exported_pack(export: Export, shown: str, chart: Chart) -> tuple[dict[str, Any], list[Problem]]:
    """The pack in the export as a table, and what is wrong with it but for what can be filled in or added
    to the chart."""
    table, problems = read_toml(export.pack, shown)
    if not problems:
        _, problems = wanting(export, export.pack, shown, None, chart)
        problems += [
            Problem(
                shown, export.pack[: export.pack.find(name)].count("\n") + 1, "strange-name", {"name": name}
            )
            for name in dict.fromkeys(_names(table))
            if not plain_name(name)
        ]
    return table, _moved(problems, export.line)


def wanting(
    export: Export, pack: str, shown: str, pack_id: str | None, chart: Chart
) -> tuple[Missing, list[Problem]]:
    """What has to be filled in and added before the pack can be used with this chart, and what is wrong
    with it beside that."""
    _, problems = read_pack(pack.encode(), shown, pack_id, chart)
    there = Chart(export.accounts)
    accounts: dict[str, None] = {}
    roles: dict[str, None] = {}
    to_fill_in, wrong = [], []
    for problem in problems:
        account, role = problem.values.get("account", ""), problem.values.get("role", "")
        if problem.code in FILL_INS:
            to_fill_in.append(problem)
        elif problem.code == "unknown-account" and account in there.accounts:
            if payable(account, there):
                accounts[account] = None
            else:
                wrong.append(problem._replace(code="to-account", values={"account": account}))
        elif problem.code == "unknown-role" and role in there.roles:
            roles[role] = None
        else:
            wrong.append(problem)
    return Missing(tuple(accounts), tuple(roles), tuple(to_fill_in)), wrong


def accounts_of(to: frozenset[str], roles: frozenset[str], chart: Chart) -> dict[str, Account]:
    """The accounts that are paid to and those with a role that is looked at, in the chart's order; and, of
    a unit like the hour, those on which its other side is booked."""
    named = {name for name, account in chart.accounts.items() if name in to or account.role in roles}
    units = {unit for name in named for unit in chart.accounts[name].currencies} - {"EUR"}
    return {
        name: account
        for name, account in chart.accounts.items()
        if name in named or (not account.role and units & set(account.currencies))
    }


def to_open(export: Export, missing: Missing, chart: Chart) -> dict[str, Account]:
    """Those accounts of the export that this chart needs."""
    lacking = Chart({name: a for name, a in export.accounts.items() if name not in chart.accounts})
    return accounts_of(frozenset(missing.accounts), frozenset(missing.roles), lacking)


def hidden_letters(text: str, shown: str, above: int = 0) -> Iterator[Problem]:
    """Lines with a character that cannot be seen, or that lets an editor show something else than is
    there; `above` lines stand before the text."""
    for number, line in enumerate(text.split("\n") if not text.isascii() else (), 1):
        if any(unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp") for letter in line.replace("\t", "")):
            yield Problem(shown, above + number, "hidden-letter", excerpt=line[:100])


def plain_name(name: str) -> bool:
    """Whether a name is what it looks like."""
    return name.isprintable() and all(map(plain_letter, name))


def _strange_part(table: dict[str, Any]) -> str:
    """The first part of an export that is not as `export_text` makes it, if any."""
    for key in table.keys() - _PARTS:
        return key
    for part, keys in (*_KEYS.items(), *([("cases", _KEYS["pack"])] if "cases" in table else [])):
        values = table.get(part)
        if not isinstance(values, dict) or values.keys() != keys:
            return part
        if any(type(value) is not (date if key == "date" else str) for key, value in values.items()):
            return part
    rows = table.get("account")
    if not isinstance(rows, list):
        return "account"
    for row in rows:
        if not isinstance(row, dict) or not {"name"} <= row.keys() <= {"name", "currencies", "role"}:
            return "account"
        units = row.get("currencies", [])
        if not all(isinstance(row[key], str) for key in row.keys() - {"currencies"}):
            return "account"
        if not isinstance(units, list) or not all(_CURRENCY.fullmatch(str(unit)) for unit in units):
            return "account"
    return ""


def _names(value: Any) -> Iterator[str]:
    """Every name in a pack: its keys and all text but what is meant to be read."""
    if isinstance(value, dict):
        for inner, held in value.items():
            yield inner
            if not (isinstance(held, str) and inner in _FREE):
                yield from _names(held)
    elif isinstance(value, list):
        for held in value:
            yield from _names(held)
    elif isinstance(value, str):
        yield value


def _moved(problems: list[Problem], lines: int) -> list[Problem]:
    return [problem._replace(line=problem.line + lines) for problem in problems]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
