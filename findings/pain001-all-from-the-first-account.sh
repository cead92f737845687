#!/usr/bin/env bash
# In a pain.001 the account that pays and the day stand in PmtInf (DbtrAcct, ReqdExctnDt), which may stand more than once:
# one for each account and day. pain001 takes a table in which every row names both, and its own starter table has a
# different account and day in each row. It makes one PmtInf, with the account, name, day and id of the first row: the
# payment of February from the savings account becomes one of January from the current account. It says that all went
# well, the totals are right, and the file keeps to the schema. Expected: two PmtInf, or an error.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pain001==0.0.74
cat > "$work/payments.csv" <<'TABLE'
id,date,nb_of_txs,initiator_name,payment_information_id,payment_method,batch_booking,ctrl_sum,service_level_code,requested_execution_date,debtor_name,debtor_account_IBAN,debtor_agent_BIC,charge_bearer,payment_id,payment_amount,currency,creditor_agent_BIC,creditor_name,creditor_account_IBAN,remittance_information,forwarding_agent_BIC,payment_currency
1,2026-01-05T09:00:00.000Z,2,Buurthuis,current,TRF,TRUE,22.50,SEPA,2026-01-25,Buurthuis,NL02ABNA0123456789,ABNANL2A,SLEV,E1,10.00,EUR,ABNANL2A,Ann,NL91ABNA0417164300,rent,ABNANL2A,EUR
2,2026-01-05T09:00:00.000Z,2,Buurthuis,savings,TRF,TRUE,22.50,SEPA,2026-02-25,Buurthuis savings,NL23ASNB0965582398,ASNBNL21,SLEV,E2,12.50,EUR,ABNANL2A,Ann,NL91ABNA0417164300,deposit,ABNANL2A,EUR
TABLE
(cd "$work" && venv/bin/pain001 generate -t pain.001.001.09 -d payments.csv -o orders) > "$work/said" 2>&1 ||
  { echo "changed: refused"; cat "$work/said"; exit 1; }
grep -q "Schema validation passed" "$work/said" && grep -q "Success" "$work/said"
seen=$("$work/venv/bin/python" - "$work"/orders/*.xml <<'PYTHON'
import sys
import xml.etree.ElementTree as XML
name = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
for order in XML.parse(sys.argv[1]).iter(name + "PmtInf"):
    day, account = order.find(f"{name}ReqdExctnDt/{name}Dt").text, order.find(f"{name}DbtrAcct/{name}Id/{name}IBAN").text
    print(day, account, *(amount.text for amount in order.iter(name + "InstdAmt")))
PYTHON
)
echo "pain001 0.0.74: 10.00 on 25 January from NL02, 12.50 on 25 February from NL23 become: $seen"
[ "$seen" = "2026-01-25 NL02ABNA0123456789 10.00 12.50" ] || { echo "changed"; exit 1; }
