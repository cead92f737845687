"""Where a key of a TOML file stands: the library that reads TOML tells values, not lines."""

import re

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]#]+?)\s*\]\]?")


class Lines:
    """The lines of a rule pack by table and key."""

    def __init__(self, text: str):
        self.lines = text.split("\n")
        self.tables: list[tuple[str, int]] = []
        for number, line in enumerate(self.lines, 1):
            found = _HEADER.match(line)
            if found:
                self.tables.append((found[2].replace('"', "").replace(" ", ""), number))

    def line(self, table: str, key: str = "", nth: int = 0) -> int:
        """The line of the key in the nth table of that name; of the table's header without a key."""
        starts = [number for name, number in self.tables if name == table]
        if nth >= len(starts):
            return 1
        start = starts[nth]
        ends = [number for _, number in self.tables if number > start]
        if key:
            pattern = re.compile(rf"\s*\"?{re.escape(key)}\"?\s*[.=]")
            for number in range(start, min(ends, default=len(self.lines) + 1) - 1):
                if pattern.match(self.lines[number]):
                    return number + 1
        return start

    def excerpt(self, line: int) -> str:
        return self.lines[line - 1].strip() if 0 < line <= len(self.lines) else ""
