"""Which experts work on a text, counted by real engines: :mod:`app.engine.host.making.usage`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.candidates.settings import EngineSettings
from app.core.errors import PersonError
from app.core.shrink.importance import from_bytes
from app.lab.engines.opened import opened_file
from app.lab.engines.room import EngineRoom
from app.lab.shrink.importance import make_importance
from app.lab.shrink.left_out.usage import expert_usage
from app.library.model_files import open_model_file
from tests.helpers.architectures import write_architecture
from tests.helpers.moe_files import EXPERTS, USED, write_demo_mixture

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.shrink.usage import ExpertUsage

LAYERS = 6


def usage(path: Path, folder: Path, settings: EngineSettings | None = None) -> ExpertUsage:
    told: list[tuple[int, int]] = []
    found = expert_usage(
        opened_file(open_model_file(path), settings or EngineSettings()),
        chunks=3,
        threads=1,
        room=EngineRoom(folder),
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(0, 3), (1, 3), (2, 3)]
    return found


def test_counts_are_those_of_an_importance_matrix(demo_model: Path, tmp_path: Path) -> None:
    """Both read the same text; the matrix counts the rows that go into each expert's weights."""
    mixture = write_demo_mixture(demo_model, tmp_path / "mixture.gguf")
    found = usage(mixture, tmp_path)
    assert (found.text, found.tokens, found.used) == ("shrinkscope-demo", 1536, USED)
    assert [each.layer for each in found.layers] == list(range(LAYERS))
    matrix = tmp_path / "matrix.gguf"
    make_importance(
        mixture,
        matrix,
        chunks=3,
        threads=1,
        room=EngineRoom(tmp_path),
        on_progress=lambda _done, _total: None,
    )
    entries = from_bytes(matrix.read_bytes(), matrix.name).entries
    for each in found.layers:
        counted = entries[f"blk.{each.layer}.ffn_gate_exps.weight"].counts
        assert list(each.counts) == counted.astype(int).tolist()
        assert sum(each.counts) == found.tokens * USED


def test_settings_say_how_many_are_chosen(demo_model: Path, tmp_path: Path) -> None:
    mixture = write_demo_mixture(demo_model, tmp_path / "mixture.gguf")
    one, every = (usage(mixture, tmp_path, EngineSettings(experts=n)) for n in (1, EXPERTS))
    assert {sum(each.counts) for each in one.layers} == {one.tokens}
    assert {each.counts for each in every.layers} == {(every.tokens,) * EXPERTS}
    assert (one.used, every.used, every.half, every.idle) == (1, EXPERTS, EXPERTS / 2, 0)


@pytest.mark.parametrize("name", ["qwen2moe", "mixtral", "deepseek2"])
def test_mixtures_of_several_kinds_show_their_choices(tmp_path: Path, name: str) -> None:
    found = usage(write_architecture(tmp_path / "m.gguf", name), tmp_path)
    assert {sum(each.counts) for each in found.layers} == {found.tokens * found.used}


def test_a_dense_model_is_refused(demo_model: Path, tmp_path: Path) -> None:
    with pytest.raises(PersonError, match="no mixture of experts"):
        usage(demo_model, tmp_path)
