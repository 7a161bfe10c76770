"""Writing down a run, and letting the public see it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from homeground_web.audit import log
from homeground_web.runs import store
from homeground_web.runs.analysis import version
from homeground_web.runs.models import PlaceResult, Run, RunFile
from homeground_web.shell import freshness

__all__ = ["Computed", "keep_places", "publish", "record", "withdraw"]

_BATCH = 2000


@dataclass(frozen=True)
class Computed:
    """What an ``analysis.py`` hands over: plain values and files, nothing of the library's own classes.

    Attributes
    ----------
    inputs : sequence of dict
        ``file``, ``sha256``, ``bytes`` of everything that was read; empty for all files of the load.
    sources : sequence of dict
        ``id``, ``title``, ``publisher``, ``period``, ``licence``, ``address``.
    files : mapping of str to (Path, str)
        By name: where the file lies now, and what it holds in words.
    """

    kind: str
    title: str
    inputs: Sequence[Mapping[str, Any]]
    parameters: Mapping[str, Any]
    sources: Sequence[Mapping[str, Any]]
    notes: Sequence[str]
    summary: Mapping[str, Any]
    command: str
    seconds: float
    files: Mapping[str, tuple[Path, str]] = field(default_factory=dict)


@transaction.atomic
def record(computed: Computed, *, load: Any = None, user: Any = None, state: Any = Run.State.DRAFT) -> Run:
    """Write down a run and keep its files; return it."""
    kept = {name: (*store.keep(path), holds) for name, (path, holds) in sorted(computed.files.items())}
    run = Run.objects.create(
        kind=computed.kind,
        title=computed.title,
        load=load,
        state=state,
        inputs=list(computed.inputs) or (load.summary.get("files", []) if load else []),
        parameters=dict(computed.parameters),
        sources=list(computed.sources),
        notes=list(computed.notes),
        summary=dict(computed.summary),
        command=computed.command,
        library_version=version(),
        result_hash=_result_hash({name: sha256 for name, (sha256, _, _) in kept.items()}, computed.summary),
        seconds=computed.seconds,
        user_id=getattr(user, "pk", None),
        computed=timezone.now(),
    )
    RunFile.objects.bulk_create(
        RunFile(run=run, name=name, sha256=sha256, size=size, holds=holds)
        for name, (sha256, size, holds) in kept.items()
    )
    log.write("computed", run, user=user, after={"kind": run.kind, "state": run.state, "result": run.result_hash})
    return run


def keep_places(run: Run, node: str, rows: Iterable[tuple[str, bytes]]) -> None:
    """Write down what a run says of each area of a kind: its code and what is packed, a portion after another."""
    left = iter(rows)
    while batch := list(islice(left, _BATCH)):
        PlaceResult.objects.bulk_create(PlaceResult(run=run, node=node, code=code, body=body) for code, body in batch)


def _result_hash(files: Mapping[str, str], summary: Mapping[str, Any]) -> str:
    said = json.dumps([sorted(files.items()), summary], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(said.encode()).hexdigest()


def publish(run: Run, *, user: Any = None) -> None:
    """Let the public see a run; what was published of the same kind and data is withdrawn."""
    with transaction.atomic():
        before = Run.objects.filter(load=run.load, kind=run.kind, state=Run.State.PUBLISHED).exclude(pk=run.pk)
        for old in before:
            _move(old, Run.State.WITHDRAWN, user)
        _move(run, Run.State.PUBLISHED, user)
    freshness.move_on()


def withdraw(run: Run, *, user: Any = None) -> None:
    """Take a run out of the public's sight; it stays stored."""
    with transaction.atomic():
        _move(run, Run.State.WITHDRAWN, user)
    freshness.move_on()


def _move(run: Run, state: Any, user: Any) -> None:
    was, run.state = run.state, state
    run.save(update_fields=["state"])
    log.write("moved", run, user=user, before={"state": was}, after={"state": state})
