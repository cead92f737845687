"""Names that people type: the known one that was meant, and letters that deceive."""

import difflib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

COOP_ID = "coop"
"""Whose the cooperative's own book is: a name that nobody else can have."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like this one, capitals aside, or nothing."""
    return _nearest(name, tuple(known))


@lru_cache(maxsize=1000)
def _nearest(name: str, known: tuple[str, ...]) -> str:
    names = {each.casefold(): each for each in known}
    return next((names[n] for n in difflib.get_close_matches(name.casefold(), names, 1, 0.6)), "")


def plain_letter(letter: str) -> bool:
    """Whether the letter can be told from those that charts use."""
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN ")
