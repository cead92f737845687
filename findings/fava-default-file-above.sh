#!/usr/bin/env bash
# Fava adds entries to a default-file that lies above the ledger ("../members/ann.beancount"), but its editor refuses to
# show that same file: the path keeps its "..", and the list of sources has it without. Expected: the file's text.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check fava==1.30.16 beancount==3.2.3
mkdir -p "$work/books" "$work/members"
cat > "$work/members/ann.beancount" <<'LEDGER'
2026-01-01 open Assets:Cash EUR
2026-01-01 open Income:Sales EUR
LEDGER
cat > "$work/books/ann.beancount" <<'LEDGER'
option "title" "ann"
include "../members/ann.beancount"
2026-01-01 custom "fava-option" "default-file" "../members/ann.beancount"
LEDGER
"$work/venv/bin/python" - "$work" <<'PYTHON'
import logging, pathlib, sys
from fava.application import create_app
logging.disable(logging.CRITICAL)
work = pathlib.Path(sys.argv[1])
app = create_app([str(work / "books/ann.beancount")])
client = app.test_client()
entry = {"t": "Transaction", "date": "2026-01-05", "flag": "*", "payee": "x", "narration": "y", "tags": [], "links": [], "meta": {},
         "postings": [{"account": "Income:Sales", "amount": "-5.00 EUR"}, {"account": "Assets:Cash", "amount": ""}]}
added = client.put("/ann/api/add_entries", json={"entries": [entry]})
landed = "2026-01-05" in (work / "members/ann.beancount").read_text()
shown = client.get("/ann/api/source?filename=")
print(f"fava 1.30.16: adding {added.status_code}, in the default-file: {landed}; showing it {shown.status_code} {shown.get_data(as_text=True)[:120]}")
sys.exit(0 if landed and shown.status_code == 500 else "changed")
PYTHON
