#!/usr/bin/env bash
# When importing an extension fails, Fava leaves the folder of the ledger first on sys.path, once more at every reload:
# whatever it imports later can come from there. Expected: sys.path as it was, as after an import that succeeds.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check fava==1.30.16 beancount==3.2.3
printf '2026-01-01 custom "fava-extension" "no_such_module"\n' > "$work/book.beancount"
"$work/venv/bin/python" - "$work" <<'PYTHON'
import sys
from fava.core import FavaLedger
ledger = FavaLedger(f"{sys.argv[1]}/book.beancount", poll_watcher=True)
ledger.load_file()
left = sys.path.count(sys.argv[1])
print(f"fava 1.30.16: the ledger's folder stands {left} times on sys.path after two loads; first: {sys.path[0] == sys.argv[1]}")
sys.exit(0 if left == 2 else "changed")
PYTHON
