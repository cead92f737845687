"""Every command in one place."""

from typing import Annotated

import typer

from scharrel import __version__
from scharrel.cli import (
    allocate,
    audit,
    check,
    close,
    explain,
    init,
    member,
    settle,
    simulate,
    statements,
    verify,
    what_if,
)
from scharrel.cli.context import words
from scharrel.cli.helping import Command, Group
from scharrel.cli.options import LANG
from scharrel.cli.report import better_off as report_better_off
from scharrel.cli.report import exchange as report_exchange
from scharrel.cli.report import grants as report_grants
from scharrel.cli.report import quotes as report_quotes
from scharrel.cli.report import umbrella as report_umbrella
from scharrel.cli.rules import check as rules_check
from scharrel.cli.rules import diff as rules_diff
from scharrel.cli.rules import export as rules_export
from scharrel.cli.rules import import_ as rules_import
from scharrel.cli.rules import plot as rules_plot
from scharrel.cli.rules import show as rules_show
from scharrel.cli.rules import test as rules_test

_HELP = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    cls=Group,
    help=words("help.app"),
    no_args_is_help=True,
    context_settings=_HELP,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_member = typer.Typer(
    cls=Group, help=words("help.member-group"), no_args_is_help=True, context_settings=_HELP
)
_rules = typer.Typer(cls=Group, help=words("help.rules-group"), no_args_is_help=True, context_settings=_HELP)

_report = typer.Typer(
    cls=Group, help=words("help.report-group"), no_args_is_help=True, context_settings=_HELP
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"scharrel {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=words("help.version"))
    ] = False,
    lang: Annotated[str | None, LANG] = None,
) -> None:
    pass


app.command(cls=Command, help=words("help.allocate"), short_help=words("help.allocate-short"))(
    allocate.allocate
)
app.command(cls=Command, help=words("help.explain"), short_help=words("help.explain-short"))(explain.explain)
app.command(cls=Command, help=words("help.check"), short_help=words("help.check-short"))(check.check)
app.command(cls=Command, help=words("help.statements"), short_help=words("help.statements-short"))(
    statements.statements
)
app.command(cls=Command, help=words("help.verify"))(verify.verify)
app.command(cls=Command, help=words("help.close"))(close.close)
app.command(cls=Command, help=words("help.audit"))(audit.audit)
app.command(cls=Command, help=words("help.settle"))(settle.settle)
app.command("what-if", cls=Command, help=words("help.what-if"), short_help=words("help.what-if-short"))(
    what_if.what_if
)
app.command(cls=Command, help=words("help.simulate"), short_help=words("help.simulate-short"))(
    simulate.simulate
)
app.command(cls=Command, help=words("help.init"), short_help=words("help.init-short"))(init.init)
_member.command("add", cls=Command, help=words("help.member-add"))(member.add)
app.add_typer(_member, name="member")
_rules.command("check", cls=Command, help=words("help.rules-check"))(rules_check.check)
_rules.command("show", cls=Command, help=words("help.rules-show"))(rules_show.show)
_rules.command("diff", cls=Command, help=words("help.rules-diff"))(rules_diff.diff)
_rules.command("plot", cls=Command, help=words("help.rules-plot"))(rules_plot.plot)
_rules.command(
    "export", cls=Command, help=words("help.rules-export"), short_help=words("help.rules-export-short")
)(rules_export.export)
_rules.command(
    "import", cls=Command, help=words("help.rules-import"), short_help=words("help.rules-import-short")
)(rules_import.import_)
_rules.command("test", cls=Command, help=words("help.rules-test"))(rules_test.run_cases)
app.add_typer(_rules, name="rules")
_report.command("exchange", cls=Command, help=words("help.report-exchange"))(report_exchange.exchange)
_report.command("better-off", cls=Command, help=words("help.report-better-off"))(report_better_off.better_off)
_report.command("quotes", cls=Command, help=words("help.report-quotes"))(report_quotes.quotes)
_report.command("grants", cls=Command, help=words("help.report-grants"))(report_grants.grants)
_report.command("umbrella", cls=Command, help=words("help.report-umbrella"))(report_umbrella.umbrella)
app.add_typer(_report, name="report")
