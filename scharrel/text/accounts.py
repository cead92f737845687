"""What accounts are called to people."""

from collections.abc import Mapping

from scharrel.core.chart import Account, Chart
from scharrel.text.words import Words, visible


def account_name(words: Words, chart: Chart, account: str) -> str:
    """The label that the chart gives the account, else its name without the kind that it is of."""
    return label_or_name(words, chart.accounts.get(account), account)


def account_labels(words: Words, chart: Chart) -> dict[str, str]:
    """What each account of the chart is called."""
    return {name: account_name(words, chart, name) for name in chart.accounts}


def label_or_name(words: Words, known: Account | None, account: str) -> str:
    """The label of an account that may not be in the chart, else its name without the kind that it is of."""
    return visible(known.label(words.lang) if known else "") or visible(
        account.partition(":")[2].replace(":", ": ")
    )


def pot_name(called: Mapping[str, str], account: str) -> str:
    """What people call the account of a pot, else the last part of its name."""
    return called.get(account) or account.rpartition(":")[2]
