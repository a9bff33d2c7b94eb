"""The library over real folders, and what a person may write for one of its models.

Tests app.lab.models.names.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import PersonError
from app.core.models.family import LibraryModel, ModelSource, families
from app.lab.models.library import Library
from app.lab.models.names import (
    AmbiguousModelError,
    ModelNames,
    NoSuchModelError,
    matching,
)
from app.store.paths import Paths
from app.store.settings import Settings, SettingsFile
from tests.helpers.gguf_container import Tensor, file_bytes
from tests.helpers.gguf_files import write_sharded_llama
from tests.helpers.model_folders import (
    hugging_face_file,
    library_model,
    ollama_model,
    small_gguf,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

# --- the library --------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with something from each program."""
    hub = tmp_path / ".cache" / "huggingface" / "hub"
    hugging_face_file(hub, "org/Some-GGUF", "Some-F16.gguf", small_gguf("Some"), linked=False)
    studio = tmp_path / ".lmstudio" / "models" / "pub" / "Some-GGUF"
    studio.mkdir(parents=True)
    (studio / "Some-Q8_0.gguf").write_bytes(small_gguf("Some", "Q8_0"))
    ollama_model(
        tmp_path / ".ollama" / "models",
        "registry.ollama.ai/library/some/1b",
        small_gguf("Some", "Q4_0"),
    )
    llama = tmp_path / ".cache" / "llama.cpp"
    llama.mkdir()
    (llama / "Some-Q2_K.gguf").write_bytes(small_gguf("Some", "Q2_K"))
    jan = tmp_path / ".local" / "share" / "Jan" / "data" / "llamacpp" / "models" / "some"
    jan.mkdir(parents=True)
    (jan / "model.gguf").write_bytes(small_gguf("Some", "Q6_K"))
    return tmp_path


def the_library(home: Path) -> Library:
    return Library(Paths.below(home / "program"), {"HOME": str(home)})


def test_the_library_of_a_person(home: Path) -> None:
    library = the_library(home)
    first = library.scan()
    assert {model.source for model in first.models} == set(ModelSource) - {
        ModelSource.OWN_FOLDER,
        ModelSource.OPENED,
    }
    assert first.complete
    (family,) = families(first.models)
    assert family.key == "some"
    again = library.scan()
    assert again.headers_read == 0
    assert again.models == first.models
    assert the_library(home).scan().headers_read == 0


def test_opened_files_belong_to_it_wherever_they_lie(home: Path) -> None:
    library = the_library(home)
    far = home / "far"
    far.mkdir()
    (far / "tern.gguf").write_bytes(small_gguf("Tern"))
    shards = write_sharded_llama(far, stem="owl-Q8_0")
    known = library.scan().models
    opened = [far / "tern.gguf", shards[0], far / "gone.gguf", known[0].path]
    scanned = library.scan(opened=opened)
    fresh = [model for model in scanned.models if model.source is ModelSource.OPENED]
    # What belongs to a program stays its own.
    assert [model.path.name for model in fresh] == ["tern.gguf", shards[0].name]
    assert [len(model.files) for model in fresh] == [1, len(shards)]
    assert not set(opened) & set(scanned.roots)


def test_own_folders_belong_to_it(home: Path) -> None:
    own = home / "my models"
    own.mkdir()
    (own / "mine.gguf").write_bytes(small_gguf("Mine"))
    library = the_library(home)
    assert len(library.scan().models) == 5
    settings = SettingsFile(home / "program" / "config" / "settings.json")
    (home / "program" / "config").mkdir()
    settings.save(msgspec.structs.replace(Settings(), library_folders=[str(own)]))
    assert library.scan().models[-1].path == own / "mine.gguf"
    assert library.places()[-1].folder == own


# --- names --------------------------------------------------------------------------------


