"""The model files of a repository, as their names tell.

Tests app.core.hub.listed_choice.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.hub.listed_choice import NoSuchFileError, choices, find_file
from app.core.listing import RepoFile, bits_per_weight, group_files, with_eyes
from app.core.models.kinds import ModelKind
from app.core.models.labels import level_in_name
from app.core.models.levels import LEVELS


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("Llama-3.2-1B-Instruct-Q4_K_M.gguf", "Q4_K_M"),
        ("x-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"),
        ("UD-IQ2_M/x-UD-IQ2_M-00001-of-00003.gguf", "UD-IQ2_M"),
        ("BF16/x-00001-of-00002.gguf", "BF16"),
        ("foo.Q5_0.gguf", "Q5_0"),
        ("foo-iq3_xxs.gguf", "IQ3_XXS"),
        ("gpt-oss-20b-MXFP4.gguf", "MXFP4"),
        ("q4_k_m.gguf", "Q4_K_M"),
        ("foo-i1-Q2_K_S.gguf", "Q2_K_S"),
        ("model-Q6_K_L.gguf", "Q6_K_L"),
        ("foo-fp16.gguf", "F16"),
        ("X-F16-Q8_0.gguf", "Q8_0"),
        ("foo-Q4_K_P.gguf", "Q4_K_P"),
        ("foo.q8_k_p.gguf", "Q8_K_P"),
        ("foo-IQ4_XS-3.97bpw.gguf", "IQ4_XS-3.97bpw"),
        ("foo-Q4_K_M-4bpw.gguf", "Q4_K_M-4bpw"),
        ("foo-Q4_0_4_8.gguf", "Q4_0_4_8"),
        ("foo-IQ4_NL_4_4.gguf", "IQ4_NL_4_4"),
        ("foo-Q4_K_new.gguf", "Q4_K"),
        ("foo-Q4_K-GGUF.gguf", "Q4_K"),
        ("foo-Q4_K_M_L.gguf", "Q4_K_M_L"),
        ("Q8-turbo.gguf", None),
        ("nothing.gguf", None),
    ],
)
def test_the_level_is_read_from_the_name(name: str, level: str | None) -> None:
    assert level_in_name(name) == level


@given(st.sampled_from([level.name for level in LEVELS]), st.sampled_from("-._"), st.booleans())
def test_every_level_is_recognised(level: str, separator: str, lower: bool) -> None:
    written = level.lower() if lower else level
    assert level_in_name(f"Some-Model-7B{separator}{written}.gguf") == level


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("model-Q8_0.gguf", ModelKind.LANGUAGE_MODEL),
        ("mmproj-F16.gguf", ModelKind.PROJECTOR),
        ("model.mmproj-Q8_0.gguf", ModelKind.PROJECTOR),
        ("model.imatrix", ModelKind.IMPORTANCE_MATRIX),
        ("model-imatrix.gguf", ModelKind.IMPORTANCE_MATRIX),
        ("imatrix_unsloth.dat", ModelKind.IMPORTANCE_MATRIX),
        ("imatrix.gguf", ModelKind.IMPORTANCE_MATRIX),
        ("model-imatrix-Q4_K_M.gguf", ModelKind.LANGUAGE_MODEL),
    ],
)
def test_kinds_are_recognised(name: str, kind: ModelKind) -> None:
    (file,) = group_files([RepoFile(name, 10)])
    assert file.kind is kind


@pytest.mark.parametrize(
    "drafter",
    [
        RepoFile("mtp-x.gguf", 50),
        RepoFile("MTP/x-Q8_0-MTP.gguf", 100),
        RepoFile("x-assistant-Q8_0.gguf", 10),
        RepoFile("x-Q8_0-draft.gguf", 10),
    ],
)
def test_a_drafter_never_stands_for_a_level(drafter: RepoFile) -> None:
    listed = group_files([drafter, RepoFile("x-Q8_0.gguf", 100), RepoFile("x-Q4_K_M.gguf", 60)])
    assert {file.name: file.kind for file in listed}[drafter.name] is ModelKind.DRAFTER
    assert find_file(listed, "Q8_0").name == "x-Q8_0.gguf"
    assert find_file(listed, drafter.name).parts == (drafter,)


def test_a_whole_model_with_a_drafters_word_is_a_model() -> None:
    for names in (["mtp-x-Q8_0.gguf"], ["x-MTP-Q8_0.gguf", "x-Q8_0.gguf"]):
        listed = group_files(RepoFile(name, 100) for name in names)
        assert {file.kind for file in listed} == {ModelKind.LANGUAGE_MODEL}


@pytest.mark.parametrize(
    "pieces",
    [
        ["x-Q8_0.gguf.part1of2", "x-Q8_0.gguf.part2of2"],
        ["x-Q8_0.gguf-split-a", "x-Q8_0.gguf-split-b", "x-Q8_0.gguf-split-c"],
        ["b/x.Q8_0.gguf.part9", "b/x.Q8_0.gguf.part10"],
        ["x-Q8_0.gguf.001", "x-Q8_0.gguf.002"],
        ["x-Q8_0.gguf.aa", "x-Q8_0.gguf.ab"],
    ],
)
def test_what_was_cut_by_hand_is_listed_as_cut(pieces: list[str]) -> None:
    names = [*reversed(pieces), "x-Q2_K.gguf", "x-Q6_K.gguf.part", "x.gguf.txt", "x.gguf.sha"]
    listed = group_files(RepoFile(name, 7) for name in names)
    assert [file.name for file in listed] == ["x-Q2_K.gguf", pieces[0]]
    assert [part.name for part in listed[1].parts] == pieces
    assert (listed[1].kind, listed[1].level, listed[1].complete) == (ModelKind.CUT, "Q8_0", True)
    for wanted in ("q8_0", pieces[1]):
        with pytest.raises(NoSuchFileError, match=f"cut by hand into {len(pieces)} pieces"):
            find_file(listed, wanted)
    with pytest.raises(NoSuchFileError, match="cut by hand"):
        find_file(listed[1:], "Q2_K")


def test_variants_stand_with_the_level_that_they_are_made_of() -> None:
    levels = ["UD-Q8_K_XL", "Q6_K_L", "Q4_K_P", "IQ4_XS-4.1bpw", "Q3_K_S", "IQ3_XXS", "UD-IQ1_S"]
    listed = group_files(RepoFile(f"x-{level}.gguf", 1) for level in reversed(levels))
    assert [file.level for file in listed] == levels


def test_shards_are_one_file_and_other_files_are_left_out() -> None:
    files = [
        RepoFile("README.md", 5),
        RepoFile("b/x-Q8_0-00002-of-00002.gguf", 20),
        RepoFile("b/x-Q8_0-00001-of-00002.gguf", 10),
        RepoFile("x-Q2_K.gguf", 3),
        RepoFile("mmproj-F16.gguf", 4),
        RepoFile("x-F16.gguf", 50),
    ]
    listed = group_files(files)
    assert [file.level for file in listed] == ["F16", "Q8_0", "Q2_K", "F16"]
    shards = listed[1]
    assert [part.size_bytes for part in shards.parts] == [10, 20]
    assert (shards.size_bytes, shards.shards, shards.complete) == (30, 2, True)
    assert shards.name == "b/x-Q8_0-00001-of-00002.gguf"


def test_a_projector_comes_with_the_model_that_it_lies_beside() -> None:
    names = [
        "x-Q4_K_M.gguf", "b/x-Q8_0-00001-of-00002.gguf", "b/x-Q8_0-00002-of-00002.gguf",
        "mmproj-x-F32.gguf", "mmproj-x-BF16.gguf", "mmproj-x-Q8_0.gguf",
    ]  # fmt: skip
    listed = group_files(RepoFile(name, 1) for name in names)

    def brought(name: str) -> list[str]:
        return [part.name for part in with_eyes(listed, find_file(listed, name))]

    assert brought("Q4_K_M") == ["x-Q4_K_M.gguf", "mmproj-x-BF16.gguf"]
    assert brought("x-Q8_0-00001-of-00002.gguf") == [*names[1:3], "mmproj-x-BF16.gguf"]
    eyes = next(each for each in listed if each.name == "mmproj-x-F32.gguf")
    assert with_eyes(listed, eyes) == eyes.parts
    listed += group_files([RepoFile("b/mmproj-x-F32.gguf", 1)])
    assert brought("x-Q8_0-00001-of-00002.gguf")[-1] == "b/mmproj-x-F32.gguf"
    listed += group_files([RepoFile("mmproj-other-F16.gguf", 1)])
    assert brought("Q4_K_M") == ["x-Q4_K_M.gguf"]


def test_a_file_is_found_by_level_whatever_its_spelling_or_by_name() -> None:
    files = group_files(
        [
            RepoFile("x-Q4_K_M.gguf", 1),
            RepoFile("x-UD-Q4_K_XL.gguf", 2),
            RepoFile("x-MXFP4.gguf", 3),
        ]
    )
    for wanted, size in [
        ("q4_k_m", 1), ("Q4_K", 1), ("Q4-K-M", 1), ("ud-q4_k_xl", 2), ("MXFP4_MOE", 3),
        ("mxfp4", 3), ("x-UD-Q4_K_XL.gguf", 2),
    ]:  # fmt: skip
        assert find_file(files, wanted).size_bytes == size


@pytest.mark.parametrize(
    ("names", "wanted", "found"),
    [
        (["x-Q4_K_P.gguf", "x-Q4_K_M.gguf"], "Q4_K_M", "x-Q4_K_M.gguf"),
        (["x-Q4_K_P.gguf", "x-Q4_K_M.gguf"], "q4_k_p", "x-Q4_K_P.gguf"),
        (["x-IQ4_XS-3.5bpw.gguf", "x-IQ4_XS-4bpw.gguf"], "IQ4_XS-4bpw", "x-IQ4_XS-4bpw.gguf"),
        (["x-IQ4_XS-3.5bpw.gguf", "x-IQ4_XS-4bpw.gguf"], "3.5bpw", "x-IQ4_XS-3.5bpw.gguf"),
        (["x.i1-Q4_K_M.gguf", "x.i1-Q2_K.gguf"], "Q4_K_M", "x.i1-Q4_K_M.gguf"),
        (["x.i1-Q4_K_M.gguf", "x.Q4_K_M.gguf"], "i1-q4_k_m", "x.i1-Q4_K_M.gguf"),
        (["x-q4.gguf", "x-fp16.gguf"], "Q4", "x-q4.gguf"),
        (["x-Q4_0.gguf", "x-Q4_0_4_4.gguf"], "Q4_0", "x-Q4_0.gguf"),
        (["x-Q4_0.gguf", "x-Q4_0_4_4.gguf"], "Q4_0_4_4", "x-Q4_0_4_4.gguf"),
    ],
)
def test_publishers_levels_are_levels_of_their_own(
    names: list[str], wanted: str, found: str
) -> None:
    files = group_files(RepoFile(name, 1) for name in names)
    assert find_file(files, wanted).name == found


@pytest.mark.parametrize("part", ["M", "K_M", "0", "nk-Q8_0", "", "-", "8_0"])
def test_a_part_of_a_level_is_none(part: str) -> None:
    files = group_files([RepoFile("link-Q8_0.gguf", 1), RepoFile("link-Q4_K_M.gguf", 1)])
    with pytest.raises(NoSuchFileError, match="no version"):
        find_file(files, part)


@pytest.mark.parametrize(
    ("names", "wanted", "word"),
    [
        (["x-Q4_K_M.gguf", "x-Q8_0.gguf"], "Q4_K_S", "Q4_K_M"),
        (["x-Q4_K_M.gguf"], "nonsense", "Q4_K_M"),
        (["x.gguf"], "Q4_K_M", "x.gguf"),
        (["a-Q8_0.gguf", "b-Q8_0.gguf"], "Q8_0", "Several"),
        (["x-Q8_0-00001-of-00003.gguf"], "Q8_0", "only 1 of the 3"),
        (["README.md"], "Q8_0", "no GGUF"),
        (["mmproj-F16.gguf"], "F16", "no GGUF"),
    ],
)
def test_what_is_not_there_is_said(names: list[str], wanted: str, word: str) -> None:
    files = group_files(RepoFile(name, 1) for name in names)
    with pytest.raises(NoSuchFileError, match=word) as caught:
        find_file(files, wanted)
    assert caught.value.sentence.endswith(".")


@given(st.lists(st.text(max_size=40).map(lambda name: RepoFile(f"{name}.gguf", 1)), max_size=8))
def test_any_names_can_be_grouped(files: list[RepoFile]) -> None:
    listed = group_files(files)
    assert all(file.parts for file in listed)


def test_bits_per_weight() -> None:
    assert bits_per_weight(1000, 1600) == 5.0
    assert bits_per_weight(1000, None) is None
    assert bits_per_weight(1000, 0) is None


def test_the_beginning_of_a_level_means_the_one_that_there_is() -> None:
    names = ("x-Q8_0.gguf", "x-Q4_K_M.gguf", "x-Q4_K_S.gguf", "Q6/x-UD-Q6_K_XL.gguf")
    files = group_files(RepoFile(name, 10) for name in names)
    assert find_file(files, "q8").name == "x-Q8_0.gguf"
    assert find_file(files, "Q6").name == find_file(files, "x-UD-Q6_K_XL.gguf").name
    with pytest.raises(NoSuchFileError, match="“Q4”; there is Q4_K_") as caught:
        find_file(files, "Q4")
    for level in ("Q4_K_M", "Q4_K_S"):
        assert level in caught.value.sentence
        assert find_file(files, level).level == level


def test_models_of_other_kinds_never_stand_for_a_level() -> None:
    names = [
        ("Chat-Model-Q8_0.gguf", ModelKind.LANGUAGE_MODEL, 100),
        ("flux1-dev-Q8_0.gguf", ModelKind.IMAGE, 100),
        ("nomic-embed-text-Q8_0.gguf", ModelKind.EMBEDDING, 100),
        ("loras/Chat-Model-F16.gguf", ModelKind.ADAPTER, 100),
        ("Chat-Model-LoRA-F16.gguf", ModelKind.ADAPTER, 9),
        # By its size a whole model, into which one was merged.
        ("Chat-Model-LoRA-Q4_K_M.gguf", ModelKind.LANGUAGE_MODEL, 60),
    ]
    listed = group_files(RepoFile(name, size) for name, _, size in names)
    assert {file.name: file.kind for file in listed} == {name: kind for name, kind, _ in names}
    assert find_file(listed, "Q8_0").name == "Chat-Model-Q8_0.gguf"
    assert find_file(listed, "flux1-dev-Q8_0.gguf").kind is ModelKind.IMAGE


def test_a_repository_of_another_kind_gives_its_levels() -> None:
    names = ["nomic-embed-text-Q8_0.gguf", "nomic-embed-text-Q4_K_M.gguf", "imatrix.gguf"]
    listed = group_files(RepoFile(name, 100) for name in names)
    assert find_file(listed, "Q4_K_M").name == names[1]


PROPOSING = [
    "x-Q4_K_M.gguf", "x-Q4_K_S.gguf", "a/x-Q8_0.gguf", "b/x-Q8_0.gguf", "neo-IQ4_NL.gguf",
    "plus-IQ4_NL.gguf", "x-Q6_K-00001-of-00002.gguf", "x-Q5_K_M.gguf.part1of2", "tiny.gguf",
    "odd\u202e-BF16.gguf",
]  # fmt: skip


@pytest.mark.parametrize("wanted", ["Q4", "Q8_0", "q8", "IQ4_NL", "IQ9", "Q3_K_M", "nothing", ""])
def test_every_name_that_a_sentence_proposes_can_be_had(wanted: str) -> None:
    files = group_files(RepoFile(name, 10) for name in PROPOSING)
    with pytest.raises(NoSuchFileError) as caught:
        find_file(files, wanted)
    said = caught.value.sentence.rstrip(".")
    proposed = re.split("there is |\\(", said)[1].rstrip(")").split(", ")
    assert proposed != ["…"]
    for name in proposed:
        assert name == "…" or find_file(files, name).complete


def test_what_may_be_chosen_is_what_can_be_had() -> None:
    files = group_files(RepoFile(name, 10) for name in PROPOSING)
    names = choices(files)
    assert names[:2] == ["BF16", "a/x-Q8_0.gguf"]
    assert not any("Q6_K" in name for name in names)
    assert [find_file(files, name).complete for name in names] == [True] * len(names)
