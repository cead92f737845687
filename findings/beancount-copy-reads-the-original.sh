#!/usr/bin/env bash
# beancount keeps what it read of a large ledger in a hidden file beside it, with the absolute paths of the files that it
# read, and looks at those to see whether anything changed. A copy of the folder takes that file along: what is changed
# in the copy is then not seen, and bean-check, bean-query and Fava show the original's bookings, without a word.
# Expected: the copy's own bookings.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check beancount==3.2.3
mkdir "$work/books"
seen=$("$work/venv/bin/python" - "$work" <<'PYTHON'
import shutil, sys
from pathlib import Path
from beancount import loader
from beancount.core.data import Transaction
books, copy = Path(sys.argv[1], "books"), Path(sys.argv[1], "copy")
SALE = '2026-01-05 * "sale {}"\n  Income:Sales  -1.00 EUR\n  Assets:Bank\n'
opens = "2026-01-01 open Income:Sales\n2026-01-01 open Assets:Bank\n"
(books / "main.beancount").write_text(opens + 'include "sales.beancount"\n')
(books / "sales.beancount").write_text("".join(map(SALE.format, range(50_000))))
def count(folder):
    entries, errors, _ = loader.load_file(str(folder / "main.beancount"))
    assert not errors
    return sum(isinstance(entry, Transaction) for entry in entries)
found = [count(books)]
shutil.copytree(books, copy)
with open(copy / "sales.beancount", "a") as sales:
    sales.write(SALE.format("one more"))
found.append(count(copy))
(copy / ".main.beancount.picklecache").unlink()
found.append(count(copy))
print(*found)
PYTHON
)
echo "beancount 3.2.3: bookings in the original, in the copy with one more, and there without the hidden file: $seen"
[ "$seen" = "50000 50000 50001" ] || { echo "changed"; exit 1; }
