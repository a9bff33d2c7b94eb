from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.errors import PersonError
from app.core.gguf import GgufError, parse_header
from app.core.models.kinds import ModelKind
from app.core.models.model_file import ModelFileError, TruncatedFileError
from app.library.model_files import (
    first_of_set,
    inspect_file,
    open_model_file,
    read_header,
    read_shards,
    whole_sets,
)
from tests.helpers.gguf_container import container, file_bytes
from tests.helpers.gguf_files import (
    write_absurd_counts,
    write_sharded_llama,
    write_tiny_llama,
    write_truncated_llama,
    write_wrong_version,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def sentence_for(path: str | Path) -> str:
    with pytest.raises(PersonError) as caught:
        open_model_file(path)
    return caught.value.sentence


def test_opens_a_file(tmp_path: Path) -> None:
    path = write_tiny_llama(tmp_path / "tiny.gguf", context_length=256)
    found = open_model_file(path)
    assert found == open_model_file(str(path))
    assert found.path == path
    assert found.file_bytes == path.stat().st_size
    assert found.context_length == 256
    assert found.level_name == "F16"
    assert found.vocabulary_size == 261


@pytest.mark.parametrize("opened", [0, 1, 2])
def test_any_shard_opens_the_set(tmp_path: Path, opened: int) -> None:
    paths = write_sharded_llama(tmp_path)
    found = open_model_file(paths[opened])
    assert found.path == paths[0]
    assert found.shard_paths == tuple(paths)
    assert found.parameters == open_model_file(write_tiny_llama(tmp_path / "one.gguf")).parameters


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    paths = write_sharded_llama(tmp_path, n_shards=4)
    paths[1].unlink()
    assert paths[1].name in sentence_for(paths[2])
    paths[0].unlink()
    told = sentence_for(paths[2])
    assert "2 of 4" in told
    assert paths[0].name in told


def test_a_renamed_shard_is_explained(tmp_path: Path) -> None:
    paths = write_sharded_llama(tmp_path)
    renamed = paths[0].rename(tmp_path / "renamed.gguf")
    assert "one of 3 shards" in sentence_for(renamed)


def test_a_lone_file_may_be_called_like_a_shard(tmp_path: Path) -> None:
    path = write_tiny_llama(tmp_path / "tiny-00002-of-00003.gguf")
    assert open_model_file(path).shard_paths == (path,)


def test_links_are_followed_and_their_names_count(tmp_path: Path) -> None:
    store = tmp_path / "blobs"
    store.mkdir()
    links: list[Path] = []
    for number, path in enumerate(write_sharded_llama(tmp_path)):
        blob = path.rename(store / f"blob{number}")
        path.symlink_to(blob)
        links.append(path)
    assert open_model_file(links[1]).shard_paths == tuple(links)
    loop = tmp_path / "loop.gguf"
    loop.symlink_to(loop)
    assert "loop.gguf" in sentence_for(loop)


def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    assert "is not there" in sentence_for(tmp_path / "gone.gguf")
    assert "is a folder" in sentence_for(tmp_path)
    empty = tmp_path / "empty.gguf"
    empty.touch()
    assert "is empty" in sentence_for(empty)
    assert "not a valid file name" in sentence_for("bad\0name.gguf")
    text = tmp_path / "notes.txt"
    text.write_text("just some notes, long enough to have been a header")
    assert "not a GGUF" in sentence_for(text)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in folders")
def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.gguf"
    os.mkfifo(pipe)
    assert "not an ordinary file" in sentence_for(pipe)


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind this account"
)
def test_an_unreadable_file(tmp_path: Path) -> None:
    path = write_tiny_llama(tmp_path / "secret.gguf")
    path.chmod(0)
    assert "may not be read" in sentence_for(path)


@pytest.mark.parametrize("error", [PermissionError(13, "no"), OSError(5, "Input/output error")])
def test_failures_of_the_system_become_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    path = write_tiny_llama(tmp_path / "tiny.gguf")

    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(Path, "open", refuse)
    told = sentence_for(path)
    assert "tiny.gguf" in told
    assert told.endswith(".")


@pytest.mark.parametrize(
    ("write", "kind", "words"),
    [
        (write_truncated_llama, TruncatedFileError, "is truncated"),
        (write_wrong_version, GgufError, "newer"),
        (write_absurd_counts, GgufError, "damaged"),
    ],
)
def test_broken_files(
    tmp_path: Path, write: Callable[[Path], Path], kind: type[PersonError], words: str
) -> None:
    with pytest.raises(kind) as caught:
        open_model_file(write(tmp_path / "broken.gguf"))
    assert words in caught.value.sentence


def test_a_file_that_ends_in_its_header(tmp_path: Path) -> None:
    whole = write_tiny_llama(tmp_path / "whole.gguf").read_bytes()
    cut = tmp_path / "cut.gguf"
    for length in (5, 30, 3_000, parse_header(whole).header_bytes - 1):
        cut.write_bytes(whole[:length])
        assert "“cut.gguf” is truncated" in sentence_for(cut)


def test_other_kinds_of_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "mmproj.gguf"
    path.write_bytes(file_bytes({"general.architecture": "clip"}))
    assert "projector" in sentence_for(path)
    assert inspect_file(path).kind is ModelKind.PROJECTOR


def test_an_unchanged_file_is_read_once_and_a_changed_one_again(tmp_path: Path) -> None:
    path = write_tiny_llama(tmp_path / "tiny.gguf")
    (first,), (again,) = read_shards(path), read_shards(path)
    assert again.header is first.header
    write_tiny_llama(path, context_length=128, n_tokens=300)
    assert open_model_file(path).context_length == 128
    path.unlink()
    with pytest.raises(ModelFileError, match="is not there"):
        open_model_file(path)


class CountingFile(io.BytesIO):
    """Remembers the largest piece it was asked for."""

    largest_read_bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size > 0
        self.largest_read_bytes = max(self.largest_read_bytes, size)
        return super().read(size)


@pytest.mark.parametrize("first_chunk_bytes", [1, 7, 64, 1_000_000])
def test_headers_are_read_in_growing_chunks(tmp_path: Path, first_chunk_bytes: int) -> None:
    data = write_tiny_llama(tmp_path / "tiny.gguf", n_tokens=5_000).read_bytes()
    file = CountingFile(data)
    found = read_header(file, first_chunk_bytes=first_chunk_bytes)
    assert found == parse_header(data)
    assert file.tell() <= max(first_chunk_bytes, 5 * found.header_bytes)


def test_a_claim_is_not_believed_before_the_bytes_are_there() -> None:
    claim = (1).to_bytes(8, "little") + b"k" + (8).to_bytes(4, "little")
    file = CountingFile(container(0, 1, claim + (200_000_000).to_bytes(8, "little") + b"short"))
    with pytest.raises(TruncatedFileError):
        read_header(file, "claims.gguf")
    assert file.largest_read_bytes < 10_000_000


def test_a_later_shard_means_its_set_and_a_set_is_opened_once(tmp_path: Path) -> None:
    shards = [tmp_path / f"x-0000{number}-of-00003.gguf" for number in (1, 2, 3)]
    other = tmp_path / "y-00002-of-00003.gguf"
    for path in (*shards, other):
        path.write_bytes(b"")
    assert first_of_set(shards[2]) == shards[0]
    assert whole_sets([shards[1], other, shards[0], shards[2]]) == [shards[0], other]
    alone = tmp_path / "z.gguf"
    assert whole_sets([alone, alone]) == [alone, alone]
