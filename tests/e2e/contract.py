"""What the JSON of every command must hold: which fields, of which type, null when."""

from __future__ import annotations

from typing import Any

Number = (int, float)
Null = type(None)

MACHINE = {
    "cpu": (str, Null),
    "physical_cores": int,
    "logical_cores": int,
    "memory_total_bytes": int,
    "os": str,
    "python": str,
    "gpus": list,
}
DEVICE = {
    "name": str,
    "kind": str,
    "weights_bytes": int,
    "kv_bytes": int,
    "compute_bytes": int,
    "available_bytes": (int, Null),
}
OF_THE_HEADER = {"level": str, "file_bytes": int, "bits_per_weight": float, "parameters": int}
OF_THE_LOAD = {
    "load_ns": int,
    "peak_private_bytes": (int, Null),
    "peak_mapped_bytes": (int, Null),
    "devices": list,
}
OF_THE_ANSWER = {
    "prompt_tokens": int,
    "prompt_ns": int,
    "first_token_ns": int,
    "generated_tokens": int,
    "thinking_tokens": int,
    "generation_ns": int,
    "tokens_per_second": (float, Null),
    "memory_needed_bytes": (int, Null),
}
STOP_REASONS = {"end", "length", "context", "stopped", "error"}


def has(document: dict[str, Any], fields: dict[str, Any]) -> None:
    """Every field is there and of its type; a truth value is no number."""
    for name, types in fields.items():
        assert name in document, name
        value = document[name]
        assert isinstance(value, types), (name, value)
        assert not isinstance(value, bool) or types is bool, (name, value)


def nulls(document: dict[str, Any], fields: dict[str, Any]) -> None:
    """Every field is there and null."""
    for name in fields:
        assert name in document, name
        assert document[name] is None, (name, document[name])


def is_comparison(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Check a document of ``compare``; returns its rows."""
    has(document, {"machine": dict, "engine": (str, Null), "mode": str, "candidates": list})
    has(document["machine"], MACHINE)
    assert document["mode"] in ("race", "together")
    for row in document["candidates"]:
        _is_candidate(row)
    return document["candidates"]


def _is_candidate(row: dict[str, Any]) -> None:
    has(row, {"file": str, "stop_reason": str, "text": str, "error": (str, Null)})
    assert row["stop_reason"] in STOP_REASONS
    assert (row["error"] is not None) == (row["stop_reason"] == "error")
    if row["error"] is None:
        has(row, OF_THE_HEADER | OF_THE_LOAD | OF_THE_ANSWER)
        _figures_agree(row)
        return
    is_sentence(row["error"])
    nulls(row, OF_THE_ANSWER)
    if row["level"] is None:
        nulls(row, OF_THE_HEADER | OF_THE_LOAD)
    else:
        has(row, OF_THE_HEADER)
        has(row, {name: (kind, Null) for name, kind in OF_THE_LOAD.items() if kind is int})


def _figures_agree(row: dict[str, Any]) -> None:
    for device in row["devices"]:
        has(device, DEVICE)
    assert sum(device["weights_bytes"] for device in row["devices"]) > 0
    assert row["first_token_ns"] >= row["prompt_ns"] > 0
    assert 0 <= row["thinking_tokens"] <= row["generated_tokens"]
    tokens, speed = row["generated_tokens"], row["tokens_per_second"]
    if tokens < 2:
        assert speed is None
    else:
        assert speed is not None
        assert abs(speed * row["generation_ns"] / 1e9 / (tokens - 1) - 1) < 1e-9


def is_benchmark(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Check a document of ``bench``; returns its rows."""
    has(document, {"machine": dict, "engine": (str, Null), "results": list, "drift": (list, Null)})
    has(document["machine"], MACHINE)
    for row in document["results"]:
        has(row, {"file": str, "test": str, "threads": int, "depth": int, "samples": list})
        has(row, {"level": (str, Null), "error": (str, Null), "mean": (float, Null)})
        has(row, {"stddev": (float, Null)})
        samples = row["samples"]
        assert all(sample > 0 for sample in samples)
        assert (row["mean"] is None) == (not samples)
        assert (row["stddev"] is None) == (len(samples) < 2)
        if samples:
            assert min(samples) <= row["mean"] <= max(samples)
        if row["error"] is not None:
            is_sentence(row["error"])
    return document["results"]


def is_sentence(text: str) -> None:
    """One plain sentence: no line break, no traceback, an end."""
    assert text, "says nothing"
    assert "\n" not in text
    assert "Traceback" not in text
    names = text.startswith(("llama.cpp", "shrinkscope"))
    assert names or text[0].isupper() or not text[0].isalpha(), text
    assert text[-1] in ".?!", text
