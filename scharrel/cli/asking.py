"""Questions at a terminal: what is typed, completed with the Tab key, and answers that are always there."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

from scharrel.text.words import visible

LATER, UNDO, STOP, HELP = "", "-", ".", "?"
"""What is typed instead of an answer; no holder and no account is called so."""

YES = ("", "j", "ja", "y", "yes")
"""What says that it is right, with the Enter key alone as the first."""

NO = ("", "n", "nee", "no")
"""What says that it is not, with the Enter key alone as the first."""


class StoppedAsking(Exception):
    """Who answers stops, at whichever question."""


class TakenBack(Exception):
    """The answer that is being given is taken back."""


def ask(prompt: str, choices: Sequence[str] = (), delimiters: str = " ") -> str:
    """What is typed, with completion where the terminal has it; StoppedAsking when that is to stop, at the
    end of what is typed, or with Ctrl-C."""
    _complete(choices, delimiters)
    width = shutil.get_terminal_size().columns
    try:
        said = input(visible(prompt)[: width - 1] + " ").strip()
    except (EOFError, KeyboardInterrupt):
        print()  # noqa: T201
        raise StoppedAsking from None
    if said == STOP:
        raise StoppedAsking
    return said


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
