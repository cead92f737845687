"""What is wrong with a command line, in the language of the reader, and where help is."""

import re
import sys
from typing import Any

from scharrel.cli.context import words
from scharrel.files.chart import nearest


def wrong_usage(error: Any) -> str:
    """The error of the library that reads the command line, as a message."""
    context = error.ctx
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":
        return str(context.get_help())
    if kind == "NoSuchOption":
        known = {option.lstrip("-"): option for p in context.command.params for option in p.opts}
        said = words("usage.option", option=error.option_name)
        if near := nearest(error.option_name.lstrip("-"), known):
            said += " " + words("check.near", near=known[near])
    elif kind == "BadOptionUsage":
        key = "no-value" if "does not take" in error.message else "value"
        said = words(f"usage.{key}", option=error.option_name)
    elif kind == "MissingParameter":
        name = error.param.metavar or error.param.name
        if error.param.param_type_name == "option":
            name = f"{error.param.opts[0]} {name}"
        what = (error.param.help or "").rstrip(".")
        said = words("usage.missing", name=name, what=what[:1].lower() + what[1:])
    elif kind == "UsageError" and hasattr(context.command, "commands"):
        commands = context.command.commands
        said = words("usage.command", commands=", ".join(commands))
        given = re.search(r"'(.*?)'", error.message)
        if near := nearest(given[1] if given else "", commands):
            said += " " + words("check.near", near=near)
    elif found := re.fullmatch(r"Got unexpected extra arguments? ?\(?s?\)? ?\((.*)\)", error.message):
        said = words("usage.extra", extra=found[1])
    else:
        said = error.format_message()
    return f"{said}\n{words('usage.help', command=_command(context))}"


def _command(context: Any) -> str:
    if context is not None:
        return str(context.command_path)
    return " ".join(["scharrel", *(argument for argument in sys.argv[1:2] if not argument.startswith("-"))])