def models() -> list[LibraryModel]:
    hub = ModelSource.HUGGING_FACE
    small = small_gguf("Qwen3 0.6B", "Q4_K_M")
    return [
        library_model("/hub/1/Qwen3-0.6B-F16.gguf", source=hub,
                      repository="unsloth/Qwen3-0.6B-GGUF", gguf=small_gguf("Qwen3 0.6B")),
        library_model("/hub/1/Qwen3-0.6B-Q4_K_M.gguf", source=hub,
                      repository="unsloth/Qwen3-0.6B-GGUF", gguf=small),
        library_model("/hub/1/Qwen3-0.6B-UD-Q4_K_XL.gguf", source=hub, file_bytes=7,
                      repository="unsloth/Qwen3-0.6B-GGUF", gguf=small),
        library_model("/hub/0/Qwen3-0.6B-Q4_K_M.gguf", source=hub, is_older=True, file_bytes=9,
                      repository="unsloth/Qwen3-0.6B-GGUF", gguf=small),
        library_model("/hub/2/Qwen3-0.6B-Q8_0.gguf", source=hub, file_bytes=5,
                      repository="other/Qwen3-0.6B-GGUF", gguf=small_gguf("Qwen3 0.6B", "Q8_0")),
        library_model("/own/Qwen3-0.6B-Q8_0.gguf", file_bytes=6,
                      gguf=small_gguf("Qwen3 0.6B", "Q8_0")),
        library_model("/studio/Qwen3-0.6B-F16.gguf", source=ModelSource.LM_STUDIO,
                      gguf=small_gguf("Qwen3 0.6B")),
        library_model("/ollama/blobs/sha256-0", name="llama3.2:3b", aliases=("llama3.2:latest",),
                      source=ModelSource.OLLAMA, gguf=small_gguf("Llama 3.2", "Q4_0")),
        library_model("/own/mmproj-F16.gguf", gguf=small_gguf(metadata={"general.type": "mmproj"})),
        library_model("/own/cut-Q2_K.gguf", broken="It is cut."),
    ]  # fmt: skip


def found(word: str, among: Sequence[LibraryModel] | None = None) -> str:
    names = ModelNames(models if among is None else lambda: among)
    return str(names.path_of(word))


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("Qwen3-0.6B-Q4_K_M", "/hub/1/Qwen3-0.6B-Q4_K_M.gguf"),
        ("qwen3-0.6b-q4_k_m.gguf", "/hub/1/Qwen3-0.6B-Q4_K_M.gguf"),
        ("unsloth/Qwen3-0.6B-GGUF:Q4_K_M", "/hub/1/Qwen3-0.6B-Q4_K_M.gguf"),
        ("UNSLOTH/qwen3-0.6b-gguf:q4-k-m", "/hub/1/Qwen3-0.6B-Q4_K_M.gguf"),
        ("hf.co/unsloth/Qwen3-0.6B-GGUF:Q4_K_M", "/hub/1/Qwen3-0.6B-Q4_K_M.gguf"),
        (
            "https://huggingface.co/unsloth/Qwen3-0.6B-GGUF/blob/main/Qwen3-0.6B-UD-Q4_K_XL.gguf",
            "/hub/1/Qwen3-0.6B-UD-Q4_K_XL.gguf",
        ),
        ("unsloth/Qwen3-0.6B-GGUF:UD-Q4_K_XL", "/hub/1/Qwen3-0.6B-UD-Q4_K_XL.gguf"),
        ("unsloth/Qwen3-0.6B-GGUF:Qwen3-0.6B-F16.gguf", "/hub/1/Qwen3-0.6B-F16.gguf"),
        ("qwen3-0.6b:Q4_K", "/hub/1/Qwen3-0.6B-Q4_K_M.gguf"),
        ("Qwen3 0.6B:Q4_K_M", "/hub/1/Qwen3-0.6B-Q4_K_M.gguf"),
        ("qwen3-0.6b:f16", "/hub/1/Qwen3-0.6B-F16.gguf"),
        ("other/Qwen3-0.6B-GGUF", "/hub/2/Qwen3-0.6B-Q8_0.gguf"),
        ("llama3.2:3b", "/ollama/blobs/sha256-0"),
        ("llama3.2", "/ollama/blobs/sha256-0"),
        ("Llama3.2:Q4_0", "/ollama/blobs/sha256-0"),
        ("llama-3.2", "/ollama/blobs/sha256-0"),
        ("mmproj-F16", "/own/mmproj-F16.gguf"),
        ("cut:Q2_K", "/own/cut-Q2_K.gguf"),
    ],
)
def test_words_that_mean_one_file(word: str, path: str) -> None:
    assert found(word) == path


