"""Model files in the folders of all programs, found once.

Tests app.library.folders, app.library.ollama and app.library.walk.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.gguf import GgufType
from app.core.models.family import LibraryModel, ModelSource
from app.core.models.kinds import ModelKind
from app.core.words.sentence import say
from app.library import scan as scanning
from app.library import walk
from app.library.facts import Facts, from_bytes, to_bytes
from app.library.folders import find_in_place
from app.library.model_files import inspect_file
from app.library.places import Place
from app.library.scan import LibraryScan, scan
from tests.helpers.gguf_container import Typed, file_bytes
from tests.helpers.gguf_files import write_sharded_llama, write_tiny_llama, write_truncated_llama
from tests.helpers.model_folders import (
    COMMIT,
    LATER_COMMIT,
    adapter_gguf,
    hugging_face_file,
    ollama_model,
    small_gguf,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.core.models.model_file import ModelFile
    from app.library.found import Found
    from app.library.walk import Walk

links = pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")
S = ModelSource


class Memory:
    """A cache that lives as long as a test."""

    def __init__(self) -> None:
        self.rows: dict[bytes, tuple[str, bytes]] = {}

    def get(self, key: bytes) -> tuple[str, bytes] | None:
        return self.rows.get(key)

    def put(self, key: bytes, stamp: str, facts: bytes) -> None:
        self.rows[key] = (stamp, facts)


def look(
    *folders: Path | tuple[ModelSource, Path],
    cache: Memory | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    on_found: Callable[[Sequence[LibraryModel]], object] = lambda _: None,
) -> LibraryScan:
    places = [
        Place(*folder) if isinstance(folder, tuple) else Place(S.OWN_FOLDER, folder)
        for folder in folders
    ]
    return scan(places, cache or Memory(), cancelled=cancelled, on_found=on_found)


def names(result: LibraryScan) -> list[str]:
    return [model.name for model in result.models]


def test_every_file_below_a_folder(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "a.gguf").write_bytes(small_gguf())
    (tmp_path / "deep" / "B.GGUF").write_bytes(small_gguf(salt=1))
    (tmp_path / "deep" / "er" / "model.gguf").write_bytes(small_gguf(salt=2))
    (tmp_path / "deep" / "notes.txt").write_text("no model")
    result = look(tmp_path)
    assert names(result) == ["a", "B", "er"]
    assert result.complete
    assert result.problems == ()
    assert result.folders == (tmp_path, tmp_path / "deep", tmp_path / "deep" / "er")
    first = result.models[0]
    assert first.path == tmp_path / "a.gguf"
    assert first.file_bytes == first.path.stat().st_size
    assert first.modified_ns == first.path.stat().st_mtime_ns
    assert first.model == inspect_file(first.path)
    assert (first.broken, first.repository, first.source) == (None, None, S.OWN_FOLDER)


def test_folders_that_are_not_there_hold_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = look(tmp_path / "nowhere", tmp_path / "file", Path("a\0b"))
    assert (result.models, result.folders, result.problems) == ((), (), ())


def test_shards_are_one_and_a_missing_one_is_told(tmp_path: Path) -> None:
    paths = write_sharded_llama(tmp_path)
    (whole,) = look(tmp_path).models
    assert (whole.name, whole.path, whole.files) == ("tiny", paths[0], tuple(paths))
    assert whole.model is not None
    assert whole.file_bytes == whole.model.file_bytes == sum(p.stat().st_size for p in paths)
    paths[0].unlink()
    (rest,) = look(tmp_path).models
    assert rest.model is None
    assert rest.files == tuple(paths[1:])
    assert "missing" in str(rest.broken)


def test_lone_files_may_be_called_like_shards(tmp_path: Path) -> None:
    for number in (1, 2):
        path = tmp_path / f"x-0000{number}-of-00002.gguf"
        path.write_bytes(small_gguf(salt=number))
    cache = Memory()
    first = look(tmp_path, cache=cache)
    assert names(first) == ["x-00001-of-00002", "x-00002-of-00002"]
    assert [len(model.files) for model in first.models] == [1, 1]
    again = look(tmp_path, cache=cache)
    assert (again.models, again.headers_read) == (first.models, 0)


def test_broken_files_are_kept_with_their_reason(tmp_path: Path) -> None:
    write_truncated_llama(tmp_path / "cut.gguf")
    (tmp_path / "empty.gguf").touch()
    (tmp_path / "text.gguf").write_text("This is a letter.")
    found = {model.name: str(model.broken) for model in look(tmp_path).models}
    assert set(found) == {"cut", "empty", "text"}
    assert "truncated" in found["cut"]
    assert "empty" in found["empty"]
    assert "not a GGUF" in found["text"]


def test_a_file_with_impossible_figures_is_one_row_of_many(tmp_path: Path) -> None:
    """192 bytes whose figures are beyond 64 bits do not take the library with them."""
    impossible = {
        "general.architecture": "llama",
        "llama.block_count": 1,
        "llama.attention.head_count": 2**32 - 1,
        "llama.attention.key_length": Typed(GgufType.UINT64, 2**63),
    }
    (tmp_path / "a.gguf").write_bytes(small_gguf())
    (tmp_path / "b.gguf").write_bytes(file_bytes(impossible))
    (tmp_path / "c.gguf").write_bytes(small_gguf(salt=1))
    cache = Memory()
    for _ in range(2):
        found = {model.path.name: model.broken for model in look(tmp_path, cache=cache).models}
        assert list(found) == ["a.gguf", "b.gguf", "c.gguf"]
        assert found["a.gguf"] is found["c.gguf"] is None
        assert found["b.gguf"] is not None
        assert "impossible" in str(found["b.gguf"])


def test_what_goes_wrong_unexpectedly_with_a_file_is_its_row_and_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Stands for faults that nobody knows yet."""

    def inspect(path: Path) -> ModelFile:
        if path.name == "b.gguf":
            raise OverflowError("int too large to convert")
        return inspect_file(path)

    monkeypatch.setattr(scanning, "inspect_file", inspect)
    for number, name in enumerate("abc"):
        (tmp_path / f"{name}.gguf").write_bytes(small_gguf(salt=number))
    result = look(tmp_path)
    assert [model.broken is None for model in result.models] == [True, False, True]
    told = result.models[1].broken
    assert told is not None
    assert str(told).startswith("“b.gguf” cannot be read")
    assert "int too large to convert" in caplog.text


