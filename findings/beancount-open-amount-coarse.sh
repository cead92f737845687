#!/usr/bin/env bash
# beancount fills an open amount to the coarsest decimals written in the booking, but whole numbers do not count as
# coarse: beside -10 and -3.75 the open amount is 13.75, beside -10.5 and -3.75 it is 14.2. Both pass bean-check, the
# second with five cents that are nowhere. Expected: the exact sum, or an error, in both.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check beancount==3.2.3
cat > "$work/mixed.beancount" <<'LEDGER'
2026-01-01 open Income:Sales EUR
2026-01-01 open Assets:Bank EUR
2026-01-01 open Assets:Cash EUR

2026-01-05 * "market" "whole and cents"
  Income:Sales  -10 EUR
  Income:Sales  -3.75 EUR
  Assets:Bank

2026-01-06 * "market" "tenths and cents"
  Income:Sales  -10.5 EUR
  Income:Sales  -3.75 EUR
  Assets:Cash
LEDGER
"$work/venv/bin/bean-check" "$work/mixed.beancount" || { echo "changed: bean-check refuses it"; exit 1; }
seen=$("$work/venv/bin/python" - "$work/mixed.beancount" <<'PYTHON'
import sys
from beancount import loader
entries, errors, _ = loader.load_file(sys.argv[1])
print(*(p.units.number for e in entries for p in getattr(e, "postings", ()) if p.account.startswith("Assets")))
PYTHON
)
echo "beancount 3.2.3: filled in $seen (exact: 13.75 14.25)"
[ "$seen" = "13.75 14.2" ] || { echo "changed"; exit 1; }
