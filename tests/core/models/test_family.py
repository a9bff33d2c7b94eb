from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.models.family import Family, companions, families
from tests.helpers.gguf_container import F16, F32, Tensor, file_bytes
from tests.helpers.model_folders import library_model, small_gguf

if TYPE_CHECKING:
    from app.core.models.family import LibraryModel

Q4_K, Q8_0 = 12, 8


def stored(level: str, type_id: int, name: str = "Small Test", layers: int = 2) -> bytes:
    """A file whose weights really have the type that its level claims."""
    ftypes = {"F16": 1, "Q8_0": 7, "Q4_K_M": 15, "BF16": 32}
    facts = {
        "general.architecture": "llama",
        "general.name": name,
        "general.file_type": ftypes[level],
        "llama.block_count": layers,
    }
    return file_bytes(facts, [Tensor("token_embd.weight", (256, 16), type_id)])


def shown(found: tuple[Family, ...]) -> dict[str, list[str]]:
    return {family.key: [model.name for model in family.models] for family in found}


def test_a_family_goes_from_the_least_to_the_most_shrunken() -> None:
    models = [
        library_model("/m/x-Q4_K_M.gguf", gguf=stored("Q4_K_M", Q4_K)),
        library_model("/m/x-broken.gguf", broken="It is empty."),
        library_model("/m/x-Q8_0.gguf", gguf=stored("Q8_0", Q8_0)),
        library_model("/m/x-F16.gguf", gguf=stored("F16", F16)),
        library_model("/m/x-BF16.gguf", gguf=stored("BF16", F16)),
    ]
    (family,) = families(models)
    assert (family.key, family.name, family.architecture) == ("small-test", "Small Test", "llama")
    assert [model.name for model in family.models] == [
        "x-BF16", "x-F16", "x-Q8_0", "x-Q4_K_M", "x-broken",
    ]  # fmt: skip


def test_a_name_that_claims_full_precision_is_overruled_by_its_weights() -> None:
    small = library_model("/m/x-BF16.gguf", gguf=stored("BF16", Q4_K))
    named = library_model("/m/x-F16.gguf", gguf=stored("Q8_0", Q8_0))
    full = library_model("/m/y-BF16.gguf", gguf=stored("BF16", F16))
    assert [model.label for model in (small, named, full)] == ["Q4_K_M", "Q8_0", "BF16"]


def test_other_layers_make_another_family() -> None:
    large = file_bytes(
        {"general.architecture": "llama", "general.name": "Small Test", "llama.block_count": 9},
        [Tensor("token_embd.weight", (1024, 2048), F32)],
    )
    models = [library_model("/m/small.gguf"), library_model("/m/large.gguf", gguf=large)]
    assert shown(families(models)) == {"small-test-2k": ["small"], "small-test-2.1m": ["large"]}


def test_families_that_cannot_be_told_apart_by_size_are_numbered() -> None:
    models = [
        library_model(f"/m/{layers}.gguf", gguf=small_gguf(layers=layers)) for layers in (1, 2)
    ]
    assert set(shown(families(models))) == {"small-test-2k", "small-test-2k-2"}


def test_broken_files_join_those_of_their_name_or_their_neighbours() -> None:
    sound = library_model("/m/a/Small-Test-F16.gguf", repository="org/x")
    by_name = library_model("/other/Small-Test-Q2_K.gguf", broken="It is cut.")
    by_repository = library_model("/z/y-Q2_K.gguf", broken="It is cut.", repository="org/x")
    by_folder = library_model("/m/b/y-Q4_0.gguf", broken="It is cut.")
    neighbour = library_model("/m/b/Small-Test-Q8_0.gguf")
    alone = library_model("/far/stranger-Q2_K.gguf", broken="It is cut.")
    found = shown(families([by_name, by_repository, alone, by_folder, sound, neighbour]))
    assert found == {
        "small-test": [
            "Small-Test-F16", "Small-Test-Q8_0", "Small-Test-Q2_K", "y-Q2_K", "y-Q4_0",
        ],
        "stranger": ["stranger-Q2_K"],
    }  # fmt: skip


def test_what_is_no_language_model_stands_apart() -> None:
    clip = small_gguf(metadata={"general.architecture": "clip"})
    models = [library_model("/m/mmproj-F16.gguf", gguf=clip), library_model()]
    assert [model.name for model in companions(models)] == ["mmproj-F16"]
    assert shown(families(models)) == {"small-test": ["Small-Test-F16"]}


