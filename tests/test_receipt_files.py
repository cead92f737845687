"""Receipts: named below bookings, asked for above an amount, sealed with the month, and refused where the
name leads elsewhere."""

import csv
import errno
import hashlib
import json
import os
import re
import shutil
import stat
from pathlib import Path
from zipfile import ZipFile

import pytest
from bank_coop import Given, camt, with_bank
from beancount import loader
from conftest import Once, Ran, Run, small

LEDGER = "ledgers/members/amina.beancount"
COSTS = '2026-03-09 * "P4" "n4"\n'
LINE = 21


def _with(coop: Path, receipt: str, content: bytes | None = b"%PDF-1.7 een bon\n") -> Path:
    """The cooperative with this behind `receipt:` at costs of March, and a file of that name."""
    ledger = coop / LEDGER
    ledger.write_text(ledger.read_text().replace(COSTS, f"{COSTS}  receipt: {receipt}\n"))
    if content is not None:
        path = coop / "receipts" / receipt.strip('"')
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return coop


def _told(coop: Path, quick: Run) -> list[tuple[str, int, str]]:
    done = quick("check", "--json", "--coop", str(coop))
    return [(p["file"], p["line"], p["code"]) for p in json.loads(done.out)["problems"]]


@pytest.fixture(scope="module")
def closed(once: Once, quick: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cooperative of which March is closed with a receipt; not to be changed."""

    def fill(folder: Path) -> None:
        coop = _with(small(folder), '"2026/bon.pdf"')
        assert quick("allocate", "2026-03", "--coop", str(coop)).status == 0
        done = quick("close", "2026-03", "--coop", str(coop))
        assert done.status == 0, done.err

    return once(fill, tmp_path_factory.mktemp("receipts") / "coop")


def test_what_is_missing_is_told_until_it_is_there(coop: Path, quick: Run) -> None:
    _with(coop, '"2026/bon.pdf"', None)
    assert _told(coop, quick) == [(LEDGER, LINE, "receipt-missing")]
    assert quick("allocate", "2026-03", "--coop", str(coop)).status == 0
    done = quick("close", "2026-03", "--coop", str(coop))
    assert done.status == 1
    assert "2026/bon.pdf" in done.err
    assert quick("close", "2026-02", "--coop", str(coop)).status == 0
    (coop / "receipts/2026").mkdir(parents=True)
    (coop / "receipts/2026/bon.pdf").write_bytes(b"bon")
    assert _told(coop, quick) == []
    assert quick("close", "2026-03", "--coop", str(coop)).status == 0


@pytest.mark.parametrize(
    "name",
    [
        '"../geheim.pdf"', '"2026/../../geheim.pdf"', '"/etc/passwd"', '"C:/geheim.pdf"', '"2026/"', "TRUE",
        '"..\\\\geheim.pdf"', '".git/config"', '"bon.pdf "', '"bon\x07.pdf"', f'"{"a" * 300}"', "12.50 EUR",
        "2026-03-09", "Assets:Bank",
    ],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_an_error(name: str, coop: Path, quick: Run) -> None:
    _with(coop, name, None)
    assert (LEDGER, LINE + 1, "receipt-name") in _told(coop, quick)
    assert quick("allocate", "2026-03", "--coop", str(coop)).status == 1


@pytest.mark.parametrize("what", ["link", "link-above", "folder", "pipe", "huge"])
def test_what_is_no_receipt_is_an_error(what: str, coop: Path, quick: Run) -> None:
    _with(coop, '"2026/bon.pdf"')
    path = coop / "receipts/2026/bon.pdf"
    path.unlink()
    expected = {"huge": "receipt-too-large", "link": "receipt-link", "link-above": "receipt-link"}
    if what == "link":
        (coop / "geheim").write_bytes(b"geheim")
        path.symlink_to(coop / "geheim")
    elif what == "link-above":
        path.parent.rmdir()
        (coop / "elders").mkdir()
        (coop / "elders/bon.pdf").write_bytes(b"geheim")
        path.parent.symlink_to(coop / "elders")
    elif what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    else:
        with open(path, "wb") as file:
            file.truncate(25_000_001)
    assert _told(coop, quick) == [(LEDGER, LINE, expected.get(what, "receipt-no-file"))]
    for command in (("allocate", "2026-03"), ("close", "2026-03")):
        done = quick(*command, "--coop", str(coop))
        assert done.status == 1
        assert "receipts/2026/bon.pdf" in done.err
    assert not (coop / "ledgers/closed.json").exists()


def test_costs_above_an_amount_need_one(coop: Path, quick: Run) -> None:
    """The register asks, or the rules; the lower amount counts, and what is exactly that needs none."""
    register, pack = coop / "ledgers/coop.beancount", coop / "rules/vrije-uitloop.toml"
    before, rules = register.read_text(), pack.read_text()
    _with(coop, '"bon.pdf"')

    def lines() -> list[int]:
        found = _told(coop, quick)
        assert {code for *_, code in found} <= {"receipt-none"}
        return [line for _, line, _ in found]

    text = (coop / LEDGER).read_text().split("\n")
    assert lines() == []
    register.write_text(f'{before}\n2026-02-01 custom "cooperative" "c"\n  receipts: 80.00 EUR\n')
    all_above = lines()
    assert [text[line - 1][:10] for line in all_above][:1] == ["2026-03-20"]  # 80.00 in February is not above
    pack.write_text(rules.replace("[pack]\n", "[pack]\nreceipts = 35.54\n"))
    assert [text[line - 1][:10] for line in lines()][:3] == ["2026-01-11", "2026-02-03", "2026-03-20"]
    (coop / LEDGER).write_text((coop / LEDGER).read_text().replace('  receipt: "bon.pdf"\n', ""))
    assert LINE in lines()
    assert quick("allocate", "2026-03", "--coop", str(coop)).status == 0
    done = quick("close", "2026-03", "--coop", str(coop))
    assert done.status == 0
    assert "35,54" in done.err.replace(".", ",")
    assert min(lines()) > LINE  # of closed months nobody is asked for more


def test_an_amount_that_is_none(coop: Path, quick: Run) -> None:
    register = coop / "ledgers/coop.beancount"
    register.write_text(register.read_text() + '\n2026-01-01 custom "cooperative" "c"\n  receipts: "25"\n')
    assert _told(coop, quick) == [("ledgers/coop.beancount", 10, "receipts")]


def test_the_seal_knows_the_receipts(closed: Path, quick: Run) -> None:
    seal = json.loads((closed / "ledgers/allocations/2026-03.seal").read_text())
    assert list(seal["receipts"]) == ["2026/bon.pdf"]
    shown = " ".join(quick("report", "annual", "2026", "--coop", str(closed)).out.split())
    assert f"amina, regel {LINE}; bon: 2026/bon.pdf" in shown
    assert "receipts" not in json.loads((closed / "ledgers/allocations/2026-02.seal").read_text())
    assert quick("audit", "--coop", str(closed)).status == 0


@pytest.mark.parametrize("gone", [True, False])
def test_one_that_changed_is_told(closed: Path, gone: bool, tmp_path: Path, once: Once, quick: Run) -> None:
    coop = Path(shutil.copytree(closed, tmp_path / "coop"))
    receipt = coop / "receipts/2026/bon.pdf"
    if gone:
        receipt.unlink()
    else:
        receipt.write_bytes(receipt.read_bytes().upper())
    code = "receipt-gone" if gone else "receipt-changed"
    done = quick("audit", "--json", "--coop", str(coop))
    findings = [(f["file"], f["code"], f["month"]) for f in json.loads(done.out)["findings"]]
    assert done.status == 1
    assert findings == [("receipts/2026/bon.pdf", code, "2026-03")]
    assert [c for *_, c in _told(coop, quick)] == (["receipt-gone"] if gone else [])
    assert quick("allocate", "2026-04", "--coop", str(coop)).status == 0
    done = quick("close", "2026-04", "--coop", str(coop))
    assert done.status == 0
    assert "receipts/2026/bon.pdf" in done.err
    sealed = json.loads((coop / "ledgers/allocations/2026-04.seal").read_text())
    assert "receipts" not in sealed  # what was sealed once is not sealed again


def test_a_receipt_that_comes_later_is_sealed_with_the_next_month(
    closed: Path, tmp_path: Path, quick: Run
) -> None:
    coop = Path(shutil.copytree(closed, tmp_path / "coop"))
    ledger = coop / LEDGER
    first = '2026-01-11 * "P1" "n1"\n'
    ledger.write_text(ledger.read_text().replace(first, f'{first}  receipt: "laat.pdf"\n'))
    (coop / "receipts/laat.pdf").write_bytes(b"laat")
    assert quick("audit", "--coop", str(coop)).status == 0
    assert quick("allocate", "2026-04", "--coop", str(coop)).status == 0
    assert quick("close", "2026-04", "--coop", str(coop)).status == 0
    sealed = json.loads((coop / "ledgers/allocations/2026-04.seal").read_text())
    assert list(sealed["receipts"]) == ["laat.pdf"]


def test_what_may_go_after_seven_years(coop: Path, quick: Run) -> None:
    """Also of a closed month; what a later booking names too has to stay."""
    ledger, register = coop / LEDGER, coop / "ledgers/coop.beancount"
    text = "".join(
        f'{day} * "P" "oud"\n  receipt: "{name}"\n  Expenses:Onkosten  10.00 EUR\n  Assets:Bank\n\n'
        for day, name in (
            ("2018-12-31", "oud.pdf"), ("2018-12-31", "weg.pdf"), ("2018-06-01", "beide.pdf"),
            ("2019-01-01", "beide.pdf"), ("2019-01-02", "jong.pdf"),
        )
    )  # fmt: skip
    ledger.write_text(f'include "../accounts.beancount"\n\n{text}')
    register.write_text(register.read_text().replace("2026-01-01", "2018-01-01"))
    chart = coop / "ledgers/accounts.beancount"
    chart.write_text(chart.read_text().replace("2020-01-01", "2018-01-01"))
    pack = coop / "rules/vrije-uitloop.toml"
    pack.write_text(re.sub("(valid_from|from) = 2026", r"\1 = 2018", pack.read_text()))
    (coop / "receipts").mkdir()
    for name in ("oud.pdf", "beide.pdf", "los.pdf", ".verborgen"):
        (coop / "receipts" / name).write_bytes(b"bon")
    assert [code for *_, code in _told(coop, quick)].count("receipt-missing") == 1
    done = quick("report", "receipts", "--json", "--coop", str(coop))
    assert done.status == 0, done.err
    found = json.loads(done.out)
    assert found["may_go"] == [{"receipt": "oud.pdf", "year": 2018}]
    assert found["unnamed"] == ["los.pdf"]
    assert [one["receipt"] for one in found["missing"]] == ["jong.pdf"]
    assert "receipts/oud.pdf" in quick("report", "receipts", "--coop", str(coop)).out


def test_a_year_for_the_accountant(closed: Path, tmp_path: Path, quick: Run) -> None:
    coop = Path(shutil.copytree(closed, tmp_path / "coop"))
    out = tmp_path / "uit/jaar.zip"

    def pack() -> Ran:
        return quick("auditfile", "2026", "--zip", "--out", str(out), "--coop", str(coop))

    assert quick("allocate", "--coop", str(coop)).status == 0
    done = pack()
    assert done.status == 0, done.err
    first = out.read_bytes()
    with ZipFile(out) as file:
        names = file.namelist()
        assert {"auditfile.xaf", "annual.pdf", "consolidated.beancount", "receipts.csv"} <= {*names}
        assert file.read("receipts/2026/bon.pdf") == (coop / "receipts/2026/bon.pdf").read_bytes()
        file.extractall(tmp_path / "open")
        rows = [*csv.DictReader(file.read("receipts.csv").decode().splitlines())]
    assert [(row["receipt"], row["costs"], row["place"]) for row in rows] == [
        ("2026/bon.pdf", "35.55", f"{LEDGER}:{LINE}")
    ]
    assert rows[0]["sha256"] == hashlib.sha256((coop / "receipts/2026/bon.pdf").read_bytes()).hexdigest()
    assert loader.load_file(str(tmp_path / "open/consolidated.beancount"))[1] == []
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    os.utime(coop / "receipts/2026/bon.pdf", (0, 0))
    assert pack().status == 0
    assert out.read_bytes() == first
    (coop / "receipts/2026/bon.pdf").unlink()
    done = pack()
    assert done.status == 0
    assert "receipts/2026/bon.pdf" in done.err
    with ZipFile(out) as file:
        assert "receipts/2026/bon.pdf" not in file.namelist()
        assert b"2026/bon.pdf,," in file.read("receipts.csv")
    out.unlink()
    out.mkdir()
    assert pack().status == 1
    assert [path.name for path in out.parent.iterdir()] == ["jaar.zip"]


def test_a_line_of_the_bank_names_one_too(tmp_path: Path, quick: Run) -> None:
    coop = small(tmp_path / "coop")
    with_bank(coop)
    statement = tmp_path / "s.xml"
    statement.write_bytes(camt([Given("2026-11-02", "-96.07", "Groothandel", text="verf")], "1250.00"))
    assert quick("bank", "import", str(statement), "--coop", str(coop)).status == 0
    (month,) = (coop / "ledgers/bank").rglob("2026-11.beancount")
    lines = month.read_text().split("\n")
    at = next(nth for nth, line in enumerate(lines) if line.startswith("  bank:"))
    month.write_text("\n".join([*lines[: at + 1], '  receipt: "verf.pdf"', *lines[at + 1 :]]))
    shown = month.relative_to(coop).as_posix()
    assert (shown, at, "receipt-missing") in _told(coop, quick)
    kept = month.read_bytes()
    assert quick("bank", "import", str(statement), "--coop", str(coop)).status == 0
    assert month.read_bytes() == kept


def test_a_full_disk_leaves_the_accountant_what_was_there(closed: Path, tmp_path: Path, quick: Run) -> None:
    coop = Path(shutil.copytree(closed, tmp_path / "coop"))
    out = tmp_path / "uit/jaar.zip"
    out.parent.mkdir()
    out.write_bytes(b"van vorig jaar")
    assert quick("allocate", "--coop", str(coop)).status == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scharrel.operations.year_pack.ZipFile", _full)
        done = quick("auditfile", "2026", "--zip", "--out", str(out), "--coop", str(coop))
    assert done.status == 1
    assert "de schijf is vol" in done.err
    assert [(path.name, path.read_bytes()) for path in out.parent.iterdir()] == [
        (out.name, b"van vorig jaar")
    ]


def _full(*_: object) -> ZipFile:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
