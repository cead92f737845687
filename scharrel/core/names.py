"""Names that people type: the known one that was meant, and letters that deceive."""

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
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


_ADDED = 3
"""Letters that a mistyped key has more or less than what was meant."""


def key_meant(key: str, known: Iterable[str], other_words: Mapping[str, str]) -> str:
    """The known key that was meant, by one of the other words for it or by how it looks, or nothing."""
    words = {each: each for each in known}
    words |= {word: means for word, means in other_words.items() if means in words}
    near = nearest(key, words)
    return words[near] if near and abs(len(near) - len(key)) <= _ADDED else ""


def plain_letter(letter: str) -> bool:
    """Whether the letter can be told from those that charts use."""
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN ")
