"""What a pack says by itself, before anything is computed: figures, sources, and what nothing uses."""

import re
from collections.abc import Iterator, Mapping, Sequence

from scharrel.analysis.finding import Finding
from scharrel.core.month import Month
from scharrel.core.pack import Pack, Param

_ARTICLE = re.compile(r"\b(art(ikel|\.|icle)?|§)\s*\d", re.IGNORECASE)
_AUTHORITY = ("law", "decision", "agreement")


def static(pack: Pack, roles: frozenset[str]) -> Iterator[Finding]:
    """What can be seen without computing; `roles` are those on which members spend."""
    if unused := sorted(roles - pack.roles()):
        yield Finding("unused-input", values={"roles": tuple(unused)})
    used = {param.id: param for param in pack.used_params()}
    used |= {limit.year.id: limit.year for limit in pack.year_limits if isinstance(limit.year, Param)}
    for param in pack.params.values():
        if param.id not in used:
            yield Finding("unused-param", values={"param": param.id})
    first = pack.valid_from or min((p.values[0][0] for p in used.values()), default=Month(2000, 1))
    yield from _gaps(pack, used, first)
    yield from _sources(pack, used)
    for step in pack.steps:
        for month in sorted({since for param in pack.used_params() for since, _ in param.values}):
            figures = [
                min(band.start.all_figures(month), default=None)
                if isinstance(band.start, Param)
                else band.start
                for band in step.bands
            ]
            known = [figure for figure in figures if figure is not None]
            if known != sorted(set(known)):
                yield Finding("bands-order", step.id, values={"month": month})
                break


def _gaps(pack: Pack, used: Mapping[str, Param], first: Month) -> Iterator[Finding]:
    """Months in which the pack holds but a figure has no value, for someone at least."""
    for param in used.values():
        since = param.values[0][0]
        if since > first:
            values = {"param": param.id, "month": first, "last": since.plus(-1)}
            yield Finding("parameter-gap", _user(pack, param), values=values)
    for fact in dict.fromkeys(param.by for param in used.values() if param.by):
        yield from _missing_cases(pack, fact, [param for param in used.values() if param.by == fact])


def _missing_cases(pack: Pack, fact: str, params: Sequence[Param]) -> Iterator[Finding]:
    """Members whom the pack names, at a condition, another figure or until then, but without a figure."""
    known = {value for step in pack.steps for name, value in step.when if name == fact}
    told: set[tuple[str, str]] = set()
    for month in sorted({since for param in params for since, _ in param.values}):
        in_force = {param.id: frozenset(param.cases(month)) for param in params}
        known = known.union(*in_force.values())
        for param in params:
            cases = in_force[param.id]
            for case in sorted(str(case) for case in known - cases):
                if cases and (param.id, case) not in told:
                    told.add((param.id, case))
                    values = {"param": param.id, "month": month, "fact": fact, "case": case}
                    yield Finding("parameter-gap", _user(pack, param), values=values)


def _user(pack: Pack, param: Param) -> str:
    """The first step that looks at it; none if only a yearly limit does."""
    return next((step.id for step in pack.steps if param in step.params()), "")


def _sources(pack: Pack, used: Mapping[str, Param]) -> Iterator[Finding]:
    for source in pack.sources.values():
        if source.kind == "law" and (not _ARTICLE.search(source.ref) or source.consulted is None):
            missing = "consulted" if _ARTICLE.search(source.ref) else "article"
            yield Finding("law-source", values={"source": source.id, "missing": missing})
    for param in used.values():
        for name in dict.fromkeys(param.source_in(since) for since, _ in param.values):
            if pack.sources[name].kind not in _AUTHORITY:
                yield Finding("no-authority", values={"param": param.id, "source": name})
    if not any(pack.sources[step.source].kind in _AUTHORITY for step in pack.steps):
        yield Finding("no-authority", values={"source": pack.steps[0].source})
