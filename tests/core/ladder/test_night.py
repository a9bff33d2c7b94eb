"""What a night has room for."""

from __future__ import annotations

from app.core.ladder.night import (
    REFERENCE_BYTES,
    HereFile,
    Keep,
    Night,
    NightFile,
    Schedule,
    known_by_content,
    schedule_of,
)
from app.core.listing import RepoFile


def file(size_bytes: int, there_bytes: int = 0) -> NightFile:
    name = f"{size_bytes}.gguf"
    part = RepoFile(name, size_bytes, f"{size_bytes:064x}")
    return NightFile("org/a", "c" * 40, "main", name, name, (part,), there_bytes)


def scheduled(
    files: dict[str, NightFile], reference: str, most_bytes: int, keep: Keep, **more: object
) -> Schedule:
    night = Night("https://hub", files, REFERENCE_BYTES + most_bytes, 0, keep, **more)  # type: ignore[arg-type]
    return schedule_of(night, reference)


FILES = {"ref": file(100), "big": file(60), "small": file(20)}


def test_the_reference_stays_where_it_has_room_beside_the_largest_of_the_others() -> None:
    found = scheduled(FILES, "ref", 160, Keep.WINNER)
    assert found.stays
    assert found.peak_bytes == REFERENCE_BYTES + 160
    assert found.download_bytes == 180
    assert not found.too_large


def test_else_it_goes_and_the_peak_is_the_largest_alone() -> None:
    found = scheduled(FILES, "ref", 159, Keep.NONE)
    assert not found.stays
    assert found.peak_bytes == REFERENCE_BYTES + 100
    assert not found.too_large


def test_what_is_kept_takes_its_room_until_the_end() -> None:
    found = scheduled(FILES, "ref", 165, Keep.ALL)
    assert found.too_large == ("small",)
    assert found.peak_bytes == REFERENCE_BYTES + 160
    assert found.download_bytes == 160


def test_a_reference_without_room_is_all_that_is_said() -> None:
    assert scheduled(FILES, "ref", 99, Keep.NONE).too_large == ("ref",)


def test_what_was_here_needs_no_room_and_what_was_begun_needs_its_rest_for_good() -> None:
    files = {"ref": file(100, 100), "big": file(60, 50), "small": file(20)}
    found = scheduled(files, "ref", 30, Keep.NONE)
    assert found.stays
    assert found.peak_bytes == REFERENCE_BYTES + 30
    assert found.download_bytes == 30


def test_a_reference_of_this_pc_takes_nothing() -> None:
    files = {"big": file(60), "small": file(20)}
    found = scheduled(files, "own", 60, Keep.NONE, here=HereFile("own", "own.gguf", "F16"))
    assert found.stays
    assert found.peak_bytes == REFERENCE_BYTES + 60
    assert found.download_bytes == 80
    assert not found.too_large


def test_projectors_take_their_room_until_the_end() -> None:
    eyes = {"mmproj": file(30)}
    found = scheduled(FILES, "ref", 190, Keep.WINNER, eyes=eyes)
    assert found.stays
    assert found.peak_bytes == REFERENCE_BYTES + 190
    assert found.download_bytes == 210
    assert not scheduled(FILES, "ref", 189, Keep.WINNER, eyes=eyes).stays
    assert scheduled(FILES, "ref", 129, Keep.WINNER, eyes=eyes).too_large == ("ref",)


def test_files_are_known_by_what_they_hold() -> None:
    assert known_by_content([file(1)]) == known_by_content([file(1, 1)])
    assert known_by_content([file(1)]) != known_by_content([file(2)])
