"""What the program writes says whether it is as it was written: whatever else stands in it is named, and
neither written over nor removed. No write goes through a link."""

import hashlib
import json
import os
import random
import re
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from conftest import Once, Run, in_process, small
from filelock import FileLock
from test_commands import files
from test_projects import team

from scharrel.store.durable import WriteError, write_text
from scharrel.store.kept import FORM
from scharrel.store.stamps import renewed, stamped

__all__ = ["team"]

LEDGER = "ledgers/members/amina.beancount"
REGISTER = "ledgers/coop.beancount"
MARCH = "ledgers/allocations/amina/2026-03.beancount"
APRIL = "ledgers/allocations/amina/2026-04.beancount"
BOOK = "ledgers/books/amina.beancount"
PART = "ledgers/consolidated/amina.beancount"
WHOLE = "ledgers/consolidated.beancount"
WRITTEN = (MARCH, BOOK, PART, WHOLE)
BOOKING = '\n2026-03-28 * "klant" "erbij gezet"\n  Income:Omzet  -75.00 EUR\n  Assets:Bank  75.00 EUR\n'
SALE = '\n2026-06-22 * "markt" "verkoop"\n  vat: "exempt"\n  Income:Omzet  -100.00 EUR\n  Assets:Bank\n'


def append(path: Path, text: str) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


def rewrite(path: Path, change: Callable[[str], str]) -> None:
    path.write_bytes(change(path.read_bytes().decode()).encode())


def allocate_small(folder: Path) -> None:
    assert in_process("allocate", "2026-06", "--coop", str(small(folder))).status == 0


@pytest.fixture
def allocated(tmp_path: Path, once: Once) -> Path:
    return once(allocate_small, tmp_path / "coop")


ADDED: dict[str, Callable[[str], str]] = {
    "erbij gezet": lambda text: text + BOOKING,
    "; let op": lambda text: text.replace("\n\n", "\n\n; let op\n\n", 1),
    'include "../../elders.beancount"': lambda text: text + 'include "../../elders.beancount"\n',
    'note Assets:Bank "bellen"': lambda text: text + '2026-03-03 note Assets:Bank "bellen"\n',
}


@pytest.mark.parametrize("file", WRITTEN)
@pytest.mark.parametrize("added", ADDED)
@pytest.mark.parametrize("known", [True, False])
def test_what_was_added_stops_all_and_is_named(
    file: str, added: str, known: bool, allocated: Path, quick: Run
) -> None:
    rewrite(allocated / file, ADDED[added])
    if not known:
        shutil.rmtree(allocated / ".scharrel")
    lines = (allocated / file).read_text().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if added in text)
    before = files(allocated)
    for command in (
        ["check"],
        ["allocate", "2026-06"],
        ["allocate", "2026-02"],
        ["allocate", "2026-06", "--member", "amina"],
        ["statements", "2026-06", "--format", "txt"],
        ["close", "2026-06"],
    ):
        done = quick(*command, "--coop", str(allocated))
        assert done.status == 1, command
        assert re.search(rf"^{re.escape(file)}:{line}: .*{re.escape(added)}", done.err, re.MULTILINE), (
            done.err
        )
        assert "ledgers/members/" in done.err
        assert files(allocated) == before


def test_what_was_typed_between_the_lines_is_found(allocated: Path, quick: Run) -> None:
    before = (allocated / MARCH).read_text()
    for old, new, line in (
        ('    step: "pot"', '    step: "pot"\n  Assets:Kas  5.00 EUR', None),
        ('"Verdeling 2026-03"', '"klant" "Verdeling 2026-03"', None),
        ("  pack: ", '  notitie: "x"\n  pack: ', None),
        ('step: "pot"', 'step: "potje"', 1),
    ):
        assert old in before
        (allocated / MARCH).write_text(before.replace(old, new, 1))
        wanted = line or 1 + before[: before.index(old)].count("\n") + (old[:5] == "    s")
        done = quick("check", "--coop", str(allocated))
        assert (done.status, f"{MARCH}:{wanted}: " in done.err) == (1, True), done.err


