"""The options that commands share, with their help in the language that was asked for."""

import typer

from scharrel.cli.screen import words

COOP = typer.Option("--coop", metavar=words("metavar.dir"), help=words("help.coop"))
JSON = typer.Option("--json", help=words("help.json"))
CSV = typer.Option("--csv", metavar="[nl]", help=words("help.csv"))
DRY_RUN = typer.Option("--dry-run", help=words("help.dry-run"))
MEMBERS = typer.Option("--member", metavar="ID", help=words("help.member"))
THROUGH = typer.Argument(
    metavar=f"[{words('metavar.through')}]", help=words("help.through"), show_default=False
)
