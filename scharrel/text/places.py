"""Where a booking stands, for who reads paper: whose ledger, or which month of the bank, and the line."""

from pathlib import PurePosixPath

from scharrel.core.month import Month
from scharrel.text.words import Words


def place_on_paper(words: Words, file: str, line: int) -> str:
    """henk, line 752; betaalrekening July 2026, line 83."""
    path = PurePosixPath(file)
    name = path.stem
    if path.parts[1:2] == ("bank",):
        name = f"{path.parent.name} {words.month(Month.parse(path.stem))}"
    elif path.name == "treasury.beancount":
        name = words("paper.treasury")
    return words("paper.place", name=name, line=line)
