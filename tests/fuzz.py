"""Files that nobody would write, given to everything that reads one.

    python tests/fuzz.py [--runs 100000]       with atheris (pip install atheris), guided by coverage
    pytest tests/test_fuzz.py                   a few thousand, in every run of the tests

Whatever the bytes, a file is read or refused: nothing else may be raised.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

CONTRACT = Path(__file__).parent / "contract" / "vrije-uitloop"

WORDS = [
    b'2026-01-05 * "a" "b"\n',
    b"  Income:Omzet  -10.00 EUR\n",
    b"  Assets:Bank\n",
    b'include "../accounts.beancount"\n',
    b'plugin "x"\n',
    b'option "title" "x"\n',
    b"pushtag #a\n",
    b"pushmeta a: 1\n",
    b"  earned: 2026-01-01\n",
    b'2026-01-01 custom "member" "amina"\n',
    b'  rules: "vrije-uitloop"\n',
    b"2026-01-01 open Assets:X EUR\n",
    b"2026-01-01 balance Assets:Bank 1 EUR\n",
    b"2026-01-01 close Assets:Bank\n",
    b"{1.00 EUR}",
    b"@ 2 EUR",
    b"((((1))))",
    b" / 0",
    b"1./(0)",
    b" * 9",
    b"[[step]]\n",
    b"[step.cap]\n",
    b"[[accept]]\n",
    b"[[case]]\n",
    b"[[case.month]]\n",
    b'month = "2026-01"\n',
    b"[param.x]\n",
    b'rate = "10%"\n',
    b"values = [ { from = 2026-01-01, value = 1.00 } ]\n",
    b'of = "after.costs"\n',
    b"cap = { month = 1.00 }\n",
    b"9" * 400,
    b"1e999999",
    b"nan",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\r\n",
    b'"',
    b"'",
    b";",
    b"#",
    b"^",
    b"{}",
    b"[1]",
    b"null",
]


CASES = b"""
[[case]]
title = "Een maand"
source = "s"
balances = { "Liabilities:Spaarpot" = 10.00 }

[[case.month]]
month = "2026-03"
booked = { turnover = 100.00, "Liabilities:Spaarpot" = -5.00 }
paid = { tax = 20.00 }
why = { pot = [] }
party = { coop = 10.00 }
keep = 70.00
"""


def readers() -> dict[str, tuple[bytes, Callable[[bytes], None]]]:
    """Each kind of file: one that is sound, and what reads it."""
    from scharrel.analysis.cases import case_differences
    from scharrel.core.month import Month
    from scharrel.ledger.chart import read_chart
    from scharrel.operations.cache import Cache
    from scharrel.operations.divide import divide_group
    from scharrel.operations.opening import open_books
    from scharrel.packs.cases import read_cases
    from scharrel.packs.local_figures import OWN_KINDS, UnusualError, filled_in, to_fill_in
    from scharrel.packs.transfer import Export, export_text, read_export, read_exported_pack
    from scharrel.statements.reading import NoStatementError, read_back
    from scharrel.store.digests import digest_of_texts
    from scharrel.store.kept import FORM
    from scharrel.store.paths import Coop
    from scharrel.store.text import read_text

    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    coop = Coop(folder)
    sound = {path.relative_to(CONTRACT): path.read_bytes() for path in CONTRACT.rglob("*") if path.is_file()}
    entry = ["amina", "k", [["d", "s", ["2026-01"], "", [[], []]]], "f", [], [], [], {}]
    line = json.dumps(entry)
    cached = f"{FORM} {digest_of_texts([line])}\n{line}".encode()

    def reading(name: str) -> Callable[[bytes], None]:
        def read(content: bytes) -> None:
            for place, whole in sound.items():
                path = folder / place
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content if place.as_posix() == name else whole)
            books = open_books(coop)
            for group in books.groups():
                divide_group(books, group, Month(2026, 6), date(2026, 7, 1))

        return read

    def export(content: bytes) -> None:
        (folder / "sent.toml").write_bytes(content)
        found, _ = read_export(read_text(coop, folder / "sent.toml"), "export")
        if found:
            read_exported_pack(found, "export", read_chart(coop)[0])

    def exported_pack(content: bytes) -> None:
        with suppress(UnicodeDecodeError):
            pack = Export("x", "0", date(2026, 1, 1), read_chart(coop)[0].accounts, content.decode())
            table, problems = read_exported_pack(pack, "export", read_chart(coop)[0])
            if not problems:
                with suppress(UnusualError):
                    filled_in(to_fill_in(pack.pack, dict.fromkeys(("figure", *OWN_KINDS), "")), {}, "x")
                assert table

    def cache(content: bytes) -> None:
        reading("")(b"")
        coop.cache.mkdir(exist_ok=True)
        (coop.cache / "groups.jsonl").write_bytes(content)
        books = open_books(coop)
        kept = Cache(books, "groups", "2026-11")
        list(kept.booked())
        for group in books.groups():
            if entry := kept.but_for_ledgers(group, Month(2026, 6)):
                list(kept.changed(group, entry))

    def cases(content: bytes) -> None:
        reading("")(b"")
        path = coop.rules / "vrije-uitloop.cases.toml"
        path.write_bytes(content)
        books = open_books(coop)
        pack = books.packs["vrije-uitloop"]
        for case in read_cases(coop, path, pack, books.chart)[0]:
            case_differences(pack, case)

    def statement(content: bytes) -> None:
        with suppress(NoStatementError):
            read_back(content)

    names = [
        "ledgers/members/amina.beancount", "ledgers/coop.beancount", "ledgers/accounts.beancount",
        "rules/vrije-uitloop.toml",
    ]  # fmt: skip
    found = {name: (sound[Path(name)], reading(name)) for name in names}
    page = b'<!doctype html><script id="cijfers">{"kind": "coop"}</script>'
    found |= {"cache": (cached, cache), "cases": (CASES, cases), "statement": (page, statement)}
    reading("")(b"")
    pack = sound[Path("rules/vrije-uitloop.toml")]
    sent = Export("x", "0", date(2026, 1, 1), read_chart(coop)[0].accounts, pack.decode(), "# x\n")
    found |= {"export": (export_text(sent, "x").encode(), export), "exported pack": (pack, exported_pack)}
    return found


def mutated(whole: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """The file with some of its bytes replaced: where, how many, by what."""
    for start, length, put in edits:
        at = start % (len(whole) + 1)
        whole = whole[:at] + put + whole[at + length :]
    return whole


def main() -> None:
    import argparse

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=100_000)
    asked, rest = arguments.parse_known_args()
    import atheris

    with atheris.instrument_imports(include=["scharrel"]):
        kinds = list(readers().values())

    def one(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)
        whole, read = kinds[provider.ConsumeIntInRange(0, len(kinds) - 1)]
        edits = [
            (
                provider.ConsumeIntInRange(0, len(whole)),
                provider.ConsumeIntInRange(0, 40),
                WORDS[provider.ConsumeIntInRange(0, len(WORDS) - 1)]
                if provider.ConsumeBool()
                else provider.ConsumeBytes(8),
            )
            for _ in range(provider.ConsumeIntInRange(0, 4))
        ]
        read(mutated(whole, edits))

    atheris.Setup([sys.argv[0], f"-runs={asked.runs}", "-timeout=20", *rest], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
