#!/usr/bin/env bash
# Some Dutch banks end an MT940 statement with a :86: behind the closing balance that has the totals of the whole statement.
# mt-940 puts it into the details of the last payment, whose text then holds numbers and sums that are not its own; a
# rule that looks for a word or an invoice's number there can find the wrong one. Expected: information of the statement.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check mt-940==5.1.1
cat > "$work/statement.sta" <<'STATEMENT'
:20:S1
:25:NL02ABNA0123456789
:28C:1/1
:60F:C260101EUR100,00
:61:2601050105C10,00NTRFNONREF
:86:/NAME/Buurthuis De Hoek/REMI/stoelen
:62F:C260105EUR110,00
:86:/SUM/0/1/0,00/10,00/
STATEMENT
seen=$("$work/venv/bin/python" - "$work/statement.sta" <<'PYTHON'
import sys
import mt940
text = open(sys.argv[1]).read()
(payment,) = mt940.parse(text)
print(payment.data["transaction_details"].replace("\n", "|"))
PYTHON
)
echo "mt-940 5.1.1: the payment says $seen"
[ "$seen" = "/NAME/Buurthuis De Hoek/REMI/stoelen|/SUM/0/1/0,00/10,00/" ] || { echo "changed"; exit 1; }
