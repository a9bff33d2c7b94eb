"""What can be picked for a ladder: names, letters, and what may not be measured."""

from __future__ import annotations

from pathlib import Path

from app.core.candidates.candidate import candidate_of
from app.core.models.family import LibraryModel, ModelSource
from app.core.words.sentence import say
from app.lab.demo.demo import DemoFiles
from app.lab.ladder.pickable import (
    PickFile,
    can_be_ladder,
    demo_files,
    in_shrink_order,
    letters_of,
    library_files,
    opened_files,
    reference_among,
    short_name,
    without_twins,
)


def file(level: str, bits: float | None = None, family: str = "Sky", **more: str) -> PickFile:
    return PickFile(
        candidate_of(f"/m/{family}-{level}.gguf"),
        f"{family}-{level}",
        family,
        level,
        10,
        bits,
        **more,
    )


F16, Q8, Q4, Q2 = file("F16", 16.0), file("Q8_0", 8.5), file("Q4_K_M", 4.9), file("Q2_K", 3.2)


def test_a_file_has_one_letter_everywhere() -> None:
    in_compare = PickFile(Q4.candidate, Q4.name, "In Compare", "Q4_K_M", letter="D")
    both = without_twins([in_compare, F16, Q4])
    assert [one.path for one in both] == [Q4.path, F16.path]
    assert letters_of(in_shrink_order(both)) == {str(F16.path): "A", str(Q4.path): "D"}
    later = without_twins([Q4, in_compare])
    assert later[0].letter == "D"
    assert later[0].family == "Sky"


def test_names_are_levels_where_these_tell_files_apart() -> None:
    twin = file("F16", 16.0, family="Moon")
    assert short_name(F16, [F16, Q8]) == "F16"
    assert short_name(F16, [F16, twin]) == "Sky-F16"


def test_a_file_that_is_called_by_another_kind_cannot_be_picked(tmp_path: Path) -> None:
    other, chat = opened_files(
        [candidate_of(tmp_path / name) for name in ("bge-small-en-f16.gguf", "Chat-F16.gguf")]
    )
    assert "an embedding model" in other.why_not
    assert not chat.why_not


def test_the_first_is_the_reference_unless_another_of_them_is_chosen() -> None:
    assert reference_among([F16, Q4], Q4.candidate) == Q4.candidate
    assert reference_among([F16, Q4], Q8.candidate) == F16.candidate
    assert reference_among([], Q8.candidate) is None


def test_from_two_to_six_make_a_ladder() -> None:
    many = [file(f"L{n}", float(n)) for n in range(7)]
    assert [can_be_ladder(many[:n]) for n in (1, 2, 6, 7)] == [False, True, True, False]


def test_levels_that_are_not_made_yet_cannot_be_measured_yet(tmp_path: Path) -> None:
    demo = DemoFiles(tmp_path)
    demo.path("Q4_K_M").write_bytes(b"made")
    known = {file.level: file.why_not for file in demo_files(demo)}
    assert (known.pop("F16"), known.pop("Q4_K_M")) == ("", "")
    assert set(known.values()) == {"This level is still being made."}
    assert demo_files(None) == []


def test_broken_files_of_this_pc_are_offered_with_their_reason() -> None:
    broken = say("models.cannot_read", name="x", reason="y")
    path = Path("/m/x-Q4_K_M.gguf")
    model = LibraryModel(path, (path,), path.stem, ModelSource.OWN_FOLDER, 9, 0, None, broken)
    (found,) = library_files([model])
    assert found.why_not == str(broken)