@pytest.mark.parametrize(
    ("word", "candidates"),
    [
        ("qwen3-0.6b:Q8_0", ["other/Qwen3-0.6B-GGUF:Q8_0", "/own/Qwen3-0.6B-Q8_0.gguf"]),
        ("Qwen3-0.6B-Q8_0", ["other/Qwen3-0.6B-GGUF:Q8_0", "/own/Qwen3-0.6B-Q8_0.gguf"]),
        (
            "unsloth/Qwen3-0.6B-GGUF",
            [
                "unsloth/Qwen3-0.6B-GGUF:F16",
                "unsloth/Qwen3-0.6B-GGUF:Q4_K_M",
                "unsloth/Qwen3-0.6B-GGUF:UD-Q4_K_XL",
            ],
        ),
    ],
)
def test_words_that_mean_several_files_name_them(word: str, candidates: list[str]) -> None:
    with pytest.raises(AmbiguousModelError) as caught:
        found(word)
    sentence = caught.value.sentence
    for candidate in candidates:
        assert candidate in sentence
        among = [m for m in models() if candidate == str(m.path) or m in matching(candidate, [m])]
        assert among
    assert sentence.startswith(f"“{word}” could be ")


def odd_models() -> list[LibraryModel]:
    """Levels twice, one name in several places, copies, broken files."""
    hub = ModelSource.HUGGING_FACE
    facts = {"source": hub, "repository": "org/Some-GGUF"}
    return [
        library_model("/hub/a/Some-NEO-IQ4_NL.gguf", file_bytes=1, **facts),
        library_model("/hub/a/Some-Plus-IQ4_NL.gguf", file_bytes=2, **facts),
        library_model("/hub/a/x/Some-Q8_0.gguf", file_bytes=3, **facts),
        library_model("/hub/a/y/Some-Q8_0.gguf", file_bytes=4, **facts),
        library_model("/hub/a/y/Some-Q4_K_M.gguf", file_bytes=5, **facts),
        library_model("/hub/a/y/Some-Q4_K_S.gguf", file_bytes=6, **facts),
        library_model("/hub/b/Some-Q8_0.gguf", file_bytes=3, source=hub, repository="new/Some"),
        library_model("/own/Some-Q8_0.gguf", file_bytes=8),
        library_model("/own/Some\u202e-Q8_0.gguf", file_bytes=9),
        library_model("/own/Some-Q2_K.gguf", broken="It is cut."),
    ]


@pytest.mark.parametrize(
    "word",
    [
        "Some", "Some-Q8_0", "Some-Q8_0.gguf", "org/Some-GGUF", "org/Some-GGUF:IQ4_NL",
        "org/Some-GGUF:q8_0", "org/Some-GGUF:Q8", "org/Some-GGUF:Q4", "new/Some",
        "Some-GGUF", "small test",
    ],
)  # fmt: skip
@pytest.mark.parametrize("exact", [False, True])
def test_every_name_that_a_sentence_proposes_can_be_typed(word: str, exact: bool) -> None:
    names = ModelNames(odd_models)

    def resolve(typed: str) -> str:
        if exact:
            return str(names.exact_path_of(typed, ModelSource.HUGGING_FACE))
        return str(names.path_of(typed))

    paths = {str(model.path) for model in odd_models()}
    said = ""
    try:
        assert resolve(word) in paths
    except PersonError as error:
        said = error.sentence
    for sentence in filter(None, [said]):
        behind = re.split(" could be | could mean ", sentence)[1]
        proposed = re.split(", | or | and ", behind.removesuffix(": name one of them."))
        for name in (each.rstrip(".") for each in proposed if not each.endswith(" more")):
            assert name in paths or resolve(name) in paths


