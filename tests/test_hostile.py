"""A member's ledger may be anything: it runs nothing, reads nothing else and steers no screen."""

import os
import pickle
import resource
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run, some, takes_seconds, work_of

from scharrel.store.kept import FORM

LEDGER = "ledgers/members/amina.beancount"


class Planted:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, mark: Path):
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.mark),)


def write(coop: Path, text: str) -> None:
    with open(coop / LEDGER, "a") as ledger:
        ledger.write("\n" + text + "\n")


@pytest.mark.parametrize(
    "line",
    [
        'plugin "planted"',
        '  plugin "planted"',
        'option "insert_pythonpath" "TRUE"',
        'option "documents" "/etc"',
        'option "plugin_processing_mode" "raw"',
        'include "/etc/passwd"',
        'include "../../rules/../../secret.beancount"',
        'include "../members/bram.beancount"',
        'include "*.beancount"',
        '2026-01-01 document Assets:Bank "/etc/passwd"',
        "pushmeta earned: 2026-01-01",
        "2026-01-01 pad Assets:Bank Equity:Verdeling",
    ],
)
def test_what_a_ledger_may_not_say_is_refused_before_anything_happens(
    line: str, coop: Path, scharrel: Run
) -> None:
    (coop / "planted.py").write_text(f"import os; os.mkdir({str(coop / 'ran')!r})\n")
    write(coop, line)
    done = scharrel("allocate", "--coop", str(coop), cwd=coop, PYTHONPATH=str(coop))
    assert done.status == 1
    assert f"{LEDGER}:" in done.err
    assert "Traceback" not in done.err
    assert not (coop / "ran").exists()
    assert not (coop / "ledgers" / "allocations").exists()


def test_a_planted_load_cache_is_not_opened(coop: Path, scharrel: Run) -> None:
    for name in (LEDGER, "ledgers/coop.beancount", "ledgers/accounts.beancount"):
        path = coop / name
        (path.parent / f".{path.name}.picklecache").write_bytes(pickle.dumps(Planted(coop / "ran")))
    assert scharrel("allocate", "2026-10", "--coop", str(coop)).status == 0
    assert scharrel("check", "--coop", str(coop)).status == 0
    assert not (coop / "ran").exists()


def test_a_ledger_that_is_a_link_is_not_followed(coop: Path, quick: Run, tmp_path: Path) -> None:
    (coop / LEDGER).rename(tmp_path / "elders.beancount")
    (coop / LEDGER).symlink_to(tmp_path / "elders.beancount")
    done = quick("allocate", "--coop", str(coop))
    assert done.status == 1
    assert "verwijzing naar een andere plek" in done.err


def test_a_folder_of_ledgers_that_is_a_link_is_not_followed(coop: Path, quick: Run, tmp_path: Path) -> None:
    (coop / "ledgers/members").rename(tmp_path / "elders")
    (coop / "ledgers/members").symlink_to(tmp_path / "elders")
    assert quick("allocate", "--coop", str(coop)).status == 1


def test_a_ledger_that_is_a_pipe_does_not_hang(coop: Path, scharrel: Run) -> None:
    (coop / LEDGER).unlink()
    os.mkfifo(coop / LEDGER)
    assert scharrel("allocate", "--coop", str(coop)).status == 1


def test_a_ledger_that_nobody_could_have_written_is_not_read(coop: Path, quick: Run) -> None:
    with open(coop / LEDGER, "ab") as ledger:
        ledger.truncate(60_000_000)
    done = quick("allocate", "--coop", str(coop))
    assert done.status == 1
    assert "10 MB" in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_ledger_that_may_not_be_read_is_told(coop: Path, quick: Run) -> None:
    (coop / LEDGER).chmod(0)
    assert quick("allocate", "--coop", str(coop)).status == 1


