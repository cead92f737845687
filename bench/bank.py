"""Read a bank's statement beside the libraries that read the same, in one run.

    python bench/bank.py [--lines 20000] [--runs 5] [--pycamt]

Needs camt053 (`pip install camt053`; mt-940 is there already), which is left out where it is not installed.
With --pycamt also pycamt: two minutes a run for 20,000 lines, for it takes four times as long for twice as
many. Each reads the same invented lines, in its own format, in this process and in turn; whole is the result
with every line. Prints the medians of processor time as a Markdown table, and what our reader needs at its
peak besides the file as text: line by line, where nothing is kept, and with every line of the result.
"""

import argparse
import statistics
import time
import tracemalloc
from collections.abc import Callable
from importlib.util import find_spec

import mt940

from scharrel.formats.bank import read_bank_file
from scharrel.formats.camt import read_camt, stream_camt
from scharrel.formats.records import BankLine

ACCOUNT = "NL02ABNA0123456789"
ENTRY = """<Ntry>
<NtryRef>{number}</NtryRef>
<Amt Ccy="EUR">{euros}.05</Amt>
<CdtDbtInd>CRDT</CdtDbtInd>
<Sts>BOOK</Sts>
<BookgDt><Dt>2026-10-{day:02}</Dt></BookgDt>
<ValDt><Dt>2026-10-{day:02}</Dt></ValDt>
<AcctSvcrRef>4711-{number}</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls>
<Refs><EndToEndId>E{number}</EndToEndId></Refs>
<RltdPties><Dbtr><Nm>Buurthuis De Hoek {number}</Nm></Dbtr>
<DbtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>factuur 2026-{number:05}</Ustrd></RmtInf>
</TxDtls></NtryDtls>
</Ntry>
"""
BALANCE = (
    "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    '<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-10-31</Dt></Dt></Bal>\n'
)


def values(count: int) -> list[dict[str, int]]:
    return [
        {"number": number, "day": number * 31 // count + 1, "euros": number % 97} for number in range(count)
    ]


def total(count: int) -> str:
    cents = sum(value["euros"] * 100 + 5 for value in values(count))
    return f"{cents // 100}.{cents % 100:02}"


def camt(count: int) -> str:
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>\n'
        "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-01T03:00:00</CreDtTm></GrpHdr>\n"
        "<Stmt><Id>1</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>2026-11-01T03:00:00</CreDtTm>\n"
        f"<Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>EUR</Ccy></Acct>\n"
    )
    balances = BALANCE.format(code="OPBD", amount="0.00") + BALANCE.format(code="CLBD", amount=total(count))
    entries = "".join(ENTRY.format(**value) for value in values(count))
    return head + balances + entries + "</Stmt></BkToCstmrStmt></Document>\n"


def swift(count: int) -> str:
    lines = [":20:1", f":25:{ACCOUNT}", ":28C:1/1", ":60F:C261001EUR0,00"]
    for value in values(count):
        text = (
            "/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/Buurthuis De Hoek "
            f"{value['number']}/REMI/factuur 2026-{value['number']:05}/EREF/E{value['number']}"
        )
        day = f"10{value['day']:02}"
        lines.append(f":61:26{day}{day}C{value['euros']},05NTRFNONREF//4711-{value['number']}")
        lines.append(":86:" + "\n".join(text[at : at + 65] for at in range(0, len(text), 65)))
    return "\n".join([*lines, f":62F:C261031EUR{total(count).replace('.', ',')}", "-", ""])


def by_us(content: bytes) -> int:
    return sum(len(statement.lines) for statement in read_bank_file(content)[1])


def by_mt940(text: str) -> int:
    return sum(len(statement) for statement in mt940.parse_statements(text))


def by_pycamt(content: bytes) -> int:
    from pycamt.parser import Camt053Parser

    return len(Camt053Parser(content).get_transactions())


def by_camt053(text: str) -> int:
    from camt053 import parse_document

    return sum(len(statement.entries) for statement in parse_document(text).statements)


def one_by_one(text: str) -> int:
    return sum(isinstance(found, BankLine) for found in stream_camt(text))


def peak(read: Callable[[], int]) -> float:
    """Megabytes at the most."""
    tracemalloc.start()
    read()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 2**20


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--lines", type=int, default=20_000)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--pycamt", action="store_true")
    asked = arguments.parse_args()
    xml, text = camt(asked.lines), swift(asked.lines)
    content = xml.encode()
    readers: dict[str, Callable[[], int]] = {
        "scharrel, CAMT.053": lambda: by_us(content),
        "scharrel, MT940": lambda: by_us(text.encode()),
        "mt-940": lambda: by_mt940(text),
    }
    if asked.pycamt:
        readers["pycamt"] = lambda: by_pycamt(content)
    if find_spec("camt053"):
        readers["camt053"] = lambda: by_camt053(xml)
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(asked.runs):
        for name, read in readers.items():
            start = time.process_time()
            found = read()
            seconds[name].append(time.process_time() - start)
            assert found == asked.lines, (name, found)
    medians = {name: statistics.median(measured) for name, measured in seconds.items()}
    fastest = min(median for name, median in medians.items() if not name.startswith("scharrel"))
    print(f"{asked.lines} lines, median of {asked.runs} runs in turn\n")
    print("| reader | seconds | of the fastest other |\n|---|---|---|")
    for name, median in medians.items():
        print(f"| {name} | {median:.2f} | {median / fastest:.2f} |")
    print("\n| lines | file | line by line | whole |\n|---|---|---|---|")
    for count in (asked.lines // 4, asked.lines, asked.lines * 5 // 2):
        made = camt(count)
        alone, whole = peak(lambda: one_by_one(made)), peak(lambda: len(read_camt(made)[1][0].lines))  # noqa: B023
        print(f"| {count} | {len(made) / 2**20:.1f} MB | {alone:.1f} MB | {whole:.1f} MB |")


if __name__ == "__main__":
    main()
