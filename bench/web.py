"""Load the example in Fava alone and as `scharrel web` does, in turn, each in a process of its own.

    python bench/web.py [--coop .] [--runs 7]

Each starts Python, loads the book and makes Fava's income statement, as for the first visit. Prints the medians of
processor time as a Markdown table, and how many times Fava alone the whole takes.
"""

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

ALONE = """
import sys, time
from fava.application import create_app
app = create_app([sys.argv[1]], load=True, poll_watcher=True)
"""
WITH_US = """
import sys, tempfile
from pathlib import Path
from scharrel.ledger.books import read_holders
from scharrel.store.paths import find_coop
from scharrel.web.server import application
coop, register = read_holders(find_coop(Path(sys.argv[2])))
holder = register.members.get(sys.argv[3])
app = application(coop, register.title, holder, "nl", Path(tempfile.mkdtemp()), "key")
"""
VISIT = """
import time
client = app.test_client()
host = {"Host": "127.0.0.1:5000"}
client.set_cookie("scharrel-5000", "key", domain="127.0.0.1")
slug = client.get("/", headers=host).headers["Location"].split("/")[1]
assert client.get(f"/{slug}/income_statement/", headers=host).status_code == 200
assert client.get(f"/{slug}/api/income_statement", headers=host).status_code == 200
print(time.process_time())
"""


def seconds(program: str, *arguments: str) -> float:
    command = [sys.executable, "-c", program + VISIT, *arguments]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--coop", type=Path, default=Path())
    parser.add_argument("--runs", type=int, default=7)
    asked = parser.parse_args()
    books = asked.coop / "ledgers/books"
    print("| book | Fava alone | scharrel web | times |\n| --- | --- | --- | --- |")
    for name, holder, book in (
        ("of a member", "fatma", books / "fatma.beancount"),
        ("of the whole", "", asked.coop / "ledgers/consolidated.beancount"),
    ):
        alone, ours = [], []
        for _ in range(asked.runs):
            alone.append(seconds(ALONE, str(book.resolve())))
            ours.append(seconds(WITH_US, "", str(asked.coop), holder))
        a, b = statistics.median(alone), statistics.median(ours)
        print(f"| {name} | {a:.2f} s | {b:.2f} s | {b / a:.2f} |", flush=True)


if __name__ == "__main__":
    main()
