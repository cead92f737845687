"""Lay down a cooperative of any size, always the same one, with its bookings as one file as well.

python bench/generate.py DIR --members 1000 --months 12 --bookings 20 [--projects 100]

With projects, each has twenty members who book hours for it; with more projects than that takes members
for, the same twenty have another one.
"""

import argparse
import random
from datetime import date
from pathlib import Path

WORK = (
    ("Fietsreparatie", "Income:Omzet", -1, (1500, 9000)),
    ("Herstelwerk", "Income:Omzet", -1, (1000, 6000)),
    ("Materiaal", "Expenses:Onkosten", 1, (300, 2500)),
    ("Reiskosten", "Expenses:Onkosten", 1, (200, 900)),
)
CUSTOMERS = (
    "Bakkerij Smit",
    "Mevrouw De Wit",
    "Buurthuis Noord",
    "Kringloop",
    "Garage Bos",
    "School De Boog",
)
CHART = """\
2000-01-01 open Assets:Bank EUR
2000-01-01 open Equity:Verdeling EUR
  role: "appropriation"
2000-01-01 open Income:Omzet EUR
  role: "turnover"
2000-01-01 open Expenses:Onkosten EUR
  role: "costs"
2000-01-01 open Liabilities:Btw EUR
  role: "vat"
2000-01-01 open Liabilities:Belastingreserve EUR
2000-01-01 open Liabilities:Cooperatie EUR
2000-01-01 open Liabilities:Spaarpot EUR
2000-01-01 open Liabilities:Lid EUR
"""
PACK = """\
[pack]
id = "vrij"
title = "Vrij"
pool = ["turnover"]

[source.alv]
kind = "decision"
ref = "Ledenvergadering"

[param.share]
source = "alv"
values = [ { from = 2000-01-01, value = "10%" } ]
"""
PROJECT_CHART = """\
2000-01-01 open Income:Projecten EUR
  role: "turnover"
2000-01-01 open Liabilities:Deelnemers EUR
2000-01-01 open Assets:Uren UUR
  role: "hours"
2000-01-01 open Equity:Uren UUR
"""
PROJECT_STEPS = (
    'id = "costs"\nlabel = "Kosten"\nparty = "supplier"\ninput = "costs"\ncarry = true',
    'id = "deel"\nlabel = "Deel"\nparty = "member"\nshare = true\nby = "hours"\nfeeds = "Income:Projecten"\nto = "Liabilities:Deelnemers"',
)
EACH = 20
STEPS = (
    'id = "costs"\nlabel = "Kosten"\nparty = "supplier"\ninput = "costs"\ncarry = true',
    'id = "tax"\nlabel = "Belasting"\nparty = "tax"\nrate = "9%"\nof = "after.costs"\nto = "Liabilities:Belastingreserve"',
    'id = "coop"\nlabel = "Coöperatie"\nparty = "coop"\nrate = "share"\nof = "after.costs"\nto = "Liabilities:Cooperatie"',
    'id = "pot"\nlabel = "Spaarpot"\nparty = "pot"\nrate = "15%"\nof = "after.costs"\ntarget = 1500\nto = "Liabilities:Spaarpot"',
    'id = "lid"\nlabel = "Voor het lid"\nparty = "member"\nall = true\nto = "Liabilities:Lid"',
)


def bookings(random_: random.Random, year: int, month: int, count: int) -> str:
    """A month of one member, in the order of the days."""
    found = []
    for day in sorted(random_.randint(1, 28) for _ in range(count)):
        what, account, sign, (low, high) = random_.choice(WORK)
        cents = random_.randint(low, high)
        lines = [
            f'{date(year, month, day)} * "{random_.choice(CUSTOMERS)}" "{what} {random_.randint(1, 9999)}"'
        ]
        lines.append(f"  {account}  {sign * cents / 100:.2f} EUR")
        if account.startswith("Income") and random_.random() < 0.5:
            lines.append(f"  Liabilities:Btw  {sign * round(cents * 0.21) / 100:.2f} EUR")
        lines.append("  Assets:Bank")
        found.append("\n".join(lines) + "\n")
    return "\n".join(found)


def with_steps(head: str, steps: tuple[str, ...]) -> str:
    return head + "".join(f'\n[[step]]\n{step}\nsource = "alv"\n' for step in steps)


def hours(random_: random.Random, year: int, month: int, project: str) -> str:
    """A month's work of one member for a project."""
    return (
        f'{date(year, month, random_.randint(1, 28))} * "Samen" "werk {random_.randint(1, 9999)}"\n'
        f'  project: "{project}"\n  Assets:Uren  {random_.randint(1, 40)} UUR\n  Equity:Uren\n'
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    for name, default in (("members", 1000), ("months", 12), ("bookings", 20), ("projects", 0)):
        arguments.add_argument(f"--{name}", type=int, default=default)
    asked = arguments.parse_args()
    random_ = random.Random(2026)
    # The last month is October 2026, so that a run without a month divides all of them.
    months = [divmod(2026 * 12 + 9 - back, 12) for back in reversed(range(asked.months))]
    first = date(months[0][0], months[0][1] + 1, 1)
    ledgers = asked.folder / "ledgers"
    (ledgers / "members").mkdir(parents=True)
    (asked.folder / "rules").mkdir()
    chart = CHART + (PROJECT_CHART if asked.projects else "")
    (ledgers / "accounts.beancount").write_text(chart)
    (asked.folder / "rules" / "vrij.toml").write_text(with_steps(PACK, STEPS))
    register = ['option "title" "Meting"\noption "operating_currency" "EUR"\ninclude "accounts.beancount"\n']
    together = ['option "operating_currency" "EUR"\n' + chart]
    taking_part: dict[int, list[str]] = {}
    if asked.projects:
        (ledgers / "projects").mkdir()
        head = PACK.replace('"vrij"', '"samen"').replace("[pack]", '[pack]\nscope = "collective"')
        (asked.folder / "rules" / "samen.toml").write_text(with_steps(head, PROJECT_STEPS))
    for number in range(asked.projects):
        project = f"project-{number:03}"
        text = "\n".join(bookings(random_, year, month + 1, asked.bookings) for year, month in months)
        register.append(
            f'{first} custom "project" "{project}"\n  name: "Project {number}"\n  rules: "samen"\n'
        )
        for member in (number * EACH % asked.members + place for place in range(EACH)):
            taking_part.setdefault(member, []).append(project)
            register.append(f'{first} custom "participant" "{project}" "lid-{member:04}"\n')
        (ledgers / "projects" / f"{project}.beancount").write_text(
            'include "../accounts.beancount"\n\n' + text
        )
        together.append(text)
    for number in range(asked.members):
        text = "\n".join(
            "\n".join(
                [
                    bookings(random_, year, month + 1, asked.bookings),
                    *(hours(random_, year, month + 1, project) for project in taking_part.get(number, [])),
                ]
            )
            for year, month in months
        )
        register.append(
            f'{first} custom "member" "lid-{number:04}"\n  name: "Lid {number}"\n  rules: "vrij"\n'
        )
        (ledgers / "members" / f"lid-{number:04}.beancount").write_text(
            'include "../accounts.beancount"\n\n' + text
        )
        together.append(text)
    (ledgers / "coop.beancount").write_text("\n".join(register))
    (asked.folder / "all.beancount").write_text("\n".join(together))


if __name__ == "__main__":
    main()
