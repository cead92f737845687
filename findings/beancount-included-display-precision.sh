#!/usr/bin/env bash
# A file that includes one with option "display_precision" for a currency, and has no such option of its own, cannot be
# loaded: beancount ends in an AttributeError ('_FixedPrecisionContext' object has no attribute 'fractional_dist').
# With the option in both it loads. Expected: both load.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check beancount==3.2.3
cat > "$work/part.beancount" <<'LEDGER'
option "display_precision" "EUR:0.01"
2026-01-01 open Assets:Bank EUR
LEDGER
cat > "$work/whole.beancount" <<'LEDGER'
include "part.beancount"
2026-01-01 open Income:Sales EUR

2026-01-05 * "market"
  Income:Sales  -10.00 EUR
  Assets:Bank
LEDGER
{ echo 'option "display_precision" "EUR:0.01"'; cat "$work/whole.beancount"; } > "$work/both.beancount"
"$work/venv/bin/bean-check" "$work/both.beancount" || { echo "changed: the option in both is refused"; exit 1; }
if said=$("$work/venv/bin/bean-check" "$work/whole.beancount" 2>&1); then echo "changed: it loads"; exit 1; fi
echo "beancount 3.2.3: ${said##*$'\n'}"
[[ "$said" == *"'_FixedPrecisionContext' object has no attribute 'fractional_dist'"* ]] || { echo "changed"; exit 1; }