def test_nothing_from_a_ledger_steers_the_screen(coop: Path, quick: Run) -> None:
    write(coop, '2026-06-22 * "\x1b[2J[red]rood[/red]" "\x1b]0;titel\x07 \u202eomgekeerd"')
    with open(coop / LEDGER, "a") as ledger:
        ledger.write("  Income:Omzet  -1.00 EUR\n  Assets:Bank\n")
    with open(coop / "ledgers/coop.beancount", "a") as register:
        register.write('\n2026-06-01 custom "member" "amina"\n  name: "\x1b[31mAmina [bold]"\n')
    for command in (["allocate", "2026-06"], ["explain", "amina", "2026-06", "--all"], ["check"]):
        done = quick(*command, "--coop", str(coop))
        for sign in ("\x1b", "\x07", "\u202e"):
            assert sign not in done.out + done.err
    assert "[red]rood[/red]" in quick("explain", "amina", "2026-06", "--all", "--coop", str(coop)).out


@pytest.mark.parametrize("amount", ["1/0", "1 / 0.00", "1./00", "(1)/(2-2)", "1 / -0", "2/1/0"])
def test_dividing_by_zero_ends_the_parser_but_not_the_program(amount: str, coop: Path, scharrel: Run) -> None:
    write(coop, f'2026-06-22 * "a"\n  Income:Omzet  {amount} EUR\n  Assets:Bank')
    done = scharrel("check", "--coop", str(coop))
    assert done.status == 1
    assert "door nul gedeeld" in done.err


def test_dividing_by_another_number_is_allowed(coop: Path, quick: Run) -> None:
    write(coop, '2026/06/02 * "a"\n  Income:Omzet  -100 / 0.5 EUR\n  Assets:Bank')
    assert quick("check", "--coop", str(coop)).status == 0


def test_a_book_takes_no_command_from_a_name(coop: Path, quick: Run) -> None:
    with open(coop / "ledgers/coop.beancount", "a") as register:
        register.write('\n2026-06-01 custom "member" "amina"\n  name: "A\\"\nplugin \\"planted\\""\n')
    assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0
    book = (coop / "ledgers/books/amina.beancount").read_text()
    assert not [line for line in book.splitlines() if line.startswith("plugin")]


def test_a_broken_cache_is_no_harm(coop: Path, quick: Run) -> None:
    expected = quick("allocate", "2026-10", "--coop", str(coop)).out.split("\n\n")[0]
    kept = coop / ".scharrel/groups.jsonl"
    sound = kept.read_bytes()
    middle = len(sound) // 2
    for wrong in (
        b"", b"null", b"\xff" + sound, FORM.encode(), FORM.encode() + b" 0\n[]", sound[:middle],
        sound + b"\n", sound.replace(b"0.00", b"9.00", 1), sound[:middle] + b"]" + sound[middle:],
    ):  # fmt: skip
        kept.write_bytes(wrong)
        assert quick("allocate", "2026-10", "--coop", str(coop)).out.startswith(expected)
        assert kept.read_bytes() == sound


@takes_seconds
def test_garbage_is_refused_quickly(coop: Path, quick: Run) -> None:
    work = work_of()
    (coop / LEDGER).write_text('include "../accounts.beancount"\n' + "x y z\n" * 50_000)
    assert quick("check", "--coop", str(coop)).status == 1
    sale = '2026-06-01 * "a" "b"\n  Income:Nergens{number}  -1.00 EUR\n  Assets:Bank\n'
    many = "".join(sale.format(number=number) for number in range(10_000))
    (coop / LEDGER).write_text('include "../accounts.beancount"\n' + many)
    done = quick("check", "--coop", str(coop))
    assert "Er is zoveel mis" in done.err
    assert work() < 20


def test_an_account_that_looks_like_another_cannot_be_opened(coop: Path, quick: Run) -> None:
    write(coop, "2026-01-01 open Liabilities:Sp\N{CYRILLIC SMALL LETTER A}arpot EUR\n")
    done = quick("check", "--coop", str(coop))
    assert done.status == 1
    assert "letters die op andere lijken" in done.err


