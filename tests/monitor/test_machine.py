"""The facts of this PC."""

from __future__ import annotations

import dataclasses
import json
import platform

import psutil

from app.monitor.machine import machine_facts, physical_core_count


def test_facts_are_this_pcs() -> None:
    facts = machine_facts()
    assert facts.cpu
    assert facts.os
    assert facts.python == platform.python_version()
    assert facts.memory_total_bytes == psutil.virtual_memory().total
    assert facts.logical_cores == psutil.cpu_count()
    assert facts.power in {"mains", "battery", None}


def test_facts_can_be_written_as_json() -> None:
    facts = machine_facts()
    written = json.loads(json.dumps(dataclasses.asdict(facts)))
    assert written["memory_total_bytes"] == facts.memory_total_bytes
    assert isinstance(written["gpus"], list)


def test_there_is_always_a_core() -> None:
    assert physical_core_count() >= 1
