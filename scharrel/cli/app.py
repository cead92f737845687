"""Every command in one place; a command is imported when it is asked for."""

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from scharrel import __version__
from scharrel.cli.helping import TranslatedCommand, TranslatedGroup
from scharrel.cli.screen import words
from scharrel.text.words import catalogue

COMMANDS = {
    "book": "book",
    "inbox": "inbox",
    "allocate": "allocate",
    "explain": "explain",
    "status": "status",
    "accounts": "accounts",
    "check": "check",
    "statements": "statements",
    "verify": "verify",
    "close": "close",
    "audit": "audit",
    "settle": "settle",
    "what-if": "what_if",
    "outlook": "outlook",
    "simulate": "simulate",
    "web": "web",
    "init": "init",
    "member add": "member",
    "member leave": "leave",
    "bank import": "bank.import_",
    "bank status": "bank.status",
    "bank assign": "bank.assign",
    "invoice list": "invoice.list_",
    "invoice issue": "invoice.issue",
    "invoice credit": "invoice.credit",
    "invoice remind": "invoice.remind",
    "customer add": "customer",
    "letter add": "letter.add",
    "letter explain": "letter.explain",
    "letter list": "letter.list_",
    "quote": "quote",
    "pay": "pay",
    "vat": "vat",
    "rules check": "rules.check",
    "rules show": "rules.show",
    "rules diff": "rules.diff",
    "rules compare": "rules.compare",
    "rules plot": "rules.plot",
    "rules export": "rules.export",
    "rules import": "rules.import_",
    "rules test": "rules.test",
    "report exchange": "report.exchange",
    "report better-off": "report.better_off",
    "report quotes": "report.quotes",
    "report grants": "report.grants",
    "report umbrella": "report.umbrella",
    "report annual": "report.annual",
    "report receipts": "report.receipts",
    "auditfile": "auditfile",
}
"""The commands in the order of the help; each is the function `command` of a module of this folder, and is
described under `help` in the catalogue."""

ALIASES = {"boek": "book"}
"""What else commands are called; the help does not list these."""

GROUPS = tuple(dict.fromkeys(name.split()[0] for name in COMMANDS if " " in name))


class _Listed(TyperCommand):
    """A command as the help lists it; its module is imported when a command line asks for it."""

    def __init__(self, name: str, module: str):
        key = name.replace(" ", "-")
        short = catalogue(words.lang)["help"].get(f"{key}-short")
        super().__init__(
            name.rpartition(" ")[2], help=words(f"help.{key}"), short_help=short, rich_markup_mode=None
        )
        self.module = f"scharrel.cli.{module}"
        self.key = key

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        example = f"\b\n{words('library.example')}\n  {words(f'example.{self.key}')}"
        told = alone.command(self.name, cls=TranslatedCommand, help=self.help, epilog=example)
        told(import_module(self.module).command)
        command = typer.main.get_command(alone)
        command.params += [option for option in app.params if option.name == "lang"]
        if kwargs.get("resilient_parsing"):
            from scharrel.cli.completing import offer_names

            offer_names(command, self.key)
        return command.make_context(*args, **kwargs)


_LANG = typer.Option("--lang", metavar="nl|en", help=words("help.lang"), expose_value=False)
"""Read before the command line is; every command has it."""


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"scharrel {__version__}")
        raise typer.Exit


_top = typer.Typer(
    cls=TranslatedGroup,
    help=words("help.app"),
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)


@_top.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=words("help.version"))
    ] = False,
    lang: Annotated[str | None, _LANG] = None,
) -> None:
    pass


app: Any = typer.main.get_command(_top)
app.commands = {name: _Listed(name, module) for name, module in COMMANDS.items() if " " not in name}
for _alias, _name in ALIASES.items():
    app.commands[_alias] = _Listed(_name, COMMANDS[_name])
    app.commands[_alias].hidden = True
for _group in GROUPS:
    app.commands[_group] = TranslatedGroup(
        name=_group,
        commands=[
            _Listed(name, module) for name, module in COMMANDS.items() if name.startswith(f"{_group} ")
        ],
        help=words(f"help.{_group}-group"),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
