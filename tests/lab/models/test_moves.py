"""Folders of models that were moved: their files are found again, each of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.candidate import candidate_of
from app.core.errors import PersonError
from app.lab.compare.panes import PaneState
from app.lab.models.moves import Moves
from tests.helpers import gguf_files as files

if TYPE_CHECKING:
    from tests.lab.conftest import Bench


def put(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_what_lay_beside_it_and_below_is_found_with_it(tmp_path: Path) -> None:
    old, new = tmp_path / "old" / "llama", tmp_path / "disk" / "models" / "llama"
    put(new / "a.gguf", new / "b.gguf", new.parent / "qwen" / "deep" / "c.gguf")
    kept: list[dict[str, str]] = []
    moves = Moves(keep=kept.append)
    moves.learn(old / "a.gguf", new / "a.gguf")
    assert kept == [{str(tmp_path / "old"): str(tmp_path / "disk" / "models")}]
    for name in ("llama/a.gguf", "llama/b.gguf", "qwen/deep/c.gguf", "qwen"):
        assert moves.place_of(tmp_path / "old" / name) == tmp_path / "disk" / "models" / name
    gone = tmp_path / "old" / "nothing.gguf"
    assert moves.place_of(gone) == gone
    assert Moves(kept[0]).place_of(old / "a.gguf") == new / "a.gguf"


def test_what_is_there_stays_and_the_latest_move_counts(tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("1", "2", "3"))
    put(first / "a", second / "a", second / "b", third / "b")
    moves = Moves()
    moves.learn(first / "x", second / "x")
    moves.learn(first / "x", third / "x")
    assert moves.place_of(first / "a") == first / "a"
    assert moves.place_of(first / "b") == third / "b"


def test_a_file_that_was_only_renamed_teaches_nothing(tmp_path: Path) -> None:
    kept: list[dict[str, str]] = []
    Moves(keep=kept.append).learn(tmp_path / "a.gguf", tmp_path / "b.gguf")
    assert kept == []


def test_old_moves_make_room() -> None:
    kept: list[dict[str, str]] = []
    moves = Moves(keep=kept.append)
    for number in range(150):
        moves.learn(Path(f"/old{number}/a"), Path(f"/new{number}/a"))
    assert len(kept[-1]) == 100
    assert "/old149" in kept[-1]


def test_all_panes_of_a_folder_are_found_again(bench: Bench, tmp_path: Path) -> None:
    folder, moved = tmp_path / "models", tmp_path / "elsewhere"
    folder.mkdir()
    for name in ("a", "b", "c"):
        files.write_tiny_llama(folder / f"{name}-F16.gguf")
    opened = bench.open([folder / f"{name}-F16.gguf" for name in "ab"])
    chat = bench.session.chat.id
    bench.session.ask("Why?")  # a chat without turns would not be kept
    bench.session.stop()
    bench.rest()
    bench.session.start_with([candidate_of(folder / "c-F16.gguf")])
    folder.rename(moved)
    bench.session.open_chat(chat)
    panes = [bench.session.pane(key) for key in opened]
    assert [pane.state for pane in panes] == [PaneState.FAILED] * 2
    assert all(pane.failure is not None and pane.failure.is_gone for pane in panes)
    bench.session.find_again(opened[1], moved / "b-F16.gguf")
    for pane, name in zip(panes, "ab", strict=True):
        assert pane.candidate.place == str(moved / f"{name}-F16.gguf")
        assert (pane.state, pane.failure) == (PaneState.ASLEEP, None)
        assert pane.model is not None
        assert pane.model.path == moved / f"{name}-F16.gguf"
    old_place = candidate_of(folder / "c-F16.gguf")  # of a chat that still has it
    bench.session.start_with([old_place])
    (pane,) = bench.session.panes
    assert pane.state is PaneState.FAILED
    bench.session.follow_moves()
    assert bench.session.panes[0].candidate.place == str(moved / "c-F16.gguf")


def test_nothing_moves_while_answers_come(bench: Bench, models: dict[str, Path]) -> None:
    (key,) = bench.open([models["endless"]])
    bench.session.ask("Why?")
    with pytest.raises(PersonError, match="Stop the answers in progress"):
        bench.session.find_again(key, models["blue"])
    bench.session.stop()
    bench.rest()
