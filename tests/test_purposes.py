"""What a pot may be spent on: one municipality lets the fridge pass with an approval, another does not."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import Run

LEDGER = "ledgers/members/amina.beancount"
PACK = "rules/vrije-uitloop.toml"
PURPOSES = 'purposes = { business = "free", study = "free", household = "approval" }'
APPROVED = '\n2026-05-01 custom "approval" "amina" "Koelkast" 250.00 EUR\n  by: "het bestuur"\n'
LINE = 42
"""Where the withdrawal of 250.00 on 12 May stands."""


def withdraw(coop: Path, purpose: str) -> None:
    """Say what the withdrawal is for."""
    ledger = coop / LEDGER
    text = ledger.read_text()
    assert text.split("\n")[LINE - 1].startswith("2026-05-12")
    ledger.write_text(text.replace('  reason: "een aanhanger"\n', f'{purpose}  reason: "koelkast thuis"\n'))


def decide(coop: Path, purposes: str) -> None:
    pack = (coop / PACK).read_text()
    assert 'target = "start_capital"' in pack
    (coop / PACK).write_text(
        pack.replace('target = "start_capital"', f'target = "start_capital"\n{purposes}')
    )


def codes(quick: Run, coop: Path) -> list[tuple[str, int, str]]:
    done = quick("check", "--json", "--coop", str(coop))
    return [(p["file"], p["line"], p["code"]) for p in json.loads(done.out)["problems"]]


def approve(coop: Path) -> None:
    with open(coop / "ledgers/coop.beancount", "a") as register:
        register.write(APPROVED)


@pytest.mark.parametrize(
    ("purpose", "approved", "code"),
    [
        ('  purpose: "business"\n', False, ""),
        ('  purpose: "study"\n', False, ""),
        ('  purpose: "household"\n', True, ""),
        ('  purpose: "household"\n', False, "not-approved"),
        ('  purpose: "houshold"\n', True, "purpose"),
        ('  purpose: "holiday"\n', True, "purpose"),
        ("", True, "no-purpose"),
    ],
)
def test_what_the_rules_let_pass(purpose: str, approved: bool, code: str, coop: Path, quick: Run) -> None:
    decide(coop, PURPOSES)
    withdraw(coop, purpose)
    if approved:
        approve(coop)
    assert codes(quick, coop) == ([(LEDGER, LINE, code)] if code else [])
    assert quick("allocate", "2026-05", "--coop", str(coop)).status == (1 if code else 0)


def test_two_municipalities_decide_differently_on_the_same_fridge(
    coop: Path, quick: Run, tmp_path: Path
) -> None:
    withdraw(coop, '  purpose: "household"\n')
    approve(coop)
    other = Path(shutil.copytree(coop, tmp_path / "other"))
    decide(coop, PURPOSES)
    decide(other, 'purposes = { study = "free" }')
    assert quick("allocate", "2026-05", "--coop", str(coop)).status == 0
    done = quick("allocate", "2026-05", "--coop", str(other))
    assert done.status == 1
    assert f'{LEDGER}:{LINE}: Uit deze spaarpot mag geen geld voor "household", wel voor: study.' in done.err


def test_where_the_rules_name_no_purpose_nothing_changes(coop: Path, quick: Run) -> None:
    withdraw(coop, '  purpose: "holiday"\n')
    assert codes(quick, coop) == []


def test_a_purpose_that_needs_no_approval_uses_none_up(coop: Path, quick: Run) -> None:
    decide(coop, PURPOSES)
    withdraw(coop, '  purpose: "household"\n')
    approve(coop)
    with open(coop / LEDGER, "a") as ledger:
        ledger.write(
            '\n2026-05-02 * "winkel" "zaag"\n  purpose: "business"\n  reason: "zaag"\n'
            "  Liabilities:Spaarpot  10.00 EUR\n  Assets:Bank\n"
        )
    assert codes(quick, coop) == []


def test_it_stands_in_the_explanation_and_on_the_statement(coop: Path, quick: Run) -> None:
    decide(coop, PURPOSES)
    withdraw(coop, '  purpose: "household"\n')
    approve(coop)
    said = " ".join(quick("explain", "amina", "2026-05", "--all", "--coop", str(coop)).out.split())
    may = (
        "Hieruit mag geld voor de onderneming en studie. Met goedkeuring mag er geld uit voor het huishouden."
    )
    assert may in said
    assert (
        "Eruit op 12 mei 2026: € 250,00 voor het huishouden (koelkast thuis); goedgekeurd op 1 mei 2026 "
        "door het bestuur: Koelkast."
    ) in said
    (taken,) = json.loads(quick("explain", "amina", "2026-05", "--json", "--coop", str(coop)).out)[
        "withdrawals"
    ]
    assert (taken["amount"], taken["purpose"], taken["approvals"][0]["what"]) == (
        "250.00",
        "household",
        "Koelkast",
    )
    assert (
        json.loads(quick("explain", "amina", "2026-04", "--json", "--coop", str(coop)).out)["withdrawals"]
        == []
    )
    assert quick("allocate", "2026-05", "--coop", str(coop)).status == 0
    assert quick("statements", "2026-05", "--format", "txt", "--coop", str(coop)).status == 0
    text = " ".join((coop / "statements/2026-05/member/amina.txt").read_text("utf-8").split())
    assert may in text
    assert "(voor: het huishouden; reden: koelkast thuis)" in text


@pytest.mark.parametrize(
    ("purposes", "code"),
    [
        ("purposes = {}", "purposes"),
        ('purposes = "study"', "purposes"),
        ('purposes = ["study"]', "purposes"),
        ('purposes = { study = "yes" }', "purposes"),
        ("purposes = { study = true }", "purposes"),
        ('purposes = { "" = "free" }', "purposes"),
        ('approval = true\npurposes = { study = "free" }', "purposes-approval"),
    ],
)
def test_a_mistake_in_the_rules(purposes: str, code: str, coop: Path, quick: Run) -> None:
    decide(coop, purposes)
    assert code in [found for _, _, found in codes(quick, coop)]


def test_purposes_are_for_pots_alone(coop: Path, quick: Run) -> None:
    pack = (coop / PACK).read_text()
    (coop / PACK).write_text(pack.replace('rate = "20%"', 'rate = "20%"\npurposes = { study = "free" }'))
    assert "purposes hoort bij een stap naar een spaarpot" in quick("check", "--coop", str(coop)).err
