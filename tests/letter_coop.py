"""A cooperative of whose members the municipality writes: benefit, rules of its own, a project, sales on
account."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from conftest import REPOSITORY

REGISTER = "ledgers/coop.beancount"
ANNA, PIET, MIA, ELS = (f"ledgers/members/{name}.beancount" for name in ("anna", "piet", "mia", "els"))
TUIN = "ledgers/projects/tuin.beancount"
BIJSTAND, UITLOOP, GELD = (f"rules/{name}.toml" for name in ("bijstand", "vrije-uitloop", "geld"))

_REGISTER = """\
option "title" "De Hoek"
option "operating_currency" "EUR"
include "accounts.beancount"
2026-01-01 custom "payee" "municipality"
  name: "Gemeente Breda"
  iban: "NL90ABNA0067963736"
2026-01-01 custom "member" "anna"
  name: "Anna de Boer"
  rules: "bijstand"
  born: 1980-05-05
  household: "single"
  exemption_granted: TRUE
  address: "Kerkstraat 1"
2026-01-01 custom "member" "piet"
  name: "Piet Smit"
  rules: "vrije-uitloop"
2026-01-01 custom "member" "mia"
  name: "Mia Bos"
  rules: "geld"
  born: 1980-05-05
  household: "single"
  exemption_granted: TRUE
2026-01-01 custom "member" "els"
  name: "Els Proef"
  rules: "bijstand"
  household: "single"
  practice: TRUE
2026-04-01 custom "member" "kees"
  name: "Kees Vos"
  rules: "parttime-ondernemen"
  born: 1980-05-05
  household: "single"
  permission_until: 2026-12-31
2026-05-01 custom "project" "tuin"
  name: "De Tuin"
  rules: "wijkproject"
2026-05-01 custom "participant" "tuin" "anna"
"""
_ANNA = """\
include "../accounts.beancount"

2026-05-04 * "klant" "band"
  Income:Omzet:Diensten  -41.00 EUR
  Assets:Kas

2026-06-02 * "klant" "kast gemaakt"
  Income:Omzet:Diensten  -400.00 EUR
  Liabilities:Btw:Verschuldigd  -84.00 EUR
  Assets:Kas

2026-06-10 * "klant" "jas vermaakt"
  Income:Omzet:Diensten  -111.11 EUR
  Liabilities:Btw:Verschuldigd  -23.33 EUR
  Assets:Kas

2026-06-11 * "klant" "klus van mei"
  earned: 2026-05-28
  Income:Omzet:Diensten  -52.37 EUR
  Assets:Kas

2026-06-15 * "winkel" "hout"
  Expenses:Onkosten:Materiaal  61.29 EUR
  Assets:Kas

2026-06-20 * "winkel" "bellen"
  Expenses:Onkosten:Telefoon  17.83 EUR
  Assets:Kas

2026-06-21 * "gewied"
  project: "tuin"
  Assets:Uren  3 UUR
  Equity:Uren
"""
_PIET = """\
include "../accounts.beancount"

2026-06-02 * "klant" "lamp"
  Income:Omzet:Diensten  -700.13 EUR
  Assets:Kas

2026-06-12 * "winkel" "draad"
  Expenses:Onkosten:Materiaal  80.07 EUR
  Assets:Kas
"""
_MIA = """\
include "../accounts.beancount"

2026-05-20 * "school" "deur" ^2026-0001
  Income:Omzet:Diensten  -300.00 EUR
  Assets:Debiteuren

2026-06-20 * "school" "raam" ^2026-0002
  Income:Omzet:Diensten  -211.05 EUR
  Assets:Debiteuren

2026-06-25 * "school" "betaald" ^2026-0001
  Assets:Bank  300.00 EUR
  Assets:Debiteuren
"""
_ELS = """\
include "../accounts.beancount"

2026-06-02 * "klant" "oefening"
  Income:Omzet:Diensten  -100.00 EUR
  Assets:Kas
"""
_TUIN = """\
include "../accounts.beancount"

