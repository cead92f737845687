"""Questions at a terminal: what is typed, completed with the Tab key, and answers that are always there."""

import shutil
import textwrap
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

from scharrel.text.words import visible

LATER, UNDO, STOP, HELP, PASS_OVER = "", "-", ".", "?", "/"
"""What is typed instead of an answer; no holder and no account is called so."""

YES = ("", "j", "ja", "y", "yes")
"""What says that it is right, with the Enter key alone as the first."""

NO = ("", "n", "nee", "no")
"""What says that it is not, with the Enter key alone as the first."""

_UNSURE = frozenset((
    "weet ik niet", "weet niet", "ik weet het niet", "geen idee", "help", "hulp", "uitleg", "wat?", "hoe?",
    "don't know", "dont know", "i don't know", "no idea", "not sure", "what?", "explain",
))  # fmt: skip
BACK = (UNDO, "terug", "terugnemen", "undo", "back", "take back")
"""What takes the last thing back, where no answer can be called so."""

_ROOM = 12
"""Columns that are left for an answer."""


class StoppedAsking(Exception):
    """Who answers stops, at whichever question."""


class PassedOver(Exception):
    """What is being asked about is no matter for an answer."""


class TakenBack(Exception):
    """The answer that is being given is taken back."""


def ask(prompt: str, choices: Sequence[str] = (), delimiters: str = " ", *, explained: bool = False) -> str:
    """What is typed, with completion where the terminal has it; what is `explained` also for who does not
    know, with HELP. StoppedAsking when that is to stop, at the end of what is typed, or with Ctrl-C."""
    _complete(choices, delimiters)
    width = shutil.get_terminal_size().columns
    lines = textwrap.wrap(visible(prompt), max(width - 1, _ROOM), break_on_hyphens=False) or [""]
    if len(lines) == 1 and len(lines[0]) + _ROOM > width:
        lines = textwrap.wrap(lines[0], max(width - _ROOM, _ROOM), break_on_hyphens=False)
    for line in lines[:-1]:
        print(line)  # noqa: T201
    try:
        said = input(lines[-1] + " ").strip()
    except (EOFError, KeyboardInterrupt):
        print()  # noqa: T201
        raise StoppedAsking from None
    if said == STOP:
        raise StoppedAsking
    return HELP if explained and said.casefold() in _UNSURE else said


def agreed(prompt: str, *, by_enter: bool) -> bool:
    """Whether it is right, asked until that is said; TakenBack for the answer before."""
    while True:
        said = ask(prompt).casefold()
        if said in BACK:
            raise TakenBack
        if said in YES[0 if by_enter else 1 :]:
            return True
        if said in NO[1:]:
            return False


def _complete(choices: Sequence[str], delimiters: str) -> None:
    """Have the Tab key complete what is typed, by the beginning of a choice or of a part of it."""
    with suppress(ImportError):  # Windows has none
        readline: Any = import_module("readline")

        def completer(text: str, state: int) -> str | None:
            folded = text.casefold()
            begin = [each for each in choices if each.casefold().startswith(folded)]
            inside = [each for each in choices if f":{folded}" in each.casefold()]
            found = begin or inside
            return [f"{found[0]} ", None][state] if len(found) == 1 else [*found, None][state]

        readline.set_completer(completer)
        readline.set_completer_delims(delimiters)
        editline = "libedit" in (readline.__doc__ or "")
        readline.parse_and_bind("bind ^I rl_complete" if editline else "tab: complete")
