"""What is wrong with a command line, in the language of the reader, and where help is."""

import re
import sys
from typing import Any

from scharrel.cli.screen import with_near, words
from scharrel.core.names import nearest

_MEANT = {
    word: command
    for command, tried in {
        "allocate": "verdeel verdelen verdeling divide",
        "explain": "uitleg leg-uit waarom why",
        "check": "controleer controle nakijken fouten",
        "statements": "overzicht overzichten afdruk print statement",
        "verify": "verifieer echt",
        "close": "sluit sluiten afsluiten dicht",
        "settle": "afrekenen afrekening reken-af definitief",
        "what-if": "wat-als whatif",
        "simulate": "simuleer voorstel",
        "init": "nieuw begin start new",
        "status": "stand todo waar-staan-we volgende next",
        "member": "lid leden members",
        "rules": "regels rule",
        "report": "rapport verslag reports",
        "report quotes": "offerte offertes quote quotes",
        "report grants": "subsidie subsidies prijs grant grants",
        "report exchange": "ruil ruilen ruillijst exchange",
        "report better-off": "beter-af better-off",
        "report umbrella": "koepel deelcooperatie umbrella",
        "report annual": "jaarrekening jaarcijfers balans kascommissie annual",
        "auditfile": "auditbestand xaf audit-file",
        "rules show": "toon show",
        "rules plot": "plot teken grafiek",
        "rules test": "test voorbeelden",
        "member add": "aanmelden meld-aan add",
        "member leave": "afmelden meld-af opzeggen weggaan leave",
    }.items()
    for word in tried.split()
}
"""Words that people try for a command."""

_HINTS = {
    **dict.fromkeys(("btw", "vat"), "vat"),
    **dict.fromkeys(("factuur", "facturen", "factureren", "invoice", "invoices"), "invoice"),
    **dict.fromkeys(("spaarpot", "spaarpotten", "pot", "pots", "saldo"), "pot"),
}


def wrong_usage(error: Any) -> str:
    """The error of the library that reads the command line, as a message."""
    context = error.ctx
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":
        return str(context.get_help())
    if kind == "NoSuchOption":
        known = {option.lstrip("-"): option for p in context.command.params for option in p.opts}
        near = known.get(nearest(error.option_name.lstrip("-"), known), "")
        message = with_near(words("usage.option", option=error.option_name), near)
    elif kind == "BadOptionUsage":
        key = "no-value" if "does not take" in error.message else "value"
        message = words(f"usage.{key}", option=error.option_name)
    elif kind == "MissingParameter":
        name = error.param.metavar or error.param.name
        if error.param.param_type_name == "option":
            name = f"{error.param.opts[0]} {name}"
        what = (error.param.help or "").rstrip(".")
        message = words("usage.missing", name=name, what=what[:1].lower() + what[1:])
    elif kind == "UsageError" and hasattr(context.command, "commands"):
        commands = context.command.commands
        found = re.search(r"'(.*?)'", error.message)
        given = found[1].casefold() if found else ""
        listed = ", ".join(name for name, command in commands.items() if not command.hidden)
        message = words("usage.command", given=found[1] if found else "?", commands=listed)
        if hint := _HINTS.get(given):
            message = words(f"hint.{hint}")
        else:
            message = with_near(message, _MEANT.get(given) or nearest(given, commands))
    elif found := re.fullmatch(r"Got unexpected extra arguments? ?\(?s?\)? ?\((.*)\)", error.message):
        message = words("usage.extra", extra=found[1])
    else:
        message = error.format_message()
    return f"{message}\n{words('usage.help', command=_command(context))}"


def _command(context: Any) -> str:
    if context is not None:
        return str(context.command_path)
    return " ".join(["scharrel", *(argument for argument in sys.argv[1:2] if not argument.startswith("-"))])
