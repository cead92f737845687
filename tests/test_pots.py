"""Withdrawals from a pot: with a reason, approved where the rules ask for it, from what is there."""

import json
from pathlib import Path

import pytest
from conftest import Run

LEDGER = "ledgers/members/amina.beancount"
REGISTER = "ledgers/coop.beancount"
PACK = "rules/vrije-uitloop.toml"
APPROVED = '\n2026-05-01 custom "approval" "amina" "Aanhanger" {amount} EUR\n  by: "het bestuur"\n'


def append(path: Path, text: str) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


def withdraw(coop: Path, day: str, amount: str, reason: str = '  reason: "nodig"\n') -> None:
    append(
        coop / LEDGER,
        f'\n{day} * "winkel" "iets"\n{reason}  Liabilities:Spaarpot  {amount} EUR\n  Assets:Bank\n',
    )


@pytest.fixture
def asking(coop: Path) -> Path:
    """A cooperative whose rules ask for an approval; amina takes out 250.00 on 12 May."""
    pack = (coop / PACK).read_text()
    (coop / PACK).write_text(
        pack.replace('target = "start_capital"', 'target = "start_capital"\napproval = true')
    )
    assert (coop / PACK).read_text() != pack
    return coop


def test_a_withdrawal_without_a_reason_is_a_warning(coop: Path, quick: Run) -> None:
    withdraw(coop, "2026-05-20", "1.00", reason="")
    done = quick("allocate", "2026-05", "--coop", str(coop))
    assert done.status == 0
    assert "let op: Hier gaat geld uit een spaarpot zonder reden" in done.err


def test_and_an_error_where_the_rules_are_strict(coop: Path, quick: Run) -> None:
    pack = (coop / PACK).read_text()
    (coop / PACK).write_text(pack.replace("[pack]\n", "[pack]\nstrict = true\n"))
    assert quick("allocate", "2026-05", "--coop", str(coop)).status == 0
    withdraw(coop, "2026-05-20", "1.00", reason="")
    assert quick("allocate", "2026-05", "--coop", str(coop)).status == 1


def test_a_pot_below_zero_is_told_where_it_was_overdrawn(coop: Path, quick: Run) -> None:
    withdraw(coop, "2026-01-20", "999.00")
    done = quick("allocate", "2026-05", "--coop", str(coop))
    assert done.status == 0
    assert "In januari 2026 staat Liabilities:Spaarpot" in done.err
    assert done.err.count("onder nul") == 1
    pack = (coop / PACK).read_text()
    (coop / PACK).write_text(pack.replace("[pack]\n", "[pack]\nstrict = true\n"))
    assert quick("allocate", "2026-05", "--coop", str(coop)).status == 1


def test_without_an_approval_nothing_is_written(asking: Path, quick: Run) -> None:
    done = quick("allocate", "2026-05", "--coop", str(asking))
    assert done.status == 1
    assert "Voor 250.00 EUR van deze opname is geen goedkeuring" in done.err
    assert not list((asking / "ledgers").rglob("allocations/amina/*"))


@pytest.mark.parametrize(
    ("approvals", "missing"),
    [
        (["250.00"], None),
        (["100.00", "150.00"], None),  # two of them together
        (["249.99"], "0.01"),
        (["300.00"], None),
    ],
)
def test_an_approval_covers_what_it_says(
    approvals: list[str], missing: str | None, asking: Path, quick: Run
) -> None:
    for amount in approvals:
        append(asking / REGISTER, APPROVED.format(amount=amount))
    done = quick("allocate", "2026-05", "--coop", str(asking))
    assert done.status == (1 if missing else 0), done.err
    assert not missing or f"Voor {missing} EUR van deze opname" in done.err


def test_an_approval_can_be_used_once_and_not_before_its_day(asking: Path, quick: Run) -> None:
    append(asking / REGISTER, APPROVED.format(amount="300.00"))
    withdraw(asking, "2026-05-20", "50.00")
    assert quick("allocate", "2026-05", "--coop", str(asking)).status == 0
    withdraw(asking, "2026-05-21", "0.01")
    assert "Voor 0.01 EUR" in quick("allocate", "2026-05", "--coop", str(asking)).err
    withdraw(asking, "2026-04-30", "10.00")
    assert "Voor 10.00 EUR" in quick("allocate", "2026-05", "--coop", str(asking)).err


def test_who_approved_what_and_when_is_on_the_statement(asking: Path, quick: Run) -> None:
    append(asking / REGISTER, APPROVED.format(amount="250.00"))
    assert quick("allocate", "2026-05", "--coop", str(asking)).status == 0
    assert quick("statements", "2026-05", "--format", "txt", "--coop", str(asking)).status == 0
    text = " ".join((asking / "statements/2026-05/member/amina.txt").read_text("utf-8").split())
    assert "(reden: een aanhanger)" in text
    assert "Goedgekeurd op 1 mei 2026 door het bestuur: Aanhanger, tot € 250,00." in text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('custom "approval" "amina" 250.00 EUR', "schrijf je zo"),
        ('custom "approval" "amina" "Koelkast" 250.00', "schrijf je zo"),
        ('custom "approval" "amina" "Koelkast" 250.00 UUR', "schrijf je zo"),
        ('custom "approval" "amina" "Koelkast" -1.00 EUR', "schrijf je zo"),
        ('custom "approval" "amna" "Koelkast" 250.00 EUR', "Bedoel je amina?"),
    ],
)
def test_a_mistake_in_an_approval(line: str, said: str, coop: Path, quick: Run) -> None:
    append(coop / REGISTER, f"\n2026-05-01 {line}\n")
    done = quick("check", "--coop", str(coop))
    assert done.status == 1
    assert said in done.err


def test_an_approval_is_for_pots_alone(coop: Path, quick: Run) -> None:
    pack = (coop / PACK).read_text()
    (coop / PACK).write_text(pack.replace('rate = "20%"', 'rate = "20%"\napproval = true'))
    assert "approval hoort bij een stap naar een spaarpot" in quick("check", "--coop", str(coop)).err


@pytest.mark.parametrize(("put_in", "told"), [("0.00", 1), ("309.99", 1), ("310.00", 0)])
def test_a_withdrawal_from_a_pot_of_other_rules_is_told_once(
    put_in: str, told: int, coop: Path, quick: Run
) -> None:
    pack, register = (coop / PACK).read_text(), (coop / REGISTER).read_text()
    other = pack.replace("Liabilities:Spaarpot", "Liabilities:Cooperatie")
    (coop / "rules/zonder.toml").write_text(other.replace('id = "vrije-uitloop"', 'id = "zonder"', 1))
    (coop / REGISTER).write_text(register.replace('rules: "vrije-uitloop"', 'rules: "zonder"'))
    withdraw(coop, "2026-04-20", f"-{put_in}")
    withdraw(coop, "2026-05-20", "50.00")
    withdraw(coop, "2026-05-21", "10.00")
    done = quick("check", "--json", "--coop", str(coop))
    assert [p["code"] for p in json.loads(done.out)["problems"]].count("no-pot") == told


def test_a_missing_approval_is_shown_as_a_whole_line_of_the_register(asking: Path, quick: Run) -> None:
    withdraw(asking, "2026-05-20", "50.00")
    said = quick("check", "--coop", str(asking)).err
    line = '2026-05-20 custom "approval" "amina" "Waarvoor" 50.00 EUR'
    assert line in said
    append(asking / REGISTER, f"\n{line}\n")
    assert "Voor 50.00 EUR van deze opname" not in quick("check", "--coop", str(asking)).err