def test_a_family_is_called_as_most_of_its_files_are() -> None:
    names = ["Small test", "Small Test", "small-test Q8_0", "Small Test"]
    models = [
        library_model(f"/m/{number}.gguf", gguf=small_gguf(name=name))
        for number, name in enumerate(names)
    ]
    assert [family.name for family in families(models)] == ["Small Test"]


@pytest.mark.parametrize(
    ("name", "aliases", "label"),
    [
        ("Some-UD-Q4_K_XL", (), "UD-Q4_K_XL"),
        ("some:3b-instruct-q5_K_M", (), "Q5_K_M"),
        ("some:3b", ("hf.co/org/some:IQ2_XS",), "IQ2_XS"),
        ("some", (), "F16"),
    ],
)
def test_labels_are_what_names_claim_else_what_the_header_says(
    name: str, aliases: tuple[str, ...], label: str
) -> None:
    # Broken, so that there are no weights that could belie the name; sound where it says nothing.
    broken = None if label == "F16" else "It is cut."
    found = library_model("/m/blob", name=name, aliases=aliases, broken=broken)
    assert found.label == label


def test_a_name_that_its_weights_belie_is_shown_as_what_it_is() -> None:
    model = library_model("/m/x-Q8_0.gguf", gguf=stored("Q4_K_M", Q4_K))
    assert (model.label, model.claimed_level) == ("Q4_K_M", "Q8_0")


_models = st.builds(
    lambda name, layers, broken, folder: library_model(
        f"/{folder}/{name}.gguf",
        gguf=small_gguf(name=name, layers=layers),
        broken="It is cut." if broken else None,
    ),
    st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=12),
    st.integers(0, 3),
    st.booleans(),
    st.sampled_from("abc"),
)


@given(st.lists(_models, max_size=12))
def test_every_model_is_in_one_family(models: list[LibraryModel]) -> None:
    found = families(models)
    assert len({family.key for family in found}) == len(found)
    assert all(family.key and family.name and family.models for family in found)
    placed = [id(model) for family in found for model in family.models]
    assert sorted(placed) == sorted(map(id, models))


def named(folder: str, stem: str, name: str = "LLaMA v2") -> LibraryModel:
    return library_model(f"/m/{folder}/{stem}-F16.gguf", gguf=small_gguf(name=name))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # One name in the files of several models.
        (
            [named("a", "llama-2-7b-chat"), named("b", "nous-hermes-llama-2-7b")],
            {"llama-2-7b-chat", "nous-hermes-llama-2-7b"},
        ),
        (
            [named("a", "llama-2-7b"), named("a", "llama-2-7b-chat")],
            {"llama-2-7b", "llama-2-7b-chat"},
        ),
        # A model that keeps the name of the one that it was made from.
        (
            [named("a", "Qwen3-4B", "Qwen3 4B"), named("b", "Qwen3-4B-abliterated", "Qwen3 4B")],
            {"qwen3-4b", "qwen3-4b-abliterated"},
        ),
        # Files whose names say nothing: their folders or repositories do.
        (
            [named("Llama-Chat-GGUF", "ggml-model"), named("Llama-Code-GGUF", "ggml-model")],
            {"llama-chat", "llama-code"},
        ),
        # Names in other words for one model.
        (
            [
                named("a", "Qwen_Qwen3-4B-Instruct", "Qwen3 4B Instruct"),
                named("b", "Qwen3-4B-Instruct", "Qwen3 4B Instruct"),
                named("c", "qwen3-4b", "Qwen3 4B Instruct"),
            ],
            {"qwen3-4b-instruct"},
        ),
        ([named("a", "my-favourite")], {"llama-v2"}),
    ],
)
def test_what_files_are_called_tells_models_with_one_name_apart(
    files: list[LibraryModel], expected: set[str]
) -> None:
    found = families(files)
    assert {family.key for family in found} == expected
    assert sum(len(family.models) for family in found) == len(files)


def test_models_of_one_name_in_ollamas_store_are_told_apart() -> None:
    blobs = [
        library_model(f"/o/sha256-{n}", name=name, gguf=small_gguf(name="Llama 3.2 3B Instruct"))
        for n, name in enumerate(("llama3.2:3b", "llama3.2:latest", "my-tune:latest"))
    ]
    assert shown(families(blobs)) == {
        "llama-3.2-3b-instruct": ["llama3.2:3b", "llama3.2:latest"],
        "my-tune": ["my-tune:latest"],
    }
