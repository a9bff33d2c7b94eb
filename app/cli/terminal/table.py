"""Tables of the command line: a row is one line, whatever the names in it are."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.cells import cell_len, set_cell_size

from app.core.text.clean import for_terminal

_GAP = "  "
# What may stand in one cell: characters, because marks over a letter take no room.
_MOST_CHARACTERS = 1_200
# Where nobody sees it: any repository's name is whole, and the last column, which is not padded.
_MOST_CELLS = 200
# A name of so many cells says what it is; for more, no column is left out.
_TELLING_CELLS = 32
_LEAST_CELLS = 8


def table_lines(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    left: Collection[str],
    spare: Sequence[str] = (),
    width: int | None,
) -> list[str]:
    """Lay a table out, the titles first; what is too long is cut, and tells so by “…”.

    Args:
        columns: The titles.
        rows: As many cells in each.
        left: The columns of words, which give way before figures do; figures stand right.
        spare: Columns that are left out, one after another, where the words have no room.
        width: Cells that the terminal has; None where it is none.
    """
    lines = [[_shown(cell) for cell in row] for row in (columns, *rows)]
    widths = [max(map(cell_len, cells)) for cells in zip(*lines, strict=True)]
    places = list(range(len(columns)))
    if width is None:
        widths[:-1] = [min(cells, _MOST_CELLS) for cells in widths[:-1]]
    else:
        words = [place for place in places if columns[place] in left]
        for name in spare:
            if _needed(places, widths, words) <= width:
                break
            places.remove(columns.index(name))
        # Of figures only the titles are cut, which may be names.
        figures = (max(map(cell_len, cells[1:]), default=0) for cells in zip(*lines, strict=True))
        least = [_LEAST_CELLS if place in words else cells for place, cells in enumerate(figures)]
        over = _needed(places, widths, ()) - width
        for some in ([place for place in places if place in words], places):
            over = _narrow(widths, least, some, over)
    return [
        _GAP.join(
            _cell(line[place], widths[place], left=columns[place] in left) for place in places
        ).rstrip()
        for line in lines
    ]


def _shown(cell: object) -> str:
    shown = for_terminal(str(cell), one_line=True)
    return shown if len(shown) <= _MOST_CHARACTERS else f"{shown[:_MOST_CHARACTERS]}…"


def _needed(places: Sequence[int], widths: Sequence[int], words: Collection[int]) -> int:
    """What a table takes in which the words are cut to what is telling."""
    cells = (
        min(widths[place], _TELLING_CELLS) if place in words else widths[place] for place in places
    )
    return sum(cells) + len(_GAP) * (len(places) - 1)


def _narrow(widths: list[int], least: Sequence[int], some: Sequence[int], over: int) -> int:
    """Make the widest of some columns narrower, by so many cells; returns what is still over."""
    while over > 0:
        wide = [place for place in some if widths[place] > max(least[place], _LEAST_CELLS)]
        if not wide:
            break
        widths[max(wide, key=widths.__getitem__)] -= 1
        over -= 1
    return over


def _cell(text: str, cells: int, *, left: bool) -> str:
    """The text in so many cells; of a name that is too long both ends tell something."""
    if cell_len(text) > cells:
        behind = (cells - 1) // 3
        end = set_cell_size(text[::-1], behind)[::-1]
        text = f"{set_cell_size(text, cells - 1 - behind)}…{end}"
    blanks = " " * (cells - cell_len(text))
    return text + blanks if left else blanks + text
