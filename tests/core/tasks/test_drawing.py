from __future__ import annotations

import zlib

import pytest

from app.core.chats.pictures import png_size
from app.core.tasks.drawing import COLOURS, SIDE, drawn


def pixels(words: str) -> list[bytes]:
    """A drawing's rows."""
    data = drawn(words)
    size = int.from_bytes(data[33:37], "big")
    raw = zlib.decompress(data[41 : 41 + size])
    line = 3 * SIDE + 1
    return [raw[at + 1 : at + line] for at in range(0, len(raw), line)]


def colour_at(rows: list[bytes], x: int, y: int) -> tuple[int, ...]:
    return tuple(rows[y][3 * x : 3 * x + 3])


def test_shapes_are_drawn_where_they_are_said_to_be() -> None:
    rows = pixels("circle red 60 60 30; square blue 150 60 20; triangle green 60 150 20")

    assert png_size(drawn("circle red 60 60 30")) == (SIDE, SIDE)
    assert len(rows) == SIDE
    assert colour_at(rows, 60, 31) == colour_at(rows, 89, 60) == COLOURS["red"]
    assert colour_at(rows, 82, 82) == (255, 255, 255)
    assert colour_at(rows, 130, 40) == colour_at(rows, 170, 80) == COLOURS["blue"]
    assert colour_at(rows, 45, 168) == COLOURS["green"]
    assert colour_at(rows, 45, 132) == (255, 255, 255)


def test_digits_are_drawn_in_dots() -> None:
    rows = pixels("number black 112 112 10 1")

    dots = [
        [colour_at(rows, 97 + 10 * column + 5, 87 + 10 * row + 5) == COLOURS["black"]
         for column in range(3)]
        for row in range(5)
    ]  # fmt: skip
    assert ["".join(".#"[dot] for dot in row) for row in dots] == [
        ".#.", "##.", ".#.", ".#.", "###",
    ]  # fmt: skip


def test_what_reaches_over_the_edge_is_cut() -> None:
    rows = pixels("circle red 0 0 50; number blue 220 220 9 888")

    assert colour_at(rows, 0, 0) == COLOURS["red"]
    assert all(len(row) == 3 * SIDE for row in rows)


@pytest.mark.parametrize(
    "words",
    [
        *("", "circle", "circle red", "circle red 1 2", "circle red 1 2 3 4", "circle pink 1 2 3"),
        *("star red 1 2 3", "circle red -1 2 3", "circle red 1 2 99999999", "number red 1 2 3 x"),
        "circle red 1 2 3;" * 41,
    ],
)
def test_what_draws_nothing_is_said(words: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any
        drawn(words)
