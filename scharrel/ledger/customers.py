"""Reading ledgers/customers.beancount: whom invoices go to."""

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from beancount.core import data

from scharrel.core.facts import Dated
from scharrel.core.names import nearest
from scharrel.core.problems import Problem
from scharrel.ledger.own_entries import read_own_entries
from scharrel.ledger.parsing import empty_keys, form_of, parse, place
from scharrel.ledger.source import refused
from scharrel.store.paths import Coop
from scharrel.store.text import Text, read_text

_CUSTOMER = "customer"
_COMMANDS = frozenset({"include"})


class Customers(NamedTuple):
    """The customers of the file by their short names, its text, what beancount reads in it, and what cannot
    be read."""

    by_name: dict[str, Dated]
    text: Text
    directives: Sequence[Any]
    problems: list[Problem]


NO_CUSTOMERS = Customers({}, Text(b"", []), [], [])


def read_customers(coop: Coop) -> Customers:
    """What the file says; a cooperative may do without."""
    if not os.path.lexists(coop.customers):
        return NO_CUSTOMERS
    text = read_text(coop, coop.customers)
    problems = [*text.problems, *refused(text, _COMMANDS)]
    if problems:
        return Customers({}, text, [], problems)
    directives, _, problems = parse(text)
    found = []
    for directive in directives:
        line = place(directive)
        if not isinstance(directive, data.Custom):
            problems.append(text.problem(line, "only-customers"))
        elif directive.type != _CUSTOMER:
            near = _CUSTOMER if directive.type == "klant" else nearest(directive.type, [_CUSTOMER])
            values = {"kind": directive.type, "near": near, "kinds": _CUSTOMER}
            problems.append(text.problem(line, "unknown-custom", True, **values))
        else:
            for key in empty_keys(directive):
                values = {"key": key, "form": form_of(key, directive.date)}
                problems.append(text.problem(text.key_line(line, key), "empty-key", **values))
                del directive.meta[key]
            found.append(directive)
    own, wrong = read_own_entries(found, text)
    return Customers(dict(own.customers), text, directives, [*problems, *wrong])
