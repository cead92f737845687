"""scharrel accounts: the accounts of the chart, with what people call them."""

from pathlib import Path
from typing import Annotated

from scharrel.cli.arguments import open_coop
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.screen import console, print_indented, stop_on_errors, words
from scharrel.ledger.chart import read_chart
from scharrel.text.accounts import account_name


def command(as_json: Annotated[bool, JSON] = False, coop: Annotated[Path | None, COOP] = None) -> None:
    chart, problems = read_chart(open_coop(coop))
    stop_on_errors(problems)
    found = sorted((name.partition(":")[0], name) for name in chart.accounts)
    if as_json:
        rows = [
            {
                "account": name,
                "label": account_name(words, chart, name),
                "role": chart.role(name),
                **fields(chart.accounts[name], "currencies", "opened", "closed", "vat"),
            }
            for _, name in found
        ]
        print_json({"accounts": rows})
        return
    screen = console()
    names = {name: account_name(words, chart, name) for _, name in found}
    width = max(map(len, names.values()), default=0)
    for nth, (kind, name) in enumerate(found):
        if nth and kind != found[nth - 1][0]:
            screen.print()
        closed = chart.accounts[name].closed
        said = f"{name} · {words('accounts.closed', day=words.day(closed))}" if closed else name
        print_indented(screen, f"{names[name]:{width}}  {said}")
