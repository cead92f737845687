"""What in a pack is its cooperative's own, and the pack in which another one has to fill that in.

A decision and an agreement are a cooperative's own, and so is every figure that rests on one. What its
members accept is their own whatever it rests on. What a law or a report gives holds for others too.
"""

import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from scharrel.core.pack import LIMITS, OWN_KINDS
from scharrel.core.problems import Problem
from scharrel.packs.locate import Lines
from scharrel.packs.toml import toml_value
from scharrel.packs.values import FILL_IN

_LIMITED = {key.partition(".")[0] for key in LIMITS.values()}
_FIGURES = {"amount", "rate", "per", "above", "max_months", "min_age", "bands", *_LIMITED}


class UnusualError(Exception):
    """A key is written in a way in which it cannot be replaced for certain: its table, its name, its line."""

    def __init__(self, table: str, key: str, line: int):
        super().__init__(table, key)
        self.table = table
        self.key = key
        self.line = line

    def problem(self, shown: str, above: int = 0) -> Problem:
        """What to tell, in a file with so many lines above the pack."""
        return Problem(shown, above + self.line, "unusual-form", {"table": self.table, "key": self.key})


class Own(NamedTuple):
    """One key that is a cooperative's own: the table and which of that name, the key, and what it is: a
    figure, or the kind of source that it rests on. `opened` is what remains when that is taken out."""

    table: str
    nth: int
    key: str
    what: str
    opened: Any


def owned(text: str) -> list[Own]:
    """What is its cooperative's own in a pack that can be read; nothing where all is to be filled in."""
    return list(_owned(_read(text)))


def to_fill_in(text: str, notes: Mapping[str, str]) -> str:
    """The pack, with FILL_IN for everything that is its cooperative's own.

    A comment above says what was there, under the note for a figure, a decision or an agreement. All else
    stays as it was written. UnusualError if that cannot be done for certain.
    """
    text = text.replace("\r\n", "\n")
    lines = Lines(text)
    pack = _read(text)
    edits: list[tuple[range, list[str]]] = []
    for own in _owned(_read(text)):
        table = _table(pack, own.table, own.nth)
        keys = [key for key in table if key != "kind"] if own.key == "ref" else [own.key]
        places = {key: _place(lines, own.table, own.nth, table, key) for key in keys}
        was = [f"#   {lines.lines[number]}".rstrip() for place in places.values() for number in place]
        for key, place in places.items():
            first = lines.lines[place.start]
            indent = first[: len(first) - len(first.lstrip())]
            put = [f"# {notes[own.what]}", *was, f"{indent}{key} = {toml_value(own.opened)}"]
            edits.append((place, put if key == own.key else []))
        for key in keys:
            del table[key]
        table[own.key] = own.opened
    return _edited(lines, edits, pack)


def filled_in(text: str, figures: Mapping[str, Decimal | str], pack_id: str) -> str:
    """The pack under this id, with these figures, by parameter or parameter.case, in place of FILL_IN."""
    lines = Lines(text)
    pack = _read(text)
    edits = []
    for name in {name if name in pack["param"] else name.rpartition(".")[0] for name in figures}:
        param = pack["param"][name]
        place = _place(lines, f"param.{name}", 0, param, "values")
        row = param["values"][0]
        if isinstance(row["value"], dict):
            row["value"] = {case: figures.get(f"{name}.{case}", was) for case, was in row["value"].items()}
        else:
            row["value"] = figures[name]
        edits.append((place, [f"values = {toml_value(param['values'])}"]))
    place = _place(lines, "pack", 0, pack["pack"], "id")
    was, put = lines.lines[place.start], f'id = "{pack_id}"'
    quoted = f'"{pack["pack"]["id"]}"'
    edits.append((place, [was.replace(quoted, f'"{pack_id}"', 1) if quoted in was else put]))
    pack["pack"]["id"] = pack_id
    return _edited(lines, edits, pack)


def open_figures(text: str) -> list[str]:
    """Every parameter without its figure, by the name that `filled_in` takes."""
    found = []
    for key, param in _read(text).get("param", {}).items():
        value = param["values"][0]["value"]
        cases = value if isinstance(value, dict) else {}
        found += [f"{key}.{case}" for case, figure in cases.items() if figure == FILL_IN]
        found += [key] if value == FILL_IN else []
    return found


