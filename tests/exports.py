"""What goes from one cooperative to another, as tests make and read it."""

import re
from datetime import date
from pathlib import Path

from conftest import REPOSITORY, Run

from scharrel.ledger.chart import read_chart
from scharrel.packs.transfer import Export, export_text
from scharrel.store.paths import Coop

ONS = (REPOSITORY / "rules/ons.toml").read_text()
NOTES = {"figure": "EIGEN CIJFER", "decision": "EIGEN BESLUIT", "agreement": "EIGEN AFSPRAAK"}
ACCOUNTS = read_chart(Coop(REPOSITORY))[0].accounts


def exported(pack: str, folder: Path, run: Run) -> Path:
    file = folder / f"{pack}.export.toml"
    done = run("rules", "export", pack, "--out", str(file), "--coop", str(REPOSITORY))
    assert (done.status, done.err) == (0, "")
    return file


def filled(text: str) -> str:
    """The pack after someone put what the comments tell in place of each question mark."""
    block = re.compile(r"# EIGEN [^\n]*\n((?:#   [^\n]*\n)+)[^\n]* = [^\n]*\?[^\n]*")
    return block.sub(lambda found: found[1].replace("#   ", "").rstrip("\n"), text)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".scharrel" not in path.parts
    }


def made(pack: str = ONS, cases: str | None = None, cooperative: str = "Elders") -> str:
    """An export whose checksums fit, whatever is in it."""
    return export_text(Export(cooperative, "0.1.0", date(2026, 11, 1), ACCOUNTS, pack, cases), "van elders")
