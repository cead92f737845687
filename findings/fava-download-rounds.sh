#!/usr/bin/env bash
# A query's result that is downloaded from Fava as CSV has its amounts rounded to whatever number of decimals most amounts
# of the ledger have, halves to the even number: where most are whole euros, 12.50 is written as 12.0 and the sum 62.50 as
# 62.0. What Fava sends to its own page for the same query is exact, and so is the same number in a column without its
# currency. (That queries *show* the most common decimals is known; this is the file that goes on to a spreadsheet.)
# Expected: 12.50 and 62.50.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check fava==1.30.16 beancount==3.2.3 beanquery==0.2.0
cat > "$work/ann.beancount" <<'LEDGER'
option "title" "ann"
2026-01-01 open Assets:Cash EUR
2026-01-01 open Income:Sales EUR
2026-01-05 * "market"
  Income:Sales  -20 EUR
  Assets:Cash
2026-01-06 * "market"
  Income:Sales  -30 EUR
  Assets:Cash
2026-01-07 * "market"
  Income:Sales  -12.50 EUR
  Assets:Cash
LEDGER
"$work/venv/bin/bean-check" "$work/ann.beancount"
"$work/venv/bin/python" - "$work/ann.beancount" <<'PYTHON'
import logging, sys
from urllib.parse import quote
from fava.application import create_app
logging.disable(logging.CRITICAL)
client = create_app([sys.argv[1]]).test_client()
def asked(query):
    said = "query_string=" + quote(query)
    csv = client.get("/ann/download-query/query_result.csv?" + said).text.splitlines()[1:]
    return csv, client.get("/ann/api/query?" + said).json["data"]["rows"]
line, (((amount, number),)) = asked("SELECT position, number WHERE account = 'Assets:Cash' AND number < 20")
total, (((whole,),)) = asked("SELECT sum(position) WHERE account = 'Assets:Cash'")
print(f"fava 1.30.16: the file has {line} and in sum {total}; the page gets {amount['units']['number']}, in sum {whole['EUR']}")
as_found = (line, total, amount["units"]["number"], number, whole["EUR"]) == (["12.0,12.5"], ["62.0"], 12.5, 12.5, 62.5)
sys.exit(0 if as_found else "changed")
PYTHON