2026-06-22 * "buurt" "heg geknipt"
  Income:Omzet:Diensten  -90.00 EUR
  Assets:Kas
"""


def letter_coop(folder: Path) -> Path:
    """The cooperative, with one month of June 2026 in which everything happens."""
    shutil.copytree(REPOSITORY / "rules", folder / "rules")
    (folder / "rules/bank.toml").unlink()
    for name in (folder / "rules").glob("*.cases.toml"):
        name.unlink()
    # Two months of exemption: that of May and that of June.
    rules = (folder / BIJSTAND).read_text().replace("max_months = 6", "max_months = 2")
    (folder / BIJSTAND).write_text(rules)
    received = rules.replace('id = "bijstand"', 'id = "geld"\ncounts = "received"', 1)
    (folder / GELD).write_text(received)
    for name, text in {
        REGISTER: _REGISTER, ANNA: _ANNA, PIET: _PIET, MIA: _MIA, ELS: _ELS, TUIN: _TUIN,
        "ledgers/members/kees.beancount": _PIET,
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    shutil.copy(REPOSITORY / "ledgers/accounts.beancount", folder / "ledgers")
    return folder


Mistake = Callable[[str], str]


def _swap(old: str, new: str) -> Mistake:
    def swapped(text: str) -> str:
        assert old in text, old
        return text.replace(old, new)

    return swapped


def _again(text: str) -> str:
    """The sale of the kast a second time."""
    (sale,) = re.findall(r'2026-06-02 \* "klant" "kast gemaakt"\n(?:  .*\n)+', text)
    return f"{text}\n{sale}"


def _with_vat(text: str) -> str:
    return text.replace("-400.00 EUR\n  Liabilities:Btw:Verschuldigd  -84.00 EUR", "-484.00 EUR").replace(
        "-111.11 EUR\n  Liabilities:Btw:Verschuldigd  -23.33 EUR", "-134.44 EUR"
    )


def _without(*words: str) -> Mistake:
    """The bookings with these words left out."""

    def left(text: str) -> str:
        kept = [each for each in text.split("\n\n") if not any(word in each for word in words)]
        assert len(kept) < len(text.split("\n\n"))
        return "\n\n".join(kept)

    return left


_JUNE = '2026-06-01 custom "member" "{member}"\n  {key}: {value}\n'


def _registered(member: str, key: str, value: str) -> Mistake:
    return lambda text: text + _JUNE.format(member=member, key=key, value=value)


_APRIL = """
2026-04-04 * "klant" "bel"
  Income:Omzet:Diensten  -10.00 EUR
  Assets:Kas
"""

MISTAKES: dict[str, tuple[str, str, Mistake]] = {
    "receipt": ("anna", ANNA, _swap("  earned: 2026-05-28\n", "")),
    "vat": ("anna", ANNA, _with_vat),
    "twice": ("anna", ANNA, _again),
    "costs": ("anna", ANNA, _without("Expenses")),
    "kind": ("anna", ANNA, _without("Expenses:Onkosten:Telefoon")),
    "exempt": ("anna", REGISTER, _registered("anna", "exemption_granted", "FALSE")),
    "month-more": ("anna", ANNA, lambda text: text + _APRIL),
    "household": ("anna", REGISTER, _registered("anna", "household", '"couple"')),
    "share": ("anna", TUIN, _without("heg")),
    "figure": ("anna", BIJSTAND, _swap("single = 1401.50", "single = 1369.06")),
    "rounding": ("anna", BIJSTAND, _swap('rounding = "half-up"', 'rounding = "down"')),
    "gross": ("piet", UITLOOP, _swap('value = "15%"', 'value = "0%"')),
    "threshold": ("piet", UITLOOP, _swap('above = "free_amount"\n', "")),
    "own": ("piet", UITLOOP, _swap('value = "10%"', 'value = "0%"')),
    "unpaid": ("mia", GELD, _swap('counts = "received"\n', "")),
}  # fmt: skip
"""What someone can do wrong, as a change of the cooperative's files: whose month, in which file, and how."""
