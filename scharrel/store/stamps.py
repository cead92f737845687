"""What every file that the program writes carries: a head, and a digest by which is seen whether it still
says what was written. Where it does not, what was added is found and never written over."""

import errno
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from scharrel.core.money import total
from scharrel.store.durable import WriteError, read_written

HEAD = "; Geschreven door `scharrel allocate`; een volgende keer wordt dit opnieuw geschreven.\n"
_STAMP = re.compile(r"^; sha256:([0-9a-f]{64}) *\n", re.MULTILINE)
_BOM = "\ufeff"
_AMOUNT = re.compile(r"^ +[A-Z]\S*:\S+ +(-?[\d.]+) EUR\b", re.MULTILINE)
_PRICED = re.compile("[{@]")

Known = Callable[[Sequence[str], int], object]
"""Tells of a line, among those of its block, whether a file of its kind has it."""


def stamped(body: str, head: str = HEAD) -> str:
    """The text of a file that is written: the head, a digest of all that is said, and this."""
    return f"{head}; sha256:{_digest(head + body)}\n{body}"


def as_stamped(text: str) -> bool | None:
    """Whether the text says what it said when it was written; nothing if it carries no digest, as those of
    an earlier version. Blanks, empty lines and line ends say nothing."""
    found = _STAMP.search(text)
    return found and _digest(text[: found.start()] + text[found.end() :]) == found[1]


def alike(text: str, other: str) -> bool:
    """Whether two files say the same, but for a digest that one of them may lack."""
    return _STAMP.sub("", text).strip(_BOM).split() == _STAMP.sub("", other).strip(_BOM).split()


def _digest(text: str) -> str:
    return hashlib.sha256(" ".join(text.strip(_BOM).split()).encode("utf-8", "replace")).hexdigest()


def strange_lines(text: str, known: Known) -> Iterator[tuple[int, bool]]:
    """Where something stands that was not written there: of each block its first line that is not `known`
    (True), else of a booking whose amounts do not add up the first, which was written (one with a cost or a
    price is left alone)."""
    for number, lines in _blocks(text):
        at = next((n for n, line in enumerate(lines) if not _is_head(line) and not known(lines, n)), None)
        block, added = "\n".join(lines), at is not None
        if at is None and not _PRICED.search(block) and total(map(Decimal, _AMOUNT.findall(block))):
            at = 0
        if at is not None:
            yield number + at, added


def _is_head(line: str) -> bool:
    return line.strip(_BOM).startswith(HEAD[:20]) or bool(_STAMP.fullmatch(line + "\n"))


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines between empty ones, and the number of the first of them."""
    block: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.strip():
            block.append(line.rstrip())
        elif block:
            yield number - len(block), block
            block = []


def renewed(path: Path, text: str) -> dict[Path, bytes]:
    """The file with this text, if it has to be written."""
    was = read_written(path)
    if was == text:
        return {}
    keep_what_is_added(path, was)
    return {path: text.encode()}


def keep_what_is_added(path: Path, was: str | None) -> None:
    """WriteError rather than writing over, or removing, what holds something that was not written: it came
    after all was found to be sound."""
    if was is not None and as_stamped(was) is False:
        raise WriteError(path, os.strerror(errno.EEXIST))
