#!/usr/bin/env bash
# Fava's form for a note has a field of several lines, and beancount lets a text go on over lines. Fava itself then takes
# the note for its first line: that is all that its editor shows, and deleting the note leaves the second line and its
# closing quotation mark in the ledger, which no longer passes bean-check. The journal that Fava exports cuts a booking
# with such a text in the same way. Expected: the whole note, or a field of one line.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check fava==1.30.16 beancount==3.2.3
"$work/venv/bin/python" - "$work" <<'PYTHON'
import logging, pathlib, sys
from beancount import loader
from fava.application import create_app
from fava.beans.funcs import hash_entry
logging.disable(logging.CRITICAL)
ledger = pathlib.Path(sys.argv[1], "ann.beancount")
ledger.write_text('option "title" "ann"\n2026-01-01 open Assets:Cash EUR\n')
note = {"t": "Note", "date": "2026-01-05", "account": "Assets:Cash", "comment": "Counted with Bob.\nTen euros short.", "meta": {}}
added = create_app([str(ledger)]).test_client().put("/ann/api/add_entries", json={"entries": [note]})
entries, errors, _ = loader.load_file(str(ledger))
assert added.status_code == 200 and not errors and entries[-1].comment == note["comment"]
client = create_app([str(ledger)]).test_client()
url = f"/ann/api/source_slice?entry_hash={hash_entry(entries[-1])}"
shown = client.get(url).json["data"]
gone = client.delete(f"{url}&sha256sum={shown['sha256sum']}")
left = ledger.read_text().splitlines()[-1]
errors = loader.load_file(str(ledger))[1]
print(f"fava 1.30.16: shows {shown['slice']}; deleting it {gone.status_code}, what is left: {left} ({len(errors)} errors)")
as_found = shown["slice"].endswith('"Counted with Bob.') and gone.status_code == 200 and left == 'Ten euros short."' and errors
sys.exit(0 if as_found else "changed")
PYTHON
