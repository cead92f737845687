"""A new customer in ledgers/customers.beancount."""

import os
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from scharrel.core.problems import Problem, errors
from scharrel.ledger.books import Books
from scharrel.store.allocations import quoted
from scharrel.store.durable import write_text
from scharrel.store.text import read_text


def add_customer(books: Books, name: str, facts: Mapping[str, str | Decimal], day: date) -> list[Problem]:
    """Put the customer at the end of the file, or say what stands against that; WriteError if it fails."""
    path = books.coop.customers
    before, problems = "; Klanten: wie facturen krijgt.\n", errors(books.problems)
    if os.path.lexists(path):
        text = read_text(books.coop, path)
        problems += text.problems
        before = text.data.decode("utf-8", "replace")
    if errors(problems):
        return problems
    lines = [f'{day} custom "customer" "{name}"']
    for key, value in facts.items():
        lines.append(f"  {key}: {value:f}" if isinstance(value, Decimal) else f'  {key}: "{quoted(value)}"')
    write_text(path, before.rstrip("\n") + "\n\n" + "\n".join(lines) + "\n")
    return problems
