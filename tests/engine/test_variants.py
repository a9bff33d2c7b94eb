"""Which CPU variants engines do without."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine import variants
from tests.engine.conftest import PATIENCE_SECONDS, RecordedEngine


def test_engines_are_told_what_to_do_without(tmp_path: Path) -> None:
    assert variants.start_words(tmp_path) == []
    variants.leave_out(tmp_path, ["sapphirerapids", "zen4"])
    assert variants.left_out(tmp_path) == ("sapphirerapids", "zen4")
    assert variants.start_words(tmp_path) == ["--without-variants", "sapphirerapids,zen4"]


def test_another_engine_begins_with_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variants.leave_out(tmp_path, ["zen4"])
    monkeypatch.setattr(variants, "engine_build", lambda: "another")
    assert variants.left_out(tmp_path) == ()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"libraries": 1}', b"\xff" * 99])
def test_a_list_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cpu-variants.json").write_bytes(content)
    assert variants.left_out(tmp_path) == ()


def test_an_engine_starts_with_a_list_of_a_build_without_variants(tmp_path: Path) -> None:
    variants.leave_out(tmp_path, ["haswell"])
    other = RecordedEngine(tmp_path)
    # There is but one library for the processor.
    assert other.start().variant == ""
    other.client.close()
    assert other.client.join(PATIENCE_SECONDS)
