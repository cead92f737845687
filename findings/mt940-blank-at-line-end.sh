#!/usr/bin/env bash
# Banks cut the text of a payment into lines of 65 signs wherever that falls. A blank that happens to be the last sign of
# a line is dropped by mt-940, and a cut inside a word looks the same afterwards: nobody can tell any more whether two
# lines belong together with a blank or without. Expected: the line as the bank sent it.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check mt-940==5.1.1
seen=$("$work/venv/bin/python" - <<'PYTHON'
import mt940
def details(first, second):
    lines = [":20:S1", ":25:NL02ABNA0123456789", ":28C:1/1", ":60F:C260101EUR100,00",
             ":61:2601050105C10,00NTRFNONREF", f":86:{first}", second, ":62F:C260105EUR110,00", ""]
    (payment,) = mt940.parse("\n".join(lines))
    return payment.data["transaction_details"].replace("\n", "|")
print(details("Buurthuis ", "De Hoek"), details("Buurt", "huis De Hoek"), sep=" and ")
PYTHON
)
echo "mt-940 5.1.1: a cut behind a blank and one inside a word give $seen"
[ "$seen" = "Buurthuis|De Hoek and Buurt|huis De Hoek" ] || { echo "changed"; exit 1; }
