"""Measure scharrel beside its peers, in one run, each as a whole process.

    python bench/run.py [--members 1000] [--months 12] [--bookings 20] [--runs 3] [--years 10] [--projects 0]

Needs `ledger` and `hledger` on the path (Debian: apt-get install ledger hledger), and for a beancount reader in
Rust `node` and its package (npm install @rustledger/wasm in any folder, named by RUSTLEDGER); what is missing
is left out. Every program gets the same bookings; the peers get them as one file. Prints a Markdown table of
medians, with the ratio of each pair, and how busy the machine was with other things before.
"""

import argparse
import compileall
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
SCHARREL = str(BIN / "scharrel")
TYPER = [sys.executable, "-c", "import typer"]
WRITTEN = ("allocations", "books", "consolidated", "consolidated.beancount")
META = re.compile(r"  (role|project):")
VALIDATING = """
import { readFileSync } from "node:fs";
const [folder, file] = process.argv.slice(-2);
const reader = await import(`${folder}/node_modules/@rustledger/wasm/rustledger_wasm.js`);
reader.initSync({ module: readFileSync(`${folder}/node_modules/@rustledger/wasm/rustledger_wasm_bg.wasm`) });
const { valid, errors } = reader.validateSource(readFileSync(file, "utf8"));
if (!valid) { console.error(errors.slice(0, 3)); process.exit(1); }
"""
"""A beancount reader in Rust, validating one file."""


class Measured(NamedTuple):
    """Medians over the runs: seconds on the clock, and the most memory of one process in MB."""

    seconds: float
    megabytes: float


def once(command: list[str]) -> Measured:
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr
    told = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command}: exit {status}\n{told.decode()[-500:]}")
    return Measured(time.perf_counter() - start, usage.ru_maxrss / 1024)


def side_by_side(runs: int, *commands: tuple[list[str], object]) -> list[Measured]:
    """Each command in turn, `runs` times over; what is callable beside it prepares each run."""
    found: list[list[Measured]] = [[] for _ in commands]
    for _ in range(runs):
        for measured, (command, prepare) in zip(found, commands, strict=True):
            if callable(prepare):
                prepare()
            measured.append(once(command))
    return [Measured(*map(statistics.median, zip(*measured, strict=True))) for measured in found]


def generate(folder: Path, members: int, months: int, bookings: int, projects: int = 0) -> Path:
    sizes = {"members": members, "months": months, "bookings": bookings, "projects": projects}
    options = [text for name, size in sizes.items() for text in (f"--{name}", str(size))]
    subprocess.run([sys.executable, str(HERE / "generate.py"), str(folder), *options], check=True)
    return folder


def as_ledger(source: Path) -> Path:
    """The same bookings as ledger and hledger write them."""
    lines = []
    for line in source.read_text().split("\n"):
        head = re.match(r'(\d{4}-\d\d-\d\d) \* "([^"]*)" "([^"]*)"', line)
        if head:
            lines.append(f"{head[1]} * {head[2]} | {head[3]}")
        elif " open " not in line and not line.startswith("option") and not META.match(line):
            lines.append(line)
    target = source.with_suffix(".ledger")
    target.write_text("\n".join(lines))
    return target


def forget(coop: Path) -> None:
    """Back to a first run: nothing written, nothing kept. What was written is put aside and not deleted: a
    file system that has just lost so many files takes longer to make new ones, which no first run meets."""
    aside = Path(tempfile.mkdtemp(prefix="aside-", dir=coop.parent))
    for name in (".scharrel", *(f"ledgers/{name}" for name in WRITTEN)):
        if (coop / name).exists():
            (coop / name).rename(aside / Path(name).name)