def test_an_amount_that_was_changed_is_found_where_it_stands(allocated: Path, quick: Run) -> None:
    place = allocated / APRIL
    status = place.stat()
    rewrite(place, lambda text: text.replace(".24 EUR", ".25 EUR", 1))
    os.utime(place, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert place.stat().st_size == status.st_size
    for command in ("check", "allocate"):
        done = quick(command, *(["2026-06"] if command == "allocate" else []), "--coop", str(allocated))
        assert done.status == 1
        assert f"{APRIL}:4: " in done.err
        assert "Gooi het bestand daarna weg" in done.err  # nobody is to book a division by hand


def test_all_that_was_added_is_told_at_once(allocated: Path, quick: Run) -> None:
    append(allocated / BOOK, BOOKING + BOOKING.replace("erbij gezet", "nog een"))
    append(allocated / MARCH, BOOKING)
    told = quick("check", "--json", "--coop", str(allocated)).out
    assert [problem["file"] for problem in json.loads(told)["problems"]] == [MARCH, BOOK, BOOK]


def test_it_is_named_also_where_nothing_would_be_written(allocated: Path, quick: Run) -> None:
    append(allocated / LEDGER, SALE.replace("06-22", "08-22"))
    assert quick("allocate", "2026-08", "--coop", str(allocated)).status == 0
    august = allocated / "ledgers/allocations/amina/2026-08.beancount"
    append(august, BOOKING)
    rewrite(allocated / LEDGER, lambda text: text.replace(SALE.replace("06-22", "08-22"), ""))
    before = august.read_text()
    for through in ("2026-06", "2026-08"):  # a later month, and one that is no longer due
        assert "2026-08.beancount:" in quick("allocate", through, "--coop", str(allocated)).err
        assert august.read_text() == before


def test_of_who_is_in_the_register_no_more_nothing_is_lost(allocated: Path, quick: Run) -> None:
    added = quick("member", "add", "bram", "Bram", "--from", "2026-01", "--coop", str(allocated))
    assert added.status == 0
    append(allocated / "ledgers/members/bram.beancount", SALE)
    assert quick("allocate", "2026-06", "--coop", str(allocated)).status == 0
    rewrite(allocated / REGISTER, lambda text: text[: text.index('\n2026-01-01 custom "member" "bram"')])
    (allocated / "ledgers/members/bram.beancount").unlink()
    own = allocated / "ledgers/consolidated/eigen.beancount"
    own.write_text("; van mij\n")
    for place in ("consolidated/bram", "books/bram", "allocations/bram/2026-06"):
        file = allocated / f"ledgers/{place}.beancount"
        before = file.read_text()
        append(file, BOOKING)
        for command in (["check"], ["allocate", "2026-06"]):
            done = quick(*command, "--coop", str(allocated))
            assert (done.status, f"ledgers/{place}.beancount:" in done.err) == (1, True)
        assert "erbij gezet" in file.read_text()
        file.write_text(before)
    assert quick("allocate", "2026-06", "--coop", str(allocated)).status == 0
    assert not (allocated / "ledgers/consolidated/bram.beancount").exists()
    assert own.read_text() == "; van mij\n"


HARMLESS: dict[str, Callable[[str], str]] = {
    "line ends of Windows": lambda text: text.replace("\n", "\r\n"),
    "a mark in front": lambda text: "\ufeff" + text,
    "no line end": lambda text: text.rstrip("\n"),
    "more line ends": lambda text: text.replace("\n\n", "\n\n\n") + "\n\n",
    "blanks": lambda text: text.replace(" EUR", "   EUR").replace("\n", " \n"),
    "nothing at all": lambda _: "",
}


@pytest.mark.parametrize("change", HARMLESS)
def test_what_says_the_same_is_no_alarm(change: str, allocated: Path, quick: Run) -> None:
    before = files(allocated)
    for file in WRITTEN:
        rewrite(allocated / file, HARMLESS[change])
    for command in (["check"], ["allocate", "2026-06"]):
        done = quick(*command, "--coop", str(allocated))
        assert (done.status, done.err) == (0, "")
    if change != "line ends of Windows":
        assert files(allocated) == before


def test_an_unfinished_merge_is_one_error(allocated: Path, quick: Run) -> None:
    for file in WRITTEN:
        before = (allocated / file).read_text()
        lines = before.split("\n")
        both = [*lines[:3], "<<<<<<< HEAD", *lines[3:], "=======", *lines[3:], ">>>>>>> ander"]
        (allocated / file).write_text("\n".join(both))
        done = quick("check", "--json", "--coop", str(allocated))
        found = [(p["file"], p["line"], p["code"]) for p in json.loads(done.out)["problems"]]
        assert found == [(file, 4, "written-merge")]
        (allocated / file).write_text(before)


# -- files of an earlier version


def as_before(coop: Path) -> None:
    """Let what is written be as it was when it carried no digest."""
    for file in (coop / "ledgers").rglob("*.beancount"):
        if (
            file.parent.name not in ("ledgers", "members", "projects")
            or file.name == "consolidated.beancount"
        ):
            text = re.sub(
                r"; sha256:.*\n|; decimals:.*\n|.*(display_precision|default-file).*\n", "", file.read_text()
            )
            file.write_text(text)
    shutil.rmtree(coop / ".scharrel")


def priced(coop: Path) -> None:
    append(coop / "ledgers/accounts.beancount", '\n2020-01-01 open Assets:Zegels ZEGEL "FIFO"\n')
    append(
        coop / LEDGER,
        '\n2026-03-02 * "zegels"\n  Assets:Zegels  10 ZEGEL {2.00 EUR}\n  Assets:Bank  -20.00 EUR\n',
    )


def test_files_without_a_digest_are_taken_over_in_silence(coop: Path, quick: Run) -> None:
    priced(coop)
    quick("allocate", "2026-06", "--coop", str(coop))
    now = files(coop)
    as_before(coop)
    assert "sha256:" not in (coop / BOOK).read_text()
    for command in (["check"], ["statements", "2026-06", "--format", "txt"], ["allocate", "2026-06"]):
        done = quick(*command, "--coop", str(coop))
        assert (done.status, done.err) == (0, ""), done.err
    assert "Niets veranderd" in done.out
    shutil.rmtree(coop / "statements")
    assert files(coop) == now
    append(coop / LEDGER, SALE)  # also when the ledger says something else by then
    as_before(coop)
    assert quick("allocate", "2026-06", "--coop", str(coop)).err == ""


@pytest.mark.parametrize("file", WRITTEN)
def test_what_was_added_to_one_without_a_digest_is_named(file: str, coop: Path, quick: Run) -> None:
    priced(coop)
    quick("allocate", "2026-06", "--coop", str(coop))
    as_before(coop)
    append(coop / file, BOOKING)
    before = files(coop)
    done = quick("allocate", "2026-06", "--coop", str(coop))
    line = (coop / file).read_text().split("\n").index(BOOKING.split("\n")[1]) + 1
    assert (done.status, f"{file}:{line}: " in done.err) == (1, True)
    assert files(coop) == before


def test_a_closed_month_is_never_written_again(coop: Path, quick: Run) -> None:
    quick("allocate", "2026-06", "--coop", str(coop))
    as_before(coop)
    sealed = {path: path.read_bytes() for path in (coop / "ledgers/allocations").rglob("*.beancount")}
    assert quick("close", "2026-04", "--coop", str(coop)).status == 0
    for command in (["check"], ["audit"], ["allocate", "2026-06"], ["check"], ["audit"]):
        done = quick(*command, "--coop", str(coop))
        assert (done.status, done.err) == (0, ""), command
    for path, data in sealed.items():
        assert (path.read_bytes() == data) == (path.stem <= "2026-04")
    append(coop / MARCH, BOOKING)
    for command in (["check"], ["allocate", "2026-06"]):
        assert f"{MARCH}:" in quick(*command, "--coop", str(coop)).err


def test_a_closed_month_is_put_back_and_not_thrown_away(allocated: Path, quick: Run) -> None:
    assert quick("close", "2026-04", "--coop", str(allocated)).status == 0
    before = (allocated / MARCH).read_text()
    for spoilt in (before.replace('step: "pot"', 'step: "potje"'), f"<<<<<<< HEAD\n{before}"):
        (allocated / MARCH).write_text(spoilt)
        done = quick("check", "--json", "--coop", str(allocated))
        assert [(p["file"], p["code"]) for p in json.loads(done.out)["problems"]] == [
            (MARCH, "written-closed")
        ]


def test_what_came_while_the_run_was_busy_is_not_written_over(tmp_path: Path) -> None:
    place = tmp_path / "boek.beancount"
    place.write_text(stamped("\nwas\n") + BOOKING)
    with pytest.raises(WriteError):
        renewed(place, stamped("\nwordt\n"))
    assert "erbij gezet" in place.read_text()


# -- what Fava and queries make of the books


def test_new_entries_go_to_the_ledger_of_who_the_book_is(team: Path, quick: Run) -> None:
    assert quick("allocate", "2026-01", "--coop", str(team)).status == 0
    for name, ledger in (("amina", "members/amina"), ("catering", "projects/catering")):
        book = team / f"ledgers/books/{name}.beancount"
        (said,) = re.findall(r'custom "fava-option" "default-file" "(.*)"', book.read_text())
        assert (book.parent / said).resolve() == (team / f"ledgers/{ledger}.beancount").resolve()


@pytest.mark.parametrize("finest", ["4.5", "0.25", "0.333333"])
def test_hours_show_all_their_decimals(finest: str, team: Path, quick: Run) -> None:
    for day in range(1, 12):
        append(
            team / "ledgers/members/amina.beancount",
            f'\n2026-01-{day:02} * "uren"\n  Assets:Uren  3 UUR\n  Equity:Uren\n',
        )
    append(
        team / "ledgers/members/bram.beancount",
        f'\n2026-01-12 * "uren"\n  Assets:Uren  {finest} UUR\n  Equity:Uren\n',
    )
    for only in ([], ["--member", "amina"]):
        done = quick("allocate", "2026-01", *only, "--coop", str(team))
        assert done.status == 0, done.err
        for file in ("books/bram", "consolidated"):
            _, wrong, options = loader.load_file(str(team / f"ledgers/{file}.beancount"))
            assert wrong == []
            for number in (finest, "463.50", "4.25"):
                assert options["dcontext"].quantize(Decimal(number), "UUR") == Decimal(number)


# -- links

PLACES = (
    ".scharrel", ".scharrel/holder", ".scharrel/lock", ".scharrel/groups.jsonl", "ledgers/books", BOOK,
    "ledgers/allocations", "ledgers/allocations/amina", MARCH, "ledgers/consolidated", PART, WHOLE,
    "statements", "statements/2026-06", "statements/2026-06/member",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_nothing_goes_through_a_link(place: str, coop: Path, tmp_path: Path, quick: Run) -> None:
    outside = tmp_path / "elders"
    quick("allocate", "2026-06", "--coop", str(coop))
    quick("statements", "2026-06", "--format", "txt", "--coop", str(coop))
    (coop / ".scharrel/holder").write_text("weg")
    (coop / place).rename(outside)
    (coop / place).symlink_to(outside)
    append(coop / LEDGER, SALE)
    there = [outside, *outside.rglob("*")] if outside.is_dir() else [outside]
    before = {path: path.read_bytes() for path in there if path.is_file()}
    for command in (
        ["check"],
        ["allocate", "2026-06"],
        ["statements", "2026-05", "--format", "txt"],
        ["statements", "2026-06", "--format", "txt"],
        ["close", "2026-02"],
    ):
        done = quick(*command, "--coop", str(coop))
        if command[0] == "statements" and place.startswith(".scharrel/"):
            continue
        assert (done.status, place in done.err) == (1, True), (command, done.err)
    assert {path: path.read_bytes() for path in there if path.is_file()} == before
    assert [outside, *outside.rglob("*")] == there or not outside.is_dir()


@pytest.mark.parametrize(
    ("place", "command"),
    [
        ("rules", ["rules", "export", "vrije-uitloop", "--out", "{coop}/rules/x/uit.toml"]),
        ("rules/x", ["rules", "export", "vrije-uitloop", "--out", "{coop}/rules/x/uit.toml"]),
        ("uit", ["rules", "show", "vrije-uitloop", "--out", "{coop}/uit/regels.html", "--format", "html"]),
        ("uit", ["rules", "plot", "vrije-uitloop", "--out", "{coop}/uit/regels.svg"]),
        ("uit/member", ["statements", "2026-06", "--format", "txt", "--out", "{coop}/uit"]),
        ("ledgers/members", ["member", "add", "bram", "Bram", "--from", "2026-01"]),
    ],
)
def test_no_command_writes_through_a_link(
    place: str, command: list[str], allocated: Path, tmp_path: Path, quick: Run
) -> None:
    outside = tmp_path / "elders"
    outside.mkdir()
    if (allocated / place).exists():
        shutil.copytree(allocated / place, outside, dirs_exist_ok=True)
        (outside / "x").mkdir()
        shutil.rmtree(allocated / place)
    (allocated / place).parent.mkdir(exist_ok=True)
    (allocated / place).symlink_to(outside)
    before = sorted(outside.rglob("*"))
    done = quick(*(part.format(coop=allocated) for part in command), "--coop", str(allocated))
    assert done.status in (1, 2), done.out
    assert sorted(outside.rglob("*")) == before


def test_a_folder_elsewhere_for_the_statements_has_no_links_in_it(
    allocated: Path, tmp_path: Path, quick: Run
) -> None:
    (tmp_path / "uit").mkdir()
    (tmp_path / "elders").mkdir()
    (tmp_path / "uit/member").symlink_to(tmp_path / "elders")
    command = ["statements", "2026-06", "--format", "txt", "--coop", str(allocated), "--out"]
    done = quick(*command, str(tmp_path / "uit"))
    assert (done.status, "uit/member" in done.err) == (1, True)
    assert list((tmp_path / "elders").iterdir()) == []
    (tmp_path / "naar-uit").symlink_to(tmp_path / "elders")  # a place that the user names is the user's
    assert quick(*command, str(tmp_path / "naar-uit")).status == 0


def test_a_link_to_the_cooperative_itself_is_fine(coop: Path, tmp_path: Path, quick: Run) -> None:
    (tmp_path / "thuis").symlink_to(coop)
    for command in (["allocate", "2026-06"], ["check"], ["statements", "2026-06", "--format", "txt"]):
        done = quick(*command, "--coop", str(tmp_path / "thuis"))
        assert (done.status, done.err) == (0, ""), done.err


def test_init_writes_through_no_link(tmp_path: Path, quick: Run) -> None:
    (tmp_path / "elders").mkdir()
    (tmp_path / "nieuw").mkdir()
    (tmp_path / "nieuw/ledgers").symlink_to(tmp_path / "elders")
    assert quick("init", str(tmp_path / "nieuw")).status == 2
    assert list((tmp_path / "elders").iterdir()) == []


def test_the_holder_is_not_written_into_another_file_of_the_same_name(coop: Path, quick: Run) -> None:
    (coop / ".scharrel").mkdir()
    (coop / "elders").write_text("zoals het was")
    os.link(coop / "elders", coop / ".scharrel/holder")
    assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0
    assert (coop / "elders").read_text() == "zoals het was"


# -- what a run that was killed left behind


def test_statements_clear_what_was_left_and_nothing_else(allocated: Path, tmp_path: Path, quick: Run) -> None:
    command = ["statements", "2026-06", "--format", "txt", "--coop", str(allocated)]
    out = tmp_path / "uit"
    for folder, lock in (
        (allocated / "statements/.abcd_123.new/member", False),
        (allocated / "statements/.eigen.new", False),
        (tmp_path / ".projects.new/werk", False),
        (tmp_path / ".abcd_123.new/member", True),
    ):
        folder.mkdir(parents=True)
        (folder / "half.txt").write_text("half")
        if lock:
            (folder.parent / "scharrel.lock").touch()
    busy = allocated / "statements/.abcd_456.new"
    busy.mkdir()
    with FileLock(busy / "scharrel.lock"):
        for more in ([], ["--out", str(out)]):
            assert quick(*command, *more).status == 0
        assert busy.is_dir()
    assert sorted(p.name for p in (allocated / "statements").iterdir()) == [
        ".abcd_456.new",
        ".eigen.new",
        "2026-06",
    ]
    assert not (tmp_path / ".abcd_123.new").exists()
    assert (tmp_path / ".projects.new/werk/half.txt").exists()


def test_an_init_that_was_stopped_anywhere_is_taken_up(
    tmp_path: Path, quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick("init", str(tmp_path / "heel"))
    whole = files(tmp_path / "heel")
    assert quick("init", str(tmp_path / "heel")).status == 2
    for after in range(0, len(whole), 3):
        folder, left = tmp_path / f"half{after}", after

        def until(path: Path, text: str) -> None:
            nonlocal left
            if not left:
                (path.parent / ".abcd_123.new").write_text("half") if path.parent.exists() else None
                raise KeyboardInterrupt
            left -= 1
            write_text(path, text)

        with monkeypatch.context() as patched:
            patched.setattr("scharrel.cli.init.write_text", until)
            assert quick("init", str(folder)).status != 0
        assert quick("check", "--coop", str(folder)).status == 2  # none yet
        done = quick("init", str(folder))
        assert done.status == 0, done.err
        assert files(folder) == whole


def test_an_init_takes_up_nothing_of_somebody_elses(tmp_path: Path, quick: Run) -> None:
    quick("init", str(tmp_path / "heel"))
    (tmp_path / "heel" / REGISTER).unlink()
    for file in ("ledgers/members/vera.beancount", "notities.txt"):
        half = Path(shutil.copytree(tmp_path / "heel", tmp_path / f"half-{Path(file).stem}"))
        append(half / file, "\n; van mij\n")
        assert quick("init", str(half)).status == 2
        assert "van mij" in (half / file).read_text()


def test_what_was_half_written_anywhere_goes(allocated: Path, quick: Run) -> None:
    left = [
        allocated / place / ".abcd_123.new"
        for place in ("ledgers", "ledgers/members", "ledgers/books", "ledgers/consolidated", "rules")
    ]
    left += [
        allocated / place / ".abcd_123.new" for place in ("ledgers/allocations", "ledgers/allocations/amina")
    ]
    kept = allocated / "ledgers/consolidated/.gitkeep"
    for place in (*left, kept):
        place.write_text("half")
    assert quick("allocate", "2026-06", "--coop", str(allocated)).status == 0
    assert not any(place.exists() for place in left)
    assert kept.exists()


# -- the cache

ANYTHING = (
    None, True, 0, -1, 3.5, 10**30, "", "x", "amina", "2026-01", "2026-13", "NaN", "1e9999", "-5.00",
    "\ud800", "../..", [], {}, [[]], ["a", "b"], {"a": 1}, {"amina": {"amina": {"2026-01": "1.00"}}},
    [["a", 1, "x"]],
)  # fmt: skip


def places(value: object, found: list[tuple[object, object]]) -> list[tuple[object, object]]:
    """Every place in the value: what it is in, and where."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):  # type: ignore[arg-type]
        found.append((value, key))
        if isinstance(part, dict | list):
            places(part, found)
    return found


def keep(kept: Path, entries: list[object]) -> None:
    lines = [json.dumps(entry) for entry in entries]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    kept.write_text("\n".join([f"{FORM} {digest}", *lines]))


@pytest.mark.parametrize("seed", range(4))
def test_a_cache_of_any_shape_is_no_harm(seed: int, team: Path, quick: Run) -> None:
    append(
        team / "ledgers/members/amina.beancount",
        '\n2026-01-12 custom "quote" "2026-001" "Klant" 100.00 EUR\n'
        + 2 * '\n2026-01-20 * "markt" "verkoop"\n  Income:Omzet  -30.00 EUR\n  Assets:Bank\n',
    )
    command = ["allocate", "2026-02", "--coop", str(team)]
    assert quick(*command).status == 0
    assert quick("close", "2026-01", "--coop", str(team)).status == 0
    append(team / "ledgers/projects/catering.beancount", SALE.replace("06-22", "01-25"))
    assert quick(*command).status == 0
    want = files(team)
    kept = team / ".scharrel/groups.jsonl"
    entries = [json.loads(line) for line in kept.read_text().split("\n")[1:]]
    chosen = random.Random(seed)
    append(team / "ledgers/members/bram.beancount", "; anders\n")
    for _ in range(25):
        spoilt = json.loads(json.dumps(entries))
        where, key = chosen.choice(places(spoilt, []))
        where[key] = chosen.choice(ANYTHING)  # type: ignore[index]
        keep(kept, spoilt)
        done = quick(*command)
        assert done.status == 0, (key, where, done.err)
    kept.unlink()
    quick(*command)
    assert {**files(team), "ledgers/members/bram.beancount": b""} == {
        **want,
        "ledgers/members/bram.beancount": b"",
    }


def test_a_folder_in_the_place_of_a_file_is_named(allocated: Path, quick: Run) -> None:
    (allocated / MARCH).unlink()
    (allocated / MARCH).mkdir()
    assert quick("check", "--coop", str(allocated)).status == 0
    done = quick("allocate", "2026-06", "--coop", str(allocated))
    assert (done.status, MARCH in done.err) == (1, True)
