"""Signs that a document on paper shows a replacement for."""

import re
from collections.abc import Iterator
from pathlib import Path

from scharrel.core.problems import Problem
from scharrel.store.paths import Coop
from scharrel.store.text import Text, read_text
from scharrel.text.fonts import LACKING, everyday, on_paper
from scharrel.text.words import visible

_USUAL = bytes([*b"\t\r\n", *range(32, 127)])
_SAID = r'"(?:[^"\\]|\\.)*"'
_REMARKS = {
    ".beancount": re.compile(rf"{_SAID}|;[^\n]*"),
    ".toml": re.compile(rf'"""[^"]*"""|{_SAID}|\'[^\'\n]*\'|#[^\n]*'),
    ".j2": re.compile(r"\{#.*?#\}", re.DOTALL),
}
"""What may hold a remark, which is on no document."""


def signs_in(text: Text) -> Iterator[Problem]:
    """Each sign that no font has, once a file: at its first line."""
    others = text.data.translate(None, _USUAL).decode("utf-8", "replace")
    if everyday(others) == others:
        return
    told: dict[str, int] = {}
    said = _REMARKS[Path(text.shown).suffix].sub(_without_remark, text.data.decode("utf-8", "replace"))
    for number, line in enumerate(said.split("\n"), 1):
        paper = on_paper(visible(line.rstrip("\r")))
        for sign, instead in zip(line, paper, strict=False):
            if instead == LACKING != sign:
                told.setdefault(sign, number)
    for number in sorted(set(told.values())):
        signs = ", ".join(f"{sign} (U+{ord(sign):04X})" for sign, first in told.items() if first == number)
        yield text.problem(number, "no-sign", True, signs=signs)


def signs_of_all(coop: Coop) -> Iterator[Problem]:
    """The same of what is not a member's: register, chart, customers, packs, own templates."""
    packs = (path for path in sorted(coop.rules.glob("*.toml")) if not path.name.endswith(".cases.toml"))
    for path in (coop.register, coop.chart, coop.customers, *packs, *sorted(coop.templates.glob("*.j2"))):
        text = read_text(coop, path)
        if not text.problems:
            yield from signs_in(text)


def _without_remark(found: re.Match[str]) -> str:
    remark = found[0].startswith((";", "#", "{#"))
    return "\n" * found[0].count("\n") if remark else found[0]