@pytest.mark.parametrize(
    ("level", "name"),
    [("q4", "Phi-q4.gguf"), ("i1-Q4_K_M", "Phi.i1-Q4_K_M.gguf"), ("Q4_K_P", "Phi-Q4_K_P.gguf")],
)
def test_a_publishers_level_means_its_file(level: str, name: str) -> None:
    among = [
        library_model(f"/hub/{each}", repository="org/Phi-GGUF")
        for each in ("Phi-q4.gguf", "Phi.i1-Q4_K_M.gguf", "Phi-Q4_K_P.gguf", "Phi-q8.gguf")
    ]
    assert found(f"org/Phi-GGUF:{level}", among) == f"/hub/{name}"


def test_a_later_shard_means_its_set(tmp_path: Path) -> None:
    first, second, alone = (
        tmp_path / name
        for name in ("a-00001-of-00002.gguf", "a-00002-of-00002.gguf", "b-00002-of-00002.gguf")
    )
    for path in (first, second, alone):
        path.touch()
    assert found(str(second), []) == found(str(first), []) == str(first)
    assert found(str(alone), []) == str(alone)  # reading it tells what is missing


def test_of_many_candidates_some_are_named() -> None:
    among = [
        library_model(f"/own/{number}/Same-F16.gguf", file_bytes=number) for number in range(20)
    ]
    with pytest.raises(AmbiguousModelError) as caught:
        found("same-f16", among)
    assert "and 14 more" in caught.value.sentence


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("nothing", ["“nothing” is not there", "shrinkscope get"]),
        ("org/repo:Q4_K_M", ["not on this PC", "“shrinkscope get org/repo:Q4_K_M” downloads it"]),
        ("hf.co/org/repo:Q4_K_M", ["“shrinkscope get org/repo:Q4_K_M” downloads it"]),
        ("unsloth/Qwen3-0.6B-GGUF:Q2_K", ["of this model F16, Q4_K_M, UD-Q4_K_XL are there"]),
        ("other/Qwen3-0.6B-GGUF:Q2_K", ["of this model Q8_0 is there"]),
        ("./nothing.gguf", ["“nothing.gguf” is not there", "shrinkscope get"]),
        ("/nowhere/nothing.gguf", ["“nothing.gguf” is not there", "shrinkscope get"]),
        ("nothing.gguf", ["“nothing.gguf” is not there", "shrinkscope get"]),
        ("", ["An empty word"]),
        (" \t", ["An empty word"]),
        (":", ["is not there"]),
        ("a\0b", ["is not there"]),
        ("x" * 5000, ["is not there"]),
        ("mmproj:F16", ["is not there"]),
    ],
)
def test_words_that_mean_nothing_name_get(word: str, words: list[str]) -> None:
    with pytest.raises(NoSuchModelError) as caught:
        found(word)
    for expected in words:
        assert expected in caught.value.sentence
    assert len(caught.value.sentence) < 400


def test_a_path_that_is_gone_names_the_nearest_file_of_its_name() -> None:
    among = [
        library_model(f"{folder}/Same-F16.gguf", file_bytes=number)
        for number, folder in enumerate(("/own/a", "/new/home/me/models", "/own/b"))
    ]
    with pytest.raises(NoSuchModelError) as caught:
        found("/old/home/me/models/Same-F16.gguf", among)
    assert caught.value.sentence == (
        "“Same-F16.gguf” is not there any more; a file of this name is"
        " /new/home/me/models/Same-F16.gguf."
    )


