"""What is wrong for one member, and what is wrong at each save."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Once, Run
from pay_coop import unpaid

AMINA, BRAM = (f"ledgers/members/{name}.beancount" for name in ("amina", "bram"))
WRONG = '\n2026-06-03 * "klant" "fietsen"\n  Income:Omzet  -8,00 EUR\n  Assets:Bank\n'


def files(quick: Run, coop: Path, *more: str) -> set[str]:
    found = json.loads(quick("check", "--json", *more, "--coop", str(coop)).out)["problems"]
    return {problem["file"] for problem in found if problem["severity"] == "error"}


def add(coop: Path, name: str, text: str) -> None:
    with open(coop / name, "a") as file:
        file.write(text)


def test_of_one_member_only_what_stands_against_dividing_for_them(
    tmp_path: Path, once: Once, quick: Run
) -> None:
    coop = once(unpaid, tmp_path / "coop")
    assert "Amina el Idrissi" in quick("check", "--member", "amina", "--coop", str(coop)).out
    add(coop, BRAM, WRONG)
    assert files(quick, coop) == files(quick, coop, "--member", "bram") == {BRAM}
    assert quick("check", "--member", "amina", "--coop", str(coop)).status == 0
    assert quick("allocate", "--member", "amina", "--dry-run", "--coop", str(coop)).status == 0
    assert files(quick, coop, "--member", "amina", "--member", "bram") == {BRAM}
    add(coop, "rules/vrije-uitloop.toml", "\n[stap]\n")
    for member in ("amina", "bram"):
        assert "rules/vrije-uitloop.toml" in files(quick, coop, "--member", member)
    assert quick("check", "--member", "amna", "--coop", str(coop)).status in (1, 2)


def test_what_was_kept_for_one_does_not_hide_what_is_wrong_for_another(
    tmp_path: Path, once: Once, quick: Run
) -> None:
    coop = once(unpaid, tmp_path / "coop")
    add(coop, BRAM, WRONG)
    for _ in range(2):
        assert files(quick, coop, "--member", "amina") == set()
        assert files(quick, coop) == {BRAM}


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such signal")
def test_at_each_save_it_checks_again_and_ctrl_c_ends_it(coop: Path) -> None:
    command = [sys.executable, "-m", "scharrel", "check", "--watch", "--coop", str(coop)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={"LANG": "nl_NL.UTF-8"}
    ) as process:
        assert process.stdout

        def until_checked() -> str:
            lines: list[str] = []
            assert process.stdout
            while not lines or "Ctrl-C" not in lines[-1]:
                lines.append(process.stdout.readline())
                assert lines[-1], lines
            return "".join(lines)

        assert "Alles in orde" in until_checked()
        before = (coop / AMINA).read_text()
        add(coop, AMINA, WRONG)
        assert "8.00 EUR" in until_checked()
        (coop / AMINA).write_text(before)
        assert "Alles in orde" in until_checked()
        (coop / "rules/vrije-uitloop.toml").unlink()
        assert "fout" in until_checked()
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0
        assert process.stdout.read() == ""


def test_watching_is_for_people(coop: Path, quick: Run) -> None:
    done = quick("check", "--watch", "--json", "--coop", str(coop))
    assert (done.status, done.out) == (2, "")
    assert "--json" in done.err
