"""An export of rules may be anything: it writes nothing, runs nothing, takes no time and deceives nobody."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run, work_of
from exports import ONS, exported, made, snapshot


def replaced(old: str, new: str) -> str:
    assert old in ONS
    return made(ONS.replace(old, new))


def in_export(old: str, new: str) -> str:
    text = made()
    assert old in text
    return text.replace(old, new, 1)


DOTTED = ".".join("a" * 2_400)
DEEP = "a = " + "[" * 2_000 + "]" * 2_000 + "\n"
HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "a changed figure": (in_export("value = 100.00", "value = 900.00"), "controlegetal"),
    "a changed checksum": (in_export('sha256 = "', 'sha256 = "0'), "controlegetal"),
    "no export at all": (ONS, "geen export"),
    "an empty file": ("", "geen export"),
    "another part": (made() + "[plugin]\nrun = 1\n", "plugin"),
    "another key": (in_export("[export]", "[export]\nrun = 'x'"), "export"),
    "a list of packs": (in_export("[pack]", "[[pack]]"), "pack"),
    "a table for a text": (in_export('cooperative = "Elders"', "cooperative = { a = 1 }"), "export"),
    "accounts in a table": (made().replace("[[account]]", "[account]", 1), "tweede keer"),
    "an account without a name": (in_export('name = "Assets:Bank"', 'namen = "x"'), "account"),
    "a number for a role": (in_export('role = "hours"', "role = 3"), "account"),
    "no TOML": (made() + "\nx = \n", "TOML"),
    "a pack that is no TOML": (made("[pack\n"), "TOML"),
    "cases that are no TOML": (made(cases="[case\n"), "TOML"),
    "not UTF-8": (made().encode().replace("ö".encode(), b"\xf6"), "UTF-8"),
    "a BOM": (b"\xef\xbb\xbf" + made().encode(), "BOM"),
    "zeros": (b"\0" * 90_000, "te lang"),
    "a zero": (made().encode().replace(b"# van", b"# \0van"), "TOML"),
    "200 MB": (b"", "10 MB"),
    "600 kB": (made() + "# veel\n" * 90_000, "kB"),
    "a pack of 300 kB": (made(ONS + "# veel\n" * 43_000), "kB"),
    "brackets in brackets": (DEEP + made(), "te diep"),
    "brackets in brackets in the pack": (made(DEEP + ONS), "te diep"),
    "brackets over lines": ("a = " + "[\n" * 100_000 + made(), "te diep"),
    "tables in tables": (made() + f"\n[{DOTTED}]\n", "te diep"),
    "tables in tables, less": (made() + f"\n[{DOTTED[:399]}]\n", "te diep"),
    "dotted keys": (made("\n".join(f"{DOTTED}.b{n} = 1" for n in range(38)) + ONS), "te diep"),
    "ten thousand keys": (made() + "[z]\n" + "".join(f"a{n}=1\n" for n in range(11_000)), "te veel"),
    "a billion": (replaced("value = 100.00", "value = 1000000000000000000.00"), "geen getal"),
    "a number of 4900 digits": (replaced("value = 100.00", "value = " + "9" * 4_900), "geen getal"),
    "a hexadecimal number": (replaced("value = 100.00", "value = 0x" + "f" * 4_900), "geen getal"),
    "not a number": (replaced("value = 100.00", "value = nan"), "geen getal"),
    "an exponent": (replaced("value = 100.00", "value = 1e999999999999999999"), "geen getal"),
    "a day with a time": (replaced("from = 2025-01-01", "from = 2025-01-01T00:00:00"), "eerste dag"),
    "a list for a step": (made("step = [1]\n" + ONS.split("[[step]]")[0]), "geen stappen"),
    "a list for a role": (replaced('input = "costs"', 'input = ["costs"]'), "rol"),
    "a list for an account": (replaced('to = "Liabilities:Opleiding"', 'to = ["x"]'), "bestaat niet"),
    "a list in a condition": (replaced('party = "pot"', 'party = "pot"\nwhen = { a = [1] }'), "voorwaarde"),
    "climbing out of the folder": (replaced('id = "ons"', 'id = "../../ledgers/x"'), "geen naam van regels"),
    "a path": (replaced('id = "ons"', 'id = "/tmp/x"'), "geen naam van regels"),
    "no id": (replaced('id = "ons"', 'id = ""'), '"id"'),
    "a word that runs": (replaced("carry = true", 'run = "rm -rf /"'), "bestaat niet op deze plek"),
    "an include": (made('include = "/etc/passwd"\n' + ONS), "bestaat niet op deze plek"),
    "a number for a quote": (replaced('quote = "een', 'quote = 3 # "een'), "tekst"),
    "an account of nowhere": (replaced("Liabilities:Opleiding", "Liabilities:Nergens"), "bestaat niet"),
    "Cyrillic in an account": (in_export("Liabilities:Opleiding", "Liabilities:Оpleiding"), "lijken"),
    "Cyrillic in a role": (in_export('role = "hours"', 'role = "hоurs"'), "lijken"),
    "Cyrillic in a figure": (replaced("[param.allowance]", '[param."аllowance"]'), "lijken"),
    "Cyrillic in a condition": (replaced('party = "pot"', 'party = "pot"\nwhen = "grаnted"'), "lijken"),
    "an order in an account": (in_export('"Liabilities:Gemeente"', '"Equity:X\\nplugin"'), "lijken"),
    "an order in a role": (in_export('role = "hours"', 'role = "x\\"\\nplugin \\"y"'), "lijken"),
    "an order in a currency": (in_export('"UUR"', '"UUR\\nplugin"'), "account"),
    "writing from right to left": (made(ONS + "# \u202egar\n"), "onzichtbaar teken"),
    "a line that an editor breaks": (made(ONS + '# niets\u2028rate = "90%"\n'), "onzichtbaar teken"),
    "an escape among the cases": (made(cases="# \x9b2J\n"), "onzichtbaar teken"),
    "in two ways": (replaced("[param.allowance]\n", "[param.allowance]\nvalues.x = 1\n#"), "tweede keer"),
}  # fmt: skip
HOSTILE |= {
    f"the address {url}": (replaced('kind = "report"', f'kind = "report"\nurl = "{url}"'), "webadres")
    for url in (
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https://a b",
        "https://a/\\u001b[2J",
    )
}
HOSTILE |= {
    f"pay to {account}": (replaced("Liabilities:Opleiding", account), "kan een stap niet betalen")
    for account in ("Assets:Bank", "Income:Omzet", "Equity:Verdeling", "Liabilities:Btw")
}
HOSTILE |= {
    f"pay to a new account, {account} {role}": (
        made(ONS.replace("Liabilities:Opleiding", account)).replace(
            'name = "Liabilities:Opleiding"', f'name = "{account}"{role}'
        ),
        "kan een stap niet betalen" if "nieuw" not in account else "lijken",
    )
    for account, role in (
        ("Assets:Nieuw", ""), ("Liabilities:nieuw", ""), ("Liabilities:Nieuw", '\nrole = "vat"'),
        ("Equity:Nieuw", '\nrole = "appropriation"'),
    )
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_someone_could_send_is_refused_at_once(
    kind: str, coop: Path, tmp_path: Path, quick: Run
) -> None:
    content, said = HOSTILE[kind]
    file = tmp_path / "uit.toml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    if kind == "200 MB":
        os.truncate(file, 200_000_000)
    before, work = snapshot(coop), work_of()
    done = quick("rules", "import", str(file), "--coop", str(coop))
    assert work() < 5
    assert done.status in (1, 2)
    assert said in done.err
    assert len(done.err) < 5_000
    assert "Traceback" not in done.err
    assert snapshot(coop) == before


@pytest.mark.parametrize(
    "put", [Path.symlink_to, lambda file, _: os.mkfifo(file), lambda file, _: file.mkdir()]
)
def test_what_is_no_file_is_not_opened(
    put: Callable[[Path, Path], None], coop: Path, tmp_path: Path, quick: Run
) -> None:
    real = exported("ons", tmp_path, quick)
    put(tmp_path / "uit.toml", real)
    assert quick("rules", "import", str(tmp_path / "uit.toml"), "--coop", str(coop)).status == 1
    assert not (coop / "rules/ons.toml").exists()
