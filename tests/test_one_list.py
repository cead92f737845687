"""What `check` calls an error stops every command that writes, for whom it concerns; nothing else does."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run

AMINA = "ledgers/members/amina.beancount"
REGISTER = "ledgers/coop.beancount"
QUOTE = '\n2026-03-01 custom "quote" "2026-001" "Klant" 100.00 EUR\n'
WRITERS = (
    ("allocate", "2026-03"),
    ("allocate", "2026-06"),
    ("allocate",),
    ("statements", "2026-03", "--format", "txt"),
    ("close", "2026-03"),
)


def add(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + text)


def second(folder: Path, ledger: str = "", rules: str = "vrije-uitloop") -> None:
    add(folder, REGISTER, f'\n2026-01-01 custom "member" "bram"\n  name: "Bram"\n  rules: "{rules}"\n')
    add(folder, "ledgers/members/bram.beancount", f'include "../accounts.beancount"\n{ledger}')


def changed(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))

    return change


WRONG: dict[str, Callable[[Path], None]] = {
    "a quote that stands twice in one ledger": lambda f: add(f, AMINA, QUOTE * 2),
    "a quote that another ledger has too": lambda f: (add(f, AMINA, QUOTE), second(f, QUOTE))[0],
    "an invoice of a quote that is not there": changed(AMINA, '"P12" "n12"\n', '"P12" "n12"\n  quote: "9"\n'),
    "worked examples that cannot be read": lambda f: add(f, "rules/vrije-uitloop.cases.toml", "[[case]\n"),
    "a booking that is not zero": lambda f: add(
        f, AMINA, '\n2026-06-28 * "x" "y"\n  Income:Omzet  -1.00 EUR\n  Assets:Bank  2.00 EUR\n'
    ),
    "rules that are not there in a month that has ended": changed(
        REGISTER,
        'rules: "vrije-uitloop"',
        'rules: "vrije-uitloop"\n2026-08-01 custom "member" "amina"\n  rules: "weg"',
    ),
    "a grant for all, spent twice over": lambda f: (
        add(
            f,
            REGISTER,
            '\n2026-01-01 custom "grant" "prijs" 100.00 EUR\n  name: "Prijs"\n  purpose: "buurt"\n',
        ),
        add(f, AMINA, SPENT),
        second(f, SPENT),
    )[0],
}
GRANT = '\n2026-01-01 custom "grant" "prijs" 100.00 EUR\n  name: "Prijs"\n  purpose: "buurt"\n'
SPENT = '\n2026-02-20 * "winkel" "stoelen"\n  grant: "prijs"\n  Expenses:Onkosten  60.00 EUR\n  Assets:Bank\n'


@pytest.mark.parametrize("wrong", WRONG)
def test_an_error_of_check_stops_everything_that_writes(wrong: str, coop: Path, quick: Run) -> None:
    assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0
    WRONG[wrong](coop)
    checked = quick("check", "--coop", str(coop))
    assert checked.status == 1
    [told] = [line for line in checked.err.splitlines() if ": " in line and "let op" not in line][:1]
    before = {path: path.read_bytes() for path in coop.rglob("*.*") if path.is_file()}
    for command in WRITERS:
        done = quick(*command, "--coop", str(coop))
        assert (command, done.status) == (command, 1)
        assert told in done.err
    after = {path: path.read_bytes() for path in coop.rglob("*.*") if path.is_file()}
    assert after == before


def test_a_second_run_sees_what_another_ledger_did_to_this_one(coop: Path, quick: Run) -> None:
    add(coop, AMINA, QUOTE)
    second(coop)
    assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0
    assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0
    add(coop, "ledgers/members/bram.beancount", QUOTE)
    done = quick("allocate", "2026-06", "--coop", str(coop))
    assert done.status == 1
    assert "ledgers/members/bram.beancount:3: Offerte 2026-001 staat ook op ledgers/members/amina" in done.err


def test_rules_that_nobody_uses_stop_nobody(coop: Path, quick: Run) -> None:
    add(coop, "rules/ander.toml", "[pack]\n")
    add(coop, "rules/nog-een.cases.toml", "[[case]\n")
    assert quick("check", "--coop", str(coop)).status == 1
    for command in (
        ("allocate", "2026-06"),
        ("statements", "2026-06", "--format", "txt"),
        ("close", "2026-03"),
    ):
        assert quick(*command, "--coop", str(coop)).status == 0


def test_what_is_wrong_with_another_member_does_not_stop_this_one(coop: Path, quick: Run) -> None:
    second(coop, '2026-06-28 * "x" "y"\n  Income:Omzet  -1.00 EUR\n  Assets:Bank  2.00 EUR\n')
    for command in ("allocate", "statements"):
        done = quick(command, "2026-06", "--member", "amina", "--coop", str(coop))
        assert (command, done.status) == (command, 0)
    assert quick("close", "2026-06", "--coop", str(coop)).status == 1


def test_rules_that_the_month_of_today_lacks_stop_only_that_month(
    coop: Path, quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import date

    for module in ("check", "allocate", "statements", "close"):
        monkeypatch.setattr(f"scharrel.cli.{module}.today", lambda: date(2026, 7, 5))
    changed("rules/vrije-uitloop.toml", "valid_from", "valid_until = 2026-06-30\nvalid_from")(coop)
    checked = quick("check", "--coop", str(coop))
    assert checked.status == 0
    assert "juli 2026" in checked.err
    assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0
    assert quick("statements", "2026-06", "--format", "txt", "--coop", str(coop)).status == 0
    assert quick("close", "2026-06", "--coop", str(coop)).status == 0
    assert quick("allocate", "2026-07", "--coop", str(coop)).status == 1
