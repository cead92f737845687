"""Digests of rules as they hold in a month, and of anything else."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from scharrel.core.month import Month
from scharrel.core.pack import Pack, Param, Source


def digest_of(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def rules_digest(pack: Pack, month: Month, *, roles: bool = True) -> str:
    """The rules as they hold in the month: a value for a later month changes nothing. A seal that holds the
    `roles` of the chart has none here."""
    steps = [
        # What a step does not use stays out, so that a later version may know more.
        [
            [field.name, as_in(value, month)]
            for field in fields(step)
            if (value := getattr(step, field.name)) != field.default and (roles or field.name != "feeds_role")
        ]
        for step in pack.steps
    ]
    named = {step.source for step in pack.steps} | {
        p.source_in(month) for step in pack.steps for p in step.params()
    }
    sources = [_cited(pack.sources[name]) for name in sorted(named)]
    whole = [pack.id, pack.pool, steps, sources, *([pack.contributions] if pack.contributions else [])]
    received = ["counts received"] if pack.by_payment else []
    return digest_of(json.dumps([*whole, *received], ensure_ascii=False).encode())


def _cited(source: Source) -> str:
    return " ".join([str(source), *(str(more) for more in (source.day, source.item) if more)])


def as_in(value: Any, month: Month) -> Any:
    """A value of a step with its parameters as they hold in the month."""
    if isinstance(value, Param):
        in_force = [[str(since), as_in(found, month)] for since, found in value.values if since <= month]
        return in_force[-1:]
    if isinstance(value, Mapping):
        return {key: str(found) for key, found in sorted(value.items())}
    if isinstance(value, tuple):
        return [as_in(item, month) for item in value]
    return value if isinstance(value, bool | None) else str(value)


def digest_of_texts(parts: Iterable[str]) -> str:
    """What tells these texts from any others."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
