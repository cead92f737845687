"""What a terminal completes: names of this cooperative, at once, and nothing where there is none."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY, Ran
from test_lazy_commands import WITH_MODULES


def asked(line: str, cwd: Path) -> Ran:
    """What bash is offered for the last word of the line; on standard error the modules that were loaded."""
    words = line.replace(":", " : ").replace(" ", "\n")
    bash = {"COMP_WORDS": words, "COMP_CWORD": str(words.count("\n")), "_SCHARREL_COMPLETE": "complete_bash"}
    done = subprocess.run(
        [sys.executable, "-c", WITH_MODULES],
        cwd=cwd, capture_output=True, text=True, check=False, env={"LANG": "nl_NL.UTF-8", **bash},
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("scharrel stat", "statements status"),
        ("scharrel explain am", "amina"),
        ("scharrel explain catering-n", "catering-noord"),
        ("scharrel explain amina 2026-1", "2026-10 2026-11 2026-12"),
        ("scharrel explain amina okto", "oktober"),
        ("scharrel explain amina oktober exempt-m", "exempt-medical"),
        ("scharrel check --member you", "youssef"),
        ("scharrel rules show vrije", "vrije-uitloop"),
        ("scharrel rules diff ons lu", "lucas"),
        ("scharrel bank assign x --account Income:Omzet:V", "Verkoop"),
        ("scharrel pay --to mu", "municipality"),
        ("scharrel book amina --invoice bu", "buurthuis"),
    ],
)
def test_names_of_the_cooperative(line: str, offered: str) -> None:
    done = asked(line, REPOSITORY)
    assert set(done.out.split()) <= set(offered.split())
    assert done.out.split()
    loaded = set(done.err.split())
    assert "scharrel.cli.app" in loaded
    assert not loaded & {"beancount", "rich.console", "jinja2"}


def test_periods_and_years() -> None:
    offered = asked("scharrel vat 2", REPOSITORY).out.split()
    assert len([period for period in offered if re.fullmatch(r"20\d\d-Q[1-4]", period)]) == 5
    assert [p for p in offered if "Q" not in p] == asked("scharrel auditfile 2", REPOSITORY).out.split()


def test_numbers_of_invoices_and_runs(tmp_path: Path) -> None:
    for name in ("coop", "accounts", "invoices/2026-0012", "invoices/klad", "payments/2026-11-05-1"):
        path = tmp_path / f"ledgers/{name}.beancount"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert asked("scharrel invoice credit 2", tmp_path).out.split() == ["2026-0012"]
    (tmp_path / "ledgers/projects").mkdir()
    said = '2026-09-03 custom "quote" "{}" "Krant" 8.00 EUR\n'
    (tmp_path / "ledgers/projects/studio.beancount").write_text(said.format("2026-014") + said.format("$(x)"))
    assert asked("scharrel quote 2", tmp_path).out.split() == ["2026-014"]
    assert asked("scharrel pay --cancel 2", tmp_path).out.split() == ["2026-11-05-1"]
    # Nothing is written yet, nothing is broken.
    for line in ("scharrel explain a", "scharrel explain amina 2026-10 c", "scharrel rules show x"):
        assert asked(line, tmp_path).out.split() == []


@pytest.mark.parametrize(
    "line",
    ["scharrel explain a", "scharrel explain amina 2026-10 c", "scharrel bank assign x --account Income:O"],
)
def test_silence_where_there_is_no_cooperative(line: str, tmp_path: Path) -> None:
    done = asked(line, tmp_path)
    assert (done.status, done.out.strip()) == (0, "")
    assert "Traceback" not in done.err


def test_what_is_no_name_is_not_offered(tmp_path: Path) -> None:
    (tmp_path / "ledgers/members").mkdir(parents=True)
    (tmp_path / "ledgers/coop.beancount").touch()
    for name in ("amina", "am$(touch x)", "am;ls", "am b"):
        (tmp_path / f"ledgers/members/{name}.beancount").touch()
    assert asked("scharrel explain am", tmp_path).out.split() == ["amina"]


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
@pytest.mark.parametrize(
    ("line", "offered"),
    [("scharrel explain amin", "amina"), ("scharrel bank assign x --account Income:Omzet:Di", "Diensten")],
)
def test_in_bash_itself(line: str, offered: str) -> None:
    """As bash does it when someone presses Tab, words taken apart at each colon."""
    folder = Path(sys.executable).parent
    script = f"""
    PATH={folder}:$PATH
    eval "$({folder}/scharrel --show-completion)"
    COMP_LINE='{line}'
    COMP_WORDS=({line.replace(":", " : ")})
    COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
    _scharrel_completion scharrel
    printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert (done.stdout.split(), done.stderr) == ([offered], "")