def one_more(coop: Path) -> None:
    """One booking more in one ledger."""
    ledgers = sorted((coop / "ledgers/members").iterdir())
    with open(ledgers[len(ledgers) // 2], "a") as ledger:
        ledger.write(f'\n2026-10-28 * "Extra" "boeking {random.random()}"\n')
        ledger.write("  Income:Omzet  -10.00 EUR\n  Assets:Bank\n")


IBAN = "NL02ABNA0123456789"
KNAB = (
    "KNAB EXPORT;;;;;;;;;;;;;;;\n"
    "Rekeningnummer;Transactiedatum;Valutacode;CreditDebet;Bedrag;Tegenrekeningnummer;"
    "Tegenrekeninghouder;Valutadatum;Betaalwijze;Omschrijving;Type betaling;Machtigingsnummer;"
    "Incassant ID;Adres;Referentie;Boekdatum;\n"
)
RULE = """
[[rule]]
id = "{member}"
sign = "in"
text = "{member}"
for = "{member}"
account = "Income:Omzet"
"""


def with_bank(coop: Path, days: int) -> list[Path]:
    """Give the cooperative an account at a bank and rules for every tenth member; for each of so many days of
    October a file of the bank with a line for each of these."""
    members = sorted(path.stem for path in (coop / "ledgers/members").iterdir())[::10]
    with open(coop / "ledgers/accounts.beancount", "a") as chart:
        chart.write("2010-01-01 open Assets:Rekening EUR\n")
        chart.write('2010-01-01 open Assets:UitTeZoeken EUR\n  role: "suspense"\n')
    with open(coop / "ledgers/coop.beancount", "a") as register:
        register.write(f'\n2026-10-01 custom "bank" "rekening"\n  iban: "{IBAN}"\n')
        register.write('  account: "Assets:Rekening"\n  opening: 0.00 EUR\n')
    (coop / "rules/bank.toml").write_text("".join(RULE.format(member=member) for member in members))
    files = []
    for day in range(1, days + 1):
        rows = [
            f'"{IBAN}";"{day:02}-10-2026";"EUR";"C";"12,50";"NL91ABNA0417164300";"Buurthuis";'
            f'"{day:02}-10-2026";"Overig";"{member}";"";"";"";"";"{day}-{member}";"{day:02}-10-2026";\n'
            for member in members
        ]
        files.append(coop / f"knab-{day}.csv")
        files[-1].write_text(KNAB + "".join(rows))
    return files


def row(what: str, mine: float, peer: str, other: float, unit: str, goal: str) -> None:
    print(
        f"| {what} | {mine:.2f} {unit} | {peer} | {other:.2f} {unit} | {mine / other:.2f} | {goal} |",
        flush=True,
    )


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in (
        ("members", 1000),
        ("months", 12),
        ("bookings", 20),
        ("runs", 3),
        ("years", 10),
        ("projects", 0),
    ):
        arguments.add_argument(f"--{name}", type=int, default=default)
    asked = arguments.parse_args()
    # As it is installed: an environment may keep Python from doing that on the way.
    compileall.compile_dir(HERE.parent / "scharrel", quiet=1)
    count = asked.members * asked.months * asked.bookings
    print(
        f"{asked.members} members × {asked.months} months × {asked.bookings} bookings = {count} bookings, ",
        end=f"{asked.projects} projects of 20 members, " if asked.projects else "",
    )
    print(f"{len(os.sched_getaffinity(0))} processors, median of {asked.runs} runs in turn, ", end="")
    print(f"load {os.getloadavg()[0]:.1f} before\n")
    print("| what | scharrel | beside | it takes | ratio | goal |\n|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        coop = generate(Path(name) / "coop", asked.members, asked.months, asked.bookings, asked.projects)
        allocate = [SCHARREL, "allocate", "--coop", str(coop)]
        single = coop / "all.beancount"
        kept = single.with_name(".all.beancount.picklecache")
        cold, check = side_by_side(
            asked.runs,
            (allocate, lambda: forget(coop)),
            ([str(BIN / "bean-check"), str(single)], lambda: kept.unlink(missing_ok=True)),
        )
        row("first `allocate`", cold.seconds, "`bean-check`", check.seconds, "s", "≤ 0.12")
        row("its largest process", cold.megabytes, "`bean-check`", check.megabytes, "MB", "≤ 0.06")
        if (folder := os.environ.get("RUSTLEDGER")) and shutil.which("node"):
            node = [
                "node",
                "--input-type=module",
                "-e",
                VALIDATING,
                "--",
                os.path.abspath(folder),
                str(single),
            ]
            (rust,) = side_by_side(asked.runs, (node, None))
            row("a reader in Rust", rust.seconds, "`bean-check`", check.seconds, "s", "")
        journal = ["-f", str(as_ledger(single)), "balance"]
        if shutil.which("ledger"):
            checking = [SCHARREL, "check", "--coop", str(coop)]
            once(checking)
            warm, checked, ledger = side_by_side(
                asked.runs,
                (allocate, lambda: one_more(coop)),
                (checking, lambda: one_more(coop)),
                (["ledger", *journal], None),
            )
            beside = "`ledger balance`", ledger.seconds, "s"
            row("`allocate` after one booking", warm.seconds, *beside, "≤ 0.08")
            row("`check` after one booking", checked.seconds, *beside, "≤ 0.10")
            files = iter(with_bank(coop, asked.runs))
            once(allocate)
            imported = [SCHARREL, "bank", "import", "--coop", str(coop)]
            after, ledger = side_by_side(
                asked.runs,
                (allocate, lambda: once([*imported, str(next(files))])),
                (["ledger", *journal], None),
            )
            what = "`allocate` after a bank file for each tenth member"
            row(what, after.seconds, "`ledger balance`", ledger.seconds, "s", "")
        if shutil.which("hledger"):
            (hledger,) = side_by_side(1, (["hledger", *journal], None))
            row("first `allocate`", cold.seconds, "`hledger balance`", hledger.seconds, "s", "≤ 0.35")
        explain = [SCHARREL, "explain", "lid-0000", "2026-09", "--coop", str(coop)]
        explained, typer = side_by_side(5 * asked.runs, (explain, None), (TYPER, None))
        row(
            "`explain`, one member",
            explained.seconds,
            '`python -c "import typer"`',
            typer.seconds,
            "s",
            "≤ 1.5",
        )
    with tempfile.TemporaryDirectory() as name:
        members = max(asked.members // 10, 1)
        short = generate(Path(name) / "short", members, 12, asked.bookings)
        long = generate(Path(name) / "long", members, 12 * asked.years, asked.bookings)
        commands = [[SCHARREL, "allocate", "--coop", str(coop)] for coop in (long, short)]
        for command in commands:
            once(command)
        ten, one = side_by_side(
            asked.runs, (commands[0], lambda: one_more(long)), (commands[1], lambda: one_more(short))
        )
        what = f"after one booking, {members} members, {asked.years} years"
        row(what, ten.seconds, "the same, 1 year", one.seconds, "s", "≤ 1.15")
        ten, one = side_by_side(
            asked.runs, (commands[0], lambda: forget(long)), (commands[1], lambda: forget(short))
        )
        what = f"first `allocate`, {members} members, {asked.years} years"
        row(what, ten.seconds, "the same, 1 year", one.seconds, "s", "")
    version, typer = side_by_side(5 * asked.runs, ([SCHARREL, "--version"], None), (TYPER, None))
    row("`scharrel --version`", version.seconds, '`python -c "import typer"`', typer.seconds, "s", "≤ 1.5")


if __name__ == "__main__":
    main()