def _owned(pack: Mapping[str, Any]) -> Iterator[Own]:
    kinds = {key: source["kind"] for key, source in pack["source"].items()}
    for key, source in pack["source"].items():
        if source["kind"] in OWN_KINDS and source != {"kind": source["kind"], "ref": FILL_IN}:
            yield Own(f"source.{key}", 0, "ref", source["kind"], FILL_IN)
    for key, param in pack.get("param", {}).items():
        rest_on = {row.get("source", param["source"]) for row in param["values"]}
        own = any(kinds[name] in OWN_KINDS for name in rest_on)
        if own and _literal([row["value"] for row in param["values"]]):
            yield Own(f"param.{key}", 0, "values", "figure", _opened_values(param["values"]))
    for nth, step in enumerate(pack["step"]):
        if kinds[step["source"]] in OWN_KINDS:
            for key, value in step.items():
                if key in _FIGURES and _literal(value):
                    yield Own("step", nth, key, "figure", _opened(value))
    for nth, limit in enumerate(pack.get("limit", [])):
        if kinds[limit["source"]] in OWN_KINDS and _literal(limit["year"]):
            yield Own("limit", nth, "year", "figure", FILL_IN)
    for nth, accept in enumerate(pack.get("accept", [])):
        if accept["reason"] != FILL_IN:
            kind = kinds[accept["source"]]
            yield Own("accept", nth, "reason", kind if kind in OWN_KINDS else "decision", FILL_IN)


def _literal(value: Any) -> bool:
    """Whether a figure is written here, not just the name of a parameter; the first band begins at zero
    whatever was decided."""
    if isinstance(value, dict):
        return any(key != "from" or inner != 0 for key, inner in value.items() if _literal(inner))
    if isinstance(value, list):
        return any(map(_literal, value))
    return value.endswith("%") if isinstance(value, str) else True


def _opened(value: Any) -> Any:
    """The value with FILL_IN for each figure in it."""
    if isinstance(value, dict):
        return {key: _opened(inner) if key != "from" or inner != 0 else 0 for key, inner in value.items()}
    if isinstance(value, list):
        return [_opened(inner) for inner in value]
    return FILL_IN if _literal(value) else value


def _opened_values(rows: list[Any]) -> list[Any]:
    """One to fill in: the dates of the other's decisions are not those of one's own."""
    last = max(rows, key=lambda row: row["from"])["value"]
    value = dict.fromkeys(last, FILL_IN) if isinstance(last, dict) else FILL_IN
    return [{"from": min(row["from"] for row in rows), "value": value}]


def _place(lines: Lines, name: str, nth: int, table: Mapping[str, Any], key: str) -> range:
    """The lines (from 0) on which the key is written, and nothing else; UnusualError if that is not so."""
    start = lines.line(name, key, nth)
    keys = list(table)
    after = [lines.line(name, later, nth) for later in keys[keys.index(key) + 1 :][:1]]
    after += [number for _, number in lines.tables]
    end = min((number for number in after if number > start), default=len(lines.lines) + 1) - 1
    while end > start and not lines.lines[end - 1].partition("#")[0].strip():
        end -= 1
    try:
        sound = _read("\n".join(lines.lines[start - 1 : end])) == {key: table[key]}
    except tomllib.TOMLDecodeError:
        sound = False
    if not sound:
        raise UnusualError(name, key, start)
    return range(start - 1, end)


def _edited(lines: Lines, edits: list[tuple[range, list[str]]], meant: Mapping[str, Any]) -> str:
    """The text after the edits, which has to say what was meant."""
    put = list(lines.lines)
    for place, instead in sorted(edits, key=lambda edit: edit[0].start, reverse=True):
        put[place.start : place.stop] = instead
    text = "\n".join(put)
    if _read(text) != meant:
        raise UnusualError("pack", "id", 1)
    return text


def _table(pack: Any, name: str, nth: int) -> Any:
    group, _, key = name.partition(".")
    return pack[group][key] if key else pack[group][nth]


def _read(text: str) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=Decimal)