def test_files_go_before_names_and_names_before_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "qwen3-0.6b:f16").write_bytes(b"")
    assert found("qwen3-0.6b:f16") == "qwen3-0.6b:f16"
    (tmp_path / "llama3.2").mkdir()
    assert found("llama3.2") == "/ollama/blobs/sha256-0"
    (tmp_path / "folder").mkdir()
    assert found("folder") == "folder"
    assert found(str(tmp_path)) == str(tmp_path)


def test_paths_that_are_there_need_no_library(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    path.touch()

    def never() -> list[LibraryModel]:
        raise AssertionError("looked through the library for a path")

    names = ModelNames(never)
    assert names.path_of(str(path)) == path
    with pytest.raises(NoSuchModelError):
        ModelNames(list).path_of(str(tmp_path / "b.gguf"))


def test_the_library_is_looked_through_once() -> None:
    looks = 0

    def look() -> list[LibraryModel]:
        nonlocal looks
        looks += 1
        return models()

    names = ModelNames(look)
    for word in ("llama3.2", "qwen3-0.6b:f16", "llama3.2:3b"):
        names.path_of(word)
    assert looks == 1


def _spelled(word: str) -> st.SearchStrategy[str]:
    return st.lists(st.booleans(), min_size=len(word), max_size=len(word)).map(
        lambda upper: "".join(
            letter.upper() if is_upper else letter.lower()
            for letter, is_upper in zip(word, upper, strict=True)
        )
    )


@given(st.data())
def test_case_never_matters_and_every_model_has_a_name(data: st.DataObject) -> None:
    everything = models()
    model = data.draw(st.sampled_from([one for one in everything if not one.is_older]))
    spelled = data.draw(_spelled(model.name))
    assert model in matching(spelled, everything)
    if model.repository and model.label:
        spelled = data.draw(_spelled(f"{model.repository}:{model.label}"))
        assert model in matching(spelled, everything)


@given(st.one_of(st.text(max_size=40), st.from_regex(r"[a-z0-9./:_-]{0,40}", fullmatch=True)))
def test_any_word_means_a_file_or_a_sentence(word: str) -> None:
    try:
        told = found(word)
    except PersonError as error:
        told = error.sentence
    is_sentence = told.endswith(".") and told.isprintable()
    is_file = os.path.lexists(told) or any(str(model.path) == told for model in models())
    assert is_sentence or is_file


def test_a_file_is_found_by_what_its_name_says_and_by_what_it_is() -> None:
    facts = {"general.architecture": "llama", "general.file_type": 15, "llama.block_count": 2}
    belied = file_bytes(facts, [Tensor("token_embd.weight", (256, 16), 12)])  # Q4_K
    among = [
        library_model("/hub/x-Q8_0.gguf", repository="org/x", gguf=belied),
        library_model("/hub/x-F16.gguf", repository="org/x"),
    ]
    assert among[0].label == "Q4_K_M"
    for level in ("Q8_0", "q4_k_m", "x-Q8_0", "x-Q8_0.gguf"):
        assert matching(f"org/x:{level}", among) == among[:1]
        names = ModelNames(lambda: among)
        assert names.exact_path_of(f"org/x:{level}", ModelSource.HUGGING_FACE) == among[0].path


def test_a_word_means_a_file_of_another_kind_only_where_no_language_model_is_called_so() -> None:
    pooled = small_gguf(metadata={"llama.pooling_type": 1})
    embedder = library_model("/m/Small-Test-F16.gguf", gguf=pooled, repository="org/x")
    chat = library_model("/n/Small-Test-F16.gguf", repository="org/y")
    assert not embedder.is_language_model
    assert matching("org/x:F16", [embedder, chat]) == [embedder]
    assert matching("small-test:F16", [embedder, chat]) == [chat]