def test_a_place_that_goes_wrong_unexpectedly_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Stands for faults that nobody knows yet."""
    for number, name in enumerate(("one", "two")):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.gguf").write_bytes(small_gguf(salt=number))

    def find(walk: Walk, place: Place) -> Iterator[Found]:
        yield from find_in_place(walk, place)
        if place.folder.name == "one":
            raise RecursionError("a note that is a circle")

    monkeypatch.setattr(scanning, "find_in_place", find)
    result = look(tmp_path / "one", tmp_path / "two")
    assert names(result) == ["one", "two"]
    assert len(result.problems) == 1
    assert str(tmp_path / "one") in str(result.problems[0])
    assert "a note that is a circle" in caplog.text


@pytest.mark.parametrize("ending", [".part", ".aria2", ".crdownload", ".incomplete"])
def test_downloads_under_way_are_no_models(tmp_path: Path, ending: str) -> None:
    (tmp_path / "whole.gguf").write_bytes(small_gguf())
    (tmp_path / "coming.gguf").write_bytes(small_gguf()[:50])
    (tmp_path / f"coming.gguf{ending}").touch()
    (tmp_path / f"other.gguf{ending}").write_bytes(small_gguf())
    assert names(look(tmp_path)) == ["whole"]


def test_files_that_are_no_language_models_are_recognised(tmp_path: Path) -> None:
    kinds = {
        "mmproj-F16": {"general.architecture": "clip"},
        "imatrix": {"general.type": "imatrix", "general.architecture": None},
    }
    for name, metadata in kinds.items():
        (tmp_path / f"{name}.gguf").write_bytes(small_gguf(metadata=metadata))
    (tmp_path / "lora.gguf").write_bytes(adapter_gguf())
    changes_nothing = small_gguf(metadata={"general.type": "adapter", "adapter.type": "lora"})
    (tmp_path / "nothing.gguf").write_bytes(changes_nothing)
    found = {model.name: model for model in look(tmp_path).models}
    why = found.pop("nothing").broken
    assert str(why) == "“nothing.gguf” is an adapter that changes nothing."
    assert {name: model.model.kind for name, model in found.items() if model.model} == {
        "mmproj-F16": ModelKind.PROJECTOR,
        "lora": ModelKind.ADAPTER,
        "imatrix": ModelKind.IMPORTANCE_MATRIX,
    }
    assert not any(model.is_language_model for model in found.values())


# --- links --------------------------------------------------------------------------------


@links
def test_a_file_that_is_reached_twice_counts_once(tmp_path: Path) -> None:
    real = tmp_path / "a"
    real.mkdir()
    (real / "one.gguf").write_bytes(small_gguf())
    (tmp_path / "b").symlink_to(real)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "hard.gguf").hardlink_to(real / "one.gguf")
    (tmp_path / "c" / "soft.gguf").symlink_to(real / "one.gguf")
    result = look((S.LM_STUDIO, real), tmp_path)
    assert [(model.name, model.source) for model in result.models] == [("one", S.LM_STUDIO)]


@links
def test_circles_and_links_to_nowhere_end(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a" / "self")
    (tmp_path / "a" / "gone.gguf").symlink_to(tmp_path / "nowhere.gguf")
    (tmp_path / "a" / "round.gguf").symlink_to(tmp_path / "a" / "round.gguf")
    (tmp_path / "a" / "real.gguf").write_bytes(small_gguf())
    result = look(tmp_path)
    assert names(result) == ["real"]
    assert len(result.folders) == 3


def test_depth_and_number_of_folders_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path
    for depth in range(walk.MAX_DEPTH + 2):
        (folder / f"at{depth}.gguf").write_bytes(small_gguf(salt=depth))
        folder = folder / "d"
        folder.mkdir()
    assert len(look(tmp_path).models) == walk.MAX_DEPTH + 1
    monkeypatch.setattr(walk, "MAX_FOLDERS", 5)
    result = look(tmp_path)
    assert len(result.folders) == len(result.models) == 5
    assert "Only the first 5 folders" in str(result.problems[0])


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of Unix")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (tmp_path / "open.gguf").write_bytes(small_gguf())
    locked = tmp_path / "locked.gguf"
    locked.write_bytes(small_gguf(salt=1))
    closed.chmod(0)
    locked.chmod(0)
    if os.access(closed, os.R_OK):
        pytest.skip("permissions do not bind this account")
    cache = Memory()
    result = look(tmp_path, cache=cache)
    assert {model.name: model.broken is None for model in result.models} == {
        "open": True,
        "locked": False,
    }
    assert str(closed) in str(result.problems[0])
    locked.chmod(0o600)
    assert all(model.broken is None for model in look(tmp_path, cache=cache).models)
    closed.chmod(0o700)


# --- layouts ------------------------------------------------------------------------------


@links
def test_hugging_face_cache(tmp_path: Path) -> None:
    path = hugging_face_file(tmp_path, "org/Some-GGUF", "Some-Q4_K_M.gguf", small_gguf())
    hugging_face_file(tmp_path, "org/Some-GGUF", "deep/Some-F16.gguf", small_gguf(salt=1))
    hugging_face_file(tmp_path, "org/Some-GGUF", "README.md", b"# Some")
    blobs = tmp_path / "models--org--Some-GGUF" / "blobs"
    (blobs / "abc.incomplete").write_bytes(small_gguf()[:100])
    (blobs / "other").write_bytes(small_gguf(salt=2))
    found = look((S.HUGGING_FACE, tmp_path)).models
    assert [model.name for model in found] == ["Some-Q4_K_M", "Some-F16"]
    assert {(model.repository, model.commit) for model in found} == {("org/Some-GGUF", COMMIT)}
    assert found[0].path == path
    assert not any(model.is_older for model in found)


@links
def test_versions_of_a_repository_share_what_did_not_change(tmp_path: Path) -> None:
    same = small_gguf()
    for commit, salt in ((LATER_COMMIT, 2), (COMMIT, 1)):
        current = commit == LATER_COMMIT
        for name, data in (("same.gguf", same), ("changed.gguf", small_gguf(salt=salt))):
            hugging_face_file(tmp_path, "org/x", name, data, commit=commit, current=current)
    found = look((S.HUGGING_FACE, tmp_path)).models
    assert [(model.name, model.commit, model.is_older) for model in found] == [
        ("changed", LATER_COMMIT, False),
        ("same", LATER_COMMIT, False),
        ("changed", COMMIT, True),
    ]


def test_a_cache_without_links_and_a_broken_one(tmp_path: Path) -> None:
    hugging_face_file(tmp_path, "org/x", "model.gguf", small_gguf(), linked=False)
    (tmp_path / "models--org--empty").mkdir()
    (tmp_path / "models--").mkdir()
    (tmp_path / "models--org--file" / "snapshots").parent.mkdir()
    (tmp_path / "models--org--file" / "snapshots").touch()
    (tmp_path / "models--org--x" / "refs" / "main").write_bytes(b"\xff" * 3000)
    found = look((S.HUGGING_FACE, tmp_path)).models
    assert [(model.name, model.repository) for model in found] == [("x", "org/x")]


@links
def test_links_to_blobs_that_are_gone_are_no_models(tmp_path: Path) -> None:
    path = hugging_face_file(tmp_path, "org/x", "a.gguf", small_gguf())
    path.resolve().unlink()
    assert look((S.HUGGING_FACE, tmp_path)).models == ()


@links
def test_shards_in_a_cache_are_one(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    for path in write_sharded_llama(folder):
        hugging_face_file(tmp_path / "hub", "org/x", f"F16/{path.name}", path.read_bytes())
    (found,) = look((S.HUGGING_FACE, tmp_path / "hub")).models
    assert (found.name, len(found.files), found.broken) == ("tiny", 3, None)


@links
def test_such_a_cache_is_known_wherever_it_lies(tmp_path: Path) -> None:
    hugging_face_file(tmp_path / "hf" / "hub", "org/x", "a.gguf", small_gguf())
    (found,) = look(tmp_path).models
    assert (found.repository, found.source) == ("org/x", S.OWN_FOLDER)


def test_ollama(tmp_path: Path) -> None:
    data = small_gguf(name=None)
    blob = ollama_model(tmp_path, "registry.ollama.ai/library/some/latest", data)
    ollama_model(tmp_path, "registry.ollama.ai/library/some/3b", data)
    ollama_model(tmp_path, "registry.ollama.ai/me/own/q8", small_gguf(salt=1))
    hub = small_gguf(salt=2)
    ollama_model(tmp_path, "hf.co/org/Repo-GGUF/Q4_K_M", hub, projector=small_gguf(salt=3))
    ollama_model(tmp_path, "ollama.com/library/new/1b", small_gguf(salt=4), manifests="manifest-v2")
    found = {model.name: model for model in look((S.OLLAMA, tmp_path)).models}
    assert set(found) == {
        "some:3b",
        "me/own:q8",
        "hf.co/org/Repo-GGUF:Q4_K_M",
        "hf.co/org/Repo-GGUF:Q4_K_M projector",
        "new:1b",
    }
    some = found["some:3b"]
    assert (some.path, some.aliases, some.source) == (blob, ("some:latest",), S.OLLAMA)
    # Neither the file nor its header says a name.
    assert some.model is not None
    assert (some.model.name, some.model.family_key) == ("some:3b", "llama/some-3b")
    assert found["hf.co/org/Repo-GGUF:Q4_K_M"].repository == "org/Repo-GGUF"


def test_an_ollama_store_is_known_wherever_it_lies(tmp_path: Path) -> None:
    ollama_model(tmp_path / "moved", "registry.ollama.ai/library/some/3b", small_gguf())
    (found,) = look(tmp_path).models
    assert (found.name, found.source) == ("some:3b", S.OLLAMA)


@given(
    st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=8) | st.just("../../../etc/passwd"),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["layers", "digest", "mediaType"]), inner)
            ),
            max_leaves=6,
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_manifests_may_hold_anything(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    store = tmp_path_factory.mktemp("store")
    manifest = store / "manifests" / "registry.ollama.ai" / "library" / "x" / "latest"
    manifest.parent.mkdir(parents=True)
    manifest.write_bytes(raw)
    (store / "blobs").mkdir()
    assert look((S.OLLAMA, store)).models == ()
    shutil.rmtree(store)


def test_lm_studio(tmp_path: Path) -> None:
    path = tmp_path / "publisher" / "Model-GGUF" / "Model-Q8_0.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(small_gguf(level="Q8_0"))
    (tmp_path / "loose.gguf").write_bytes(small_gguf(salt=1))
    found = look((S.LM_STUDIO, tmp_path)).models
    assert [(model.name, model.repository) for model in found] == [
        ("loose", None),
        ("Model-Q8_0", "publisher/Model-GGUF"),
    ]


def test_llama_cpps_former_cache(tmp_path: Path) -> None:
    (tmp_path / "manifest=org=Some_x-GGUF=latest.json").write_text("{}")
    (tmp_path / "org_Some_x-GGUF_Some_x-Q8_0.gguf").write_bytes(small_gguf())
    (tmp_path / "org_Some_x-GGUF_Some_x-Q8_0.gguf.json").write_text("{}")
    (tmp_path / "other.gguf").write_bytes(small_gguf(salt=1))
    found = look((S.LLAMA_CPP, tmp_path)).models
    assert [(model.name, model.repository) for model in found] == [
        ("Some_x-Q8_0", "org/Some_x-GGUF"),
        ("other", None),
    ]


def test_jan(tmp_path: Path) -> None:
    models = tmp_path / "jan"
    (models / "Qwen-Q4").mkdir(parents=True)
    (models / "Qwen-Q4" / "model.gguf").write_bytes(small_gguf(name="model"))
    (models / "Qwen-Q4" / "model.yml").write_text(
        "name: Qwen\nmodel_path: llamacpp/models/Qwen-Q4/model.gguf\nsize_bytes: 3\n"
    )
    elsewhere = tmp_path / "elsewhere" / "big.gguf"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(small_gguf(salt=1))
    (models / "imported").mkdir()
    (models / "imported" / "model.yml").write_text(f"model_path: '{elsewhere}'\n")
    found = look((S.JAN, models)).models
    assert [(model.name, model.path, model.aliases) for model in found] == [
        ("Qwen-Q4", models / "Qwen-Q4" / "model.gguf", ()),
        ("big", elsewhere, ("imported",)),
    ]
    assert found[0].model is not None
    assert found[0].model.name == "Qwen-Q4"


# --- a second look ------------------------------------------------------------------------


def test_only_what_changed_is_read_again(tmp_path: Path) -> None:
    cache = Memory()
    for number in range(4):
        (tmp_path / f"m{number}.gguf").write_bytes(small_gguf(salt=number))
    write_truncated_llama(tmp_path / "broken.gguf")
    first = look(tmp_path, cache=cache)
    assert first.headers_read == 5
    again = look(tmp_path, cache=cache)
    assert again.headers_read == 0
    assert again.models == first.models
    (tmp_path / "m1.gguf").write_bytes(small_gguf(name="Another", salt=10))
    os.utime(tmp_path / "m2.gguf", ns=(1, 1))
    (tmp_path / "m3.gguf").unlink()
    third = look(tmp_path, cache=cache)
    assert third.headers_read == 2
    assert names(third) == ["broken", "m0", "m1", "m2"]
    assert third.models[2].model is not None
    assert third.models[2].model.name == "Another"


def test_nothing_is_changed_in_the_folders(tmp_path: Path) -> None:
    ollama_model(tmp_path / "ollama", "registry.ollama.ai/library/some/3b", small_gguf())
    hugging_face_file(tmp_path / "hub", "org/x", "a.gguf", small_gguf(salt=1), linked=False)

    def state() -> list[tuple[str, int, int]]:
        paths = sorted(tmp_path.rglob("*"))
        return [(str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in paths]

    before = state()
    assert len(look(tmp_path).models) == 2
    assert state() == before


@pytest.mark.parametrize("junk", [b"", b"\xc1", b"\x92\xc0\xc0", b"\x92\x90\xc0"])
def test_a_cache_with_junk_in_it_is_passed_over(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "a.gguf").write_bytes(small_gguf())
    cache = Memory()
    look(tmp_path, cache=cache)
    for key, (stamp, _) in cache.rows.items():
        cache.rows[key] = (stamp, junk)
    result = look(tmp_path, cache=cache)
    assert result.headers_read == 1
    assert result.models[0].broken is None


def test_facts_come_back_as_they_were(tmp_path: Path) -> None:
    for path in (write_tiny_llama(tmp_path / "a.gguf"), write_sharded_llama(tmp_path)[0]):
        facts = Facts(inspect_file(path), None)
        data = to_bytes(facts)
        assert data is not None
        assert from_bytes(data) == facts
    empty = Facts(None, say("models.cannot_read", name="a", reason="it is empty"))
    assert from_bytes(to_bytes(empty) or b"") == empty


@given(st.binary(max_size=200))
def test_any_bytes_are_facts_or_none(data: bytes) -> None:
    found = from_bytes(data)
    assert found is None or found.broken or found.model


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names that are no valid text")
def test_names_that_are_no_valid_text(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xff.gguf"))
    path.write_bytes(small_gguf())
    cache = Memory()
    for _ in range(2):
        (found,) = look(tmp_path, cache=cache).models
        assert found.path == path


# --- while it runs ------------------------------------------------------------------------


def test_it_reports_as_it_finds(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"m{number}.gguf").write_bytes(small_gguf(salt=number))
    told: list[LibraryModel] = []
    result = look(tmp_path, on_found=told.extend)
    assert tuple(told) == result.models


def test_a_cancelled_scan_ends_with_what_it_has(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"m{number}.gguf").write_bytes(small_gguf(salt=number))
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    told: list[LibraryModel] = []
    result = look(tmp_path, cancelled=cancelled, on_found=told.extend)
    assert not result.complete
    assert 0 < len(result.models) < 5
    assert tuple(told) == result.models


def test_a_file_that_goes_while_it_is_looked_at_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.gguf").write_bytes(small_gguf())

    def gone(path: Path) -> object:
        path.unlink()
        return inspect_file(path)

    monkeypatch.setattr("app.library.scan.inspect_file", gone)
    assert look(tmp_path).models == ()
