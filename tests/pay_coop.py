"""A small cooperative that has something to pay: two members, and what closed months allocated to them."""

from pathlib import Path

from bank_coop import with_bank
from conftest import in_process

AMINA_IBAN = "NL20INGB0001234567"
BRAM_IBAN = "NL44RABO0123456789"
TOWN_IBAN = "NL86INGB0002445588"
RUN = "2026-11-05-1"

BRAM = """\
include "../accounts.beancount"

2026-06-03 * "klant" "fietsen"
  Income:Omzet  -800.00 EUR
  Assets:Bank

2026-06-20 * "klant" "contant"
  Assets:Kas  20.00 EUR
  Income:Omzet
"""


def paying(folder: Path) -> Path:
    """Two members, their municipality, and what is due up to June 2026."""
    return closed_in_june(unpaid(folder))


def by_quarter(folder: Path) -> Path:
    """The same, with a municipality that settles by the quarter."""
    rules = unpaid(folder) / "rules/vrije-uitloop.toml"
    rules.write_text(
        rules.read_text().replace('rounding = "half-up"', 'rounding = "half-up"\nsettled = "quarter"')
    )
    return closed_in_june(folder)


def unpaid(folder: Path) -> Path:
    """The same with nothing divided yet."""
    with_bank(folder)
    with open(folder / "ledgers/accounts.beancount", "a") as chart:
        chart.write(
            '2020-01-01 open Assets:Kas EUR\n  role: "in-hand"\n'
            '2020-01-01 open Liabilities:Onderweg EUR\n  role: "transit"\n'
            '2020-01-01 open Liabilities:Aangifte EUR\n  role: "tax-due"\n'
        )
    register = folder / "ledgers/coop.beancount"
    text = register.read_text().replace('"Amina"\n', f'"Amina el Idrissi"\n  iban: "{AMINA_IBAN}"\n')
    register.write_text(
        text + f'2026-05-01 custom "member" "bram"\n  name: "João Bram"\n  rules: "vrije-uitloop"\n'
        f'  iban: "{BRAM_IBAN}"\n'
        f'2026-01-01 custom "payee" "municipality"\n  name: "Gemeente Breda"\n  iban: "{TOWN_IBAN}"\n'
        '  reference: "dossier 2026-113"\n'
    )
    (folder / "ledgers/members/bram.beancount").write_text(BRAM)
    return folder


def closed_in_june(folder: Path) -> Path:
    for command in (("allocate", "2026-06"), ("close", "2026-06")):
        done = in_process(*command, "--coop", str(folder))
        assert done.status == 0, done.err
    return folder
