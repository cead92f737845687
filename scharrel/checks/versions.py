"""Two versions of one file: copies that a sync program or a file manager left beside a file that is read."""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path

from scharrel.core.problems import Problem
from scharrel.store.paths import FOLDERS, MEMBER_ID, Coop
from scharrel.store.text import names_in, read_text

_LEDGER, _CASES, _PACK, _SEAL, _TEMPLATE = ".beancount", ".cases.toml", ".toml", ".seal", ".j2"
_CLOSINGS = ".json"

_CALLED_SO = re.compile(
    r"[ ._-]*[(\[]"  # (1), (conflicted copy), [Conflict]
    r"|.*conflict|.*konflikt|.*conflit"
    r"|.*(?<![a-z])(?:kopie|copy|copie|kopi|duplicaat|duplicate)(?![a-z])"
    r"|[ _]\d{1,2}$|~\d*$"
)
"""What programs put between a file's name and its ending when they make a copy of it."""

_BEFORE = re.compile(r"(?:copy|kopie|kopi|copie|conflict)\b.*[ _-]|~.*~", re.IGNORECASE)
_MACHINE = re.compile(
    r"(?:laptop|desktop|pc|mac|macbook|imac|computer|telefoon|phone|iphone|tablet|ipad|server|nas|surface"
    r"|backup|bak|reserve|oud|old)(?![a-z])"
)
_EDITORS = re.compile(r"^[.#]|[~#]$|\.(?:bak|sw[a-z]|orig|rej|tmp|mine|r\d+|old|save)$")
"""What an editor or a version control system leaves: an earlier state, of which nothing can be lost."""

_MONTH = re.compile(r"\d{4}-\d{2}\.(?:beancount|seal)")
_PACK_ID = re.compile(rb"""^\s*id\s*=\s*["']([^"']*)["']""", re.MULTILINE)
_SPEAKING = re.compile(rb"\d|title\b")
"""How a line begins that no two files have by chance."""


def copies(coop: Coop, members: Collection[str]) -> Iterator[Problem]:
    """Every copy beside the register, the chart, a holder's ledger, what is written for it, a seal, a
    pack, worked cases or a template."""
    read = (coop.register, coop.chart, coop.consolidated, coop.closings)
    yield from _told(coop, coop.register.parent, _among(coop.register.parent, {path.name for path in read}))
    for kind in FOLDERS.values():
        folder = coop.root / "ledgers" / kind
        yield from _told(coop, folder, ledger_copies(folder, members))
    for written in (coop.books, coop.parts):
        yield from _told(coop, written, ledger_copies(written, members))
    for member in names_in(coop.allocations):
        folder = coop.allocations / member
        months = {name for name in names_in(folder) if _MONTH.fullmatch(name)}
        yield from _told(coop, folder, _among(folder, months))
    yield from _told(coop, coop.rules, rule_copies(coop))
    for folder, ending in ((coop.allocations, _SEAL), (coop.templates, _TEMPLATE)):
        found = names_in(folder)
        plain = {name for name in found if re.fullmatch(rf"[a-z0-9.-]+{re.escape(ending)}", name)}
        yield from _told(coop, folder, _among(folder, plain))


def torn_templates(coop: Coop) -> Iterator[Problem]:
    """Templates with the markers of an unfinished merge, which would be printed."""
    for path in sorted(coop.templates.glob(f"*{_TEMPLATE}")):
        # A line of equals signs alone may be a heading.
        yield from (
            p for p in read_text(coop, path).problems if p.code == "merge-conflict" and p.excerpt[0] in "<>|"
        )


def ledger_copies(folder: Path, members: Collection[str]) -> dict[str, str]:
    """The files in a folder of ledgers that are copies, with what each is a copy of."""
    return _among(folder, {f"{member}{_LEDGER}" for member in members}, only_ledgers=True)


def rule_copies(coop: Coop) -> dict[str, str]:
    """The files under rules/ that are copies: of a pack that bears the name of its file, or of its cases."""
    found = names_in(coop.rules)
    own = {
        name
        for name in found
        if name.endswith(_PACK) and not name.endswith(_CASES) and _pack_id(coop.rules / name) + _PACK == name
    }
    cases = {name.removesuffix(_PACK) + _CASES for name in own}
    return _among(coop.rules, own | cases)


def _pack_id(path: Path) -> str:
    found = _PACK_ID.search(_read(path))
    return found[1].decode("utf-8", "replace") if found else ""


def _told(coop: Coop, folder: Path, found: dict[str, str]) -> Iterator[Problem]:
    for name, original in sorted(found.items()):
        known = set(_read(folder / original).split(b"\n"))
        lines = _read(folder / name).split(b"\n")
        line = next((number for number, text in enumerate(lines, 1) if text not in known), 1)
        excerpt = lines[line - 1].decode("utf-8", "replace").strip("\r")
        code = "copy-of-rules" if original.endswith(_PACK) and not original.endswith(_CASES) else "copy"
        yield Problem(coop.shown(folder / name), line, code, {"original": original}, excerpt=excerpt)


def _among(folder: Path, originals: Collection[str], only_ledgers: bool = False) -> dict[str, str]:
    """The other files of the folder that are copies of one of these, as far as these are there."""
    names = names_in(folder)
    there = [name for name in names if name in originals]
    if len(there) == len(names):
        return {}
    there.sort(key=len, reverse=True)  # amina-b before amina
    found = {}
    for name in names:
        if name in originals or _EDITORS.search(name):
            continue
        same = _sharing(folder, name)
        if original := next((o for o in there if _is_copy(name, o, same, only_ledgers)), None):
            found[name] = original
    return found


def _is_copy(name: str, original: str, same: Callable[[str], bool], only_ledgers: bool) -> bool:
    """Whether a file of this name is a copy of the original: by its name alone, or where another file might
    have that name too, by the lines that both have."""
    stem, ending = _split(original)
    folded = name.casefold()
    for at in {folded.find(stem), folded.rfind(stem)} - {-1}:
        before, (middle, found, behind) = folded[:at], folded[at + len(stem) :].partition(ending)
        if not found or (before and not _BEFORE.match(before)):
            continue
        if behind:
            return behind == ".txt" or bool(_CALLED_SO.match(behind))
        if before or not middle or _CALLED_SO.match(middle):
            return True
        if middle[0].isalnum():
            continue
        if only_ledgers and not MEMBER_ID.fullmatch(name.removesuffix(ending)):
            return True  # nothing but ledgers is there, and nobody can be called so
        return bool(_MACHINE.match(middle[1:])) or same(original)
    return False


def _sharing(folder: Path, name: str) -> Callable[[str], bool]:
    """Whether the file has lines of another one that are not there by chance."""

    def same(original: str) -> bool:
        here, there = _read(folder / name), _read(folder / original)
        mine, others = ({ln for ln in d.split(b"\n") if _SPEAKING.match(ln)} for d in (here, there))
        return bool(mine & others) if mine or others else here.split() == there.split()

    return same


def _split(name: str) -> tuple[str, str]:
    ending = next((e for e in (_LEDGER, _CASES, _PACK, _SEAL, _TEMPLATE, _CLOSINGS) if name.endswith(e)), "")
    return name.removesuffix(ending).casefold(), ending


def _read(path: Path) -> bytes:
    with suppress(OSError):
        return path.read_bytes()
    return b""