def test_no_command_uses_the_network(coop: Path, quick: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a command reached for the network")

    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, refused)
    for name in ("create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refused)
    where = ["--coop", str(coop)]
    statement = coop / "statements/2026-04/member/amina.pdf"
    for command in (
        ["allocate", "2026-05"], ["explain", "amina", "2026-05"], ["check"], ["close", "2026-04"], ["audit"],
        ["statements", "2026-04"], ["verify", str(statement)], ["member", "add", "bram", "Bram"],
        ["rules", "export", "vrije-uitloop", "--out", str(coop / "uit.toml")],
        ["rules", "import", str(coop / "uit.toml"), "--as", "anders"],
    ):  # fmt: skip
        assert quick(*command, *where).status == 0, command
    assert quick("init", str(coop / "nieuw")).status == 0


SALE = '2026-01-01 * "a"\n  Income:Omzet {amount} EUR\n  Assets:Bank\n'
GREEDY = {
    "a sum of a million terms": SALE.format(amount="1+" * 1_000_000 + "1"),
    "brackets in brackets": SALE.format(amount="(" * 1_000_000 + "1" + ")" * 1_000_000),
    "minus upon minus": SALE.format(amount="-" * 1_000_000 + "1"),
    "a number of a million digits": SALE.format(amount="9" * 1_000_000),
    "a text without end": SALE.format(amount="-1").replace('"a"', f'"{"a" * 9_000_000}"'),
    "tags": SALE.format(amount="-1").replace('"a"', '"a"' + " #a" * 1_000_000),
    "lines of nothing": "x\n" * 4_900_000,
    "zeros": "\0" * 9_000_000,
    "a large file": "; \n" * 4_000_000,
}


@pytest.mark.parametrize("kind", GREEDY)
def test_what_would_eat_time_or_memory_is_refused_at_once(kind: str, coop: Path, quick: Run) -> None:
    write(coop, GREEDY[kind])
    work = work_of()
    done = quick("check", "--coop", str(coop))
    assert done.status == 1
    assert done.err.startswith(f"{LEDGER}:")
    assert len(done.err) < 1_000
    assert work() < 5


def of_children() -> int:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int((used.ru_utime + used.ru_stime) * 1e9)


def test_a_month_far_ahead_is_not_walked_to(coop: Path, quick: Run) -> None:
    far = '\n2026-05-20 * "a" "b"\n  earned: 9999-12-30\n  Income:Omzet  -1.00 EUR\n  Assets:Bank\n'
    quick("check", "--coop", str(coop))
    work = work_of()
    quick("check", "--coop", str(coop))
    near = work()
    with (coop / LEDGER).open("a") as ledger:
        ledger.write(far)
    work = work_of()
    assert quick("check", "--coop", str(coop)).status == 0
    assert work() < 4 * near


def test_a_ledger_with_a_mistake_in_every_month_is_not_read_again_for_each(coop: Path, quick: Run) -> None:
    wrong = '20{:02}-{:02}-05 * "a" "b"\n  Income:Nergens  -1.00 EUR\n  Assets:Bank\n'
    years = (coop / "ledgers/coop.beancount").read_text().replace("2026-01-01", "2014-01-01")
    (coop / "ledgers/coop.beancount").write_text(years)
    write(coop, "\n".join(wrong.format(year, month) for year in range(14, 26) for month in range(1, 13)) * 3)
    work = work_of()
    assert quick("check", "--coop", str(coop)).status == 1
    once = work()
    work = work_of()
    assert quick("allocate", "--coop", str(coop)).status == 1
    assert work() < 5 * once


MOST = {
    "accounts": ("2026-01-01 open Assets" + ":A" * 2_400 + " EUR\n") * 1_900,
    "bookings": SALE.format(amount="-1") * 160_000,
    "brackets": SALE.format(amount="(" * 2_400 + "1" + ")" * 2_400) * 1_900,
    "garbage": "x\n" * 490_000,
    "products": SALE.format(amount="9999999999*" * 440 + "9") * 1_900,
}


@takes_seconds
@pytest.mark.parametrize("kind", some(list(MOST), 1))
def test_the_most_that_is_read_fits_in_a_small_machine(kind: str, coop: Path) -> None:
    write(coop, MOST[kind])
    limit = f"ulimit -v 1000000; exec '{sys.executable}' -m scharrel check --coop '{coop}'"
    work = work_of(of_children)
    done = subprocess.run(["bash", "-c", limit], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 100_000
    assert work() < 60
