"""Measure the statements beside WeasyPrint, in one run.

    python bench/statements.py [--members 1000] [--pages 60] [--runs 3]

Needs weasyprint (`pip install weasyprint`). Scharrel prints the members' statements of a month as PDF, as
one whole process, reading and dividing the ledgers included. WeasyPrint renders the same statements from
their HTML, a sample of them (reading nothing), in as many processes. Prints a Markdown table of medians.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from run import SCHARREL, generate, once, row


def pages_of(folder: Path) -> int:
    from pypdf import PdfReader

    return sum(len(PdfReader(path).pages) for path in folder.rglob("*.pdf"))


def weasy(page: str) -> int:
    from weasyprint import HTML

    document = HTML(filename=page).render()
    document.write_pdf()
    return len(document.pages)


def by_weasyprint(pages: list[str]) -> float:
    """Pages a second with every processor at work."""
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(weasy, pages[:2]))  # the imports are not counted
        start = time.perf_counter()
        made = sum(pool.map(weasy, pages))
        return made / (time.perf_counter() - start)


def statements(coop: Path, out: Path, *options: str) -> list[str]:
    shutil.rmtree(out, ignore_errors=True)
    return [SCHARREL, "statements", "2026-10", "--coop", str(coop), "--out", str(out), *options]


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in (("members", 1000), ("pages", 60), ("runs", 3)):
        arguments.add_argument(f"--{name}", type=int, default=default)
    asked = arguments.parse_args()
    print(f"{asked.members} members, 12 months of 20 bookings; {len(os.sched_getaffinity(0))} processors\n")
    print("| what | scharrel | beside | it takes | ratio | goal |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        large = generate(Path(name) / "large", asked.members, 12, 20)
        small = generate(Path(name) / "small", max(asked.members // 10, 1), 12, 20)
        for coop in (large, small):
            once([SCHARREL, "allocate", "2026-10", "--coop", str(coop)])
        html, pdf = Path(name) / "html", Path(name) / "pdf"
        once(statements(large, html, "--for", "member", "--format", "html"))
        sample = sorted(str(path) for path in html.rglob("*.html"))[: asked.pages]
        mine, others, memory = [], [], []
        for _ in range(asked.runs):
            measured = once(statements(large, pdf, "--for", "member"))
            mine.append(pages_of(pdf) / measured.seconds)
            memory.append(measured.megabytes)
            others.append(by_weasyprint(sample))
        few = [once(statements(small, pdf, "--for", "member")).megabytes for _ in range(asked.runs)]
        speeds = statistics.median(mine), statistics.median(others)
        row("pages a second", speeds[0], "WeasyPrint", speeds[1], "", "≥ 8")
        what = f"largest process, {asked.members} members"
        row(what, statistics.median(memory), "a tenth of them", statistics.median(few), "MB", "≈ 1")


if __name__ == "__main__":
    main()
