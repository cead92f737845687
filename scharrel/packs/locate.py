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

    def line(self, table: str, key: str = "", nth: int = 0, having: str = "") -> int:
        """The line of the key in the nth table of that name, whether it stands there or is a table of its
        own; of the table's header without a key. `having` looks on from there for these words."""
        starts = [number for name, number in self.tables if name == table]
        if nth >= len(starts):
            return 1
        start, end = starts[nth], self._end(starts[nth])
        found = start
        if key:
            pattern = re.compile(rf"\s*\"?{re.escape(key)}\"?\s*[.=]")
            matching = (at + 1 for at in range(start, end - 1) if pattern.match(self.lines[at]))
            until = starts[nth + 1] if nth + 1 < len(starts) else len(self.lines) + 1
            own = (at for name, at in self.tables if name == f"{table}.{key}" and start < at < until)
            found = next(matching, next(own, start))
        lines = range(found - 1, max(self._end(found), end) - 1)
        return next((at for at in lines if having in self.lines[at]), found - 1) + 1

    def _end(self, start: int) -> int:
        """The line of the next table."""
        return min((number for _, number in self.tables if number > start), default=len(self.lines) + 1)

    def excerpt(self, line: int) -> str:
        return self.lines[line - 1].strip() if 0 < line <= len(self.lines) else ""
