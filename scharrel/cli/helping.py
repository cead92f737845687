"""The help of a command in the language of the reader, and with nothing cut off."""

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

from scharrel.cli.screen import words

_LIBRARY = (
    (r"(?m)^Usage: ", "usage"),
    (r"(?m)^Options(?=:$)", "options"),
    (r"(?m)^Arguments(?=:$)", "arguments"),
    (r"(?m)^Commands(?=:$)", "commands"),
    (r"\[OPTIONS\]", "any-options"),
    (r"COMMAND\s+\[ARGS\]\.\.\.", "any-command"),
    (r"Show\s+this\s+message\s+and\s+exit\.", "help"),
    (r"\[default:\s+", "default"),
    (r"\[required\]", "required"),
    (r"Install\s+completion\s+for\s+the\s+current\s+shell\.", "completion"),
    (
        r"Show\s+completion\s+for\s+the\s+current\s+shell,\s+to\s+copy\s+it\s+or\s+customize\s+the\s+installation\.",
        "show-completion",
    ),
)
"""What typer writes by itself, as a pattern, and the key of our words for it."""


def _in_our_words(help_text: str) -> str:
    first, line_end, rest = help_text.partition("\n")
    help_text = re.sub(r"\{([^{}]+)\}", r"\1", first) + line_end + rest
    for pattern, key in _LIBRARY:
        help_text = re.sub(pattern, words(f"library.{key}"), help_text)
    return help_text


class TranslatedCommand(TyperCommand):
    """A command whose help is in the reader's language."""

    def get_help(self, ctx: Any) -> str:
        return _in_our_words(super().get_help(ctx))


class TranslatedGroup(TyperGroup):
    """Commands whose help is in the reader's language, each with its whole short help."""

    def get_help(self, ctx: Any) -> str:
        return _in_our_words(super().get_help(ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, c.short_help or c.help or "") for name, c in commands if c and not c.hidden]
            )
