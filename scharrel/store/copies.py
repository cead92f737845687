"""Which files are copies of others: what a sync program or a file manager left beside a file that is read."""

import re
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

from scharrel.store.paths import MEMBER_ID, Coop
from scharrel.store.text import names_in

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

_PACK_ID = re.compile(rb"""^\s*id\s*=\s*["']([^"']*)["']""", re.MULTILINE)
_SPEAKING = re.compile(rb"\d|title\b")
"""How a line begins that no two files have by chance."""


def ledger_copies(folder: Path, members: Collection[str]) -> dict[str, str]:
    """The files in a folder of ledgers that are copies, with what each is a copy of."""
    return copies_among(folder, {f"{member}{_LEDGER}" for member in members}, only_ledgers=True)


def rule_copies(coop: Coop) -> dict[str, str]:
    """The files under rules/ that are copies: of a pack that bears the name of its file, of its cases, or of
    those for bank lines."""
    found = names_in(coop.rules)
    own = {
        name
        for name in found
        if name.endswith(_PACK) and not name.endswith(_CASES) and _pack_id(coop.rules / name) + _PACK == name
    }
    cases = {name.removesuffix(_PACK) + _CASES for name in own}
    return copies_among(coop.rules, own | cases | {coop.bank_rules.name})


def _pack_id(path: Path) -> str:
    found = _PACK_ID.search(bytes_at(path))
    return found[1].decode("utf-8", "replace") if found else ""


def copies_among(folder: Path, originals: Collection[str], only_ledgers: bool = False) -> dict[str, str]:
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
        here, there = bytes_at(folder / name), bytes_at(folder / original)
        mine, others = ({ln for ln in d.split(b"\n") if _SPEAKING.match(ln)} for d in (here, there))
        return bool(mine & others) if mine or others else here.split() == there.split()

    return same


def _split(name: str) -> tuple[str, str]:
    ending = next((e for e in (_LEDGER, _CASES, _PACK, _SEAL, _TEMPLATE, _CLOSINGS) if name.endswith(e)), "")
    return name.removesuffix(ending).casefold(), ending


def bytes_at(path: Path) -> bytes:
    """What the file holds; nothing if it is none or cannot be read."""
    with suppress(OSError):
        return path.read_bytes() if path.is_file() else b""
    return b""
