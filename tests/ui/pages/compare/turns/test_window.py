from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.ui.pages.compare.turns.window import FIRST_TURNS, MOST_TURNS, TurnWindow

steps = st.lists(
    st.one_of(
        st.sampled_from(["earlier", "later"]),
        st.integers(min_value=0, max_value=400),
    ),
    max_size=40,
)


def test_a_long_chat_opens_at_its_end() -> None:
    window = TurnWindow.at_end(5000)
    assert (window.start, window.end) == (5000 - FIRST_TURNS, 5000)
    assert window.at_last
    assert window.earlier == 5000 - FIRST_TURNS


def test_a_short_chat_is_shown_whole() -> None:
    window = TurnWindow.at_end(3)
    assert (window.start, window.end, window.earlier, window.later) == (0, 3, 0, 0)


def test_scrolling_up_lets_go_of_the_end() -> None:
    window = TurnWindow.at_end(5000)
    for _ in range(5):
        window = window.with_earlier()
    assert window.end - window.start == MOST_TURNS
    assert window.later > 0


def test_scrolling_back_down_reaches_the_end() -> None:
    window = TurnWindow(0, MOST_TURNS, 100)
    while window.later:
        before = window
        window = window.with_later()
        assert window.end > before.end
    assert window.at_last


def test_a_window_at_the_end_follows_new_turns() -> None:
    assert TurnWindow.at_end(30).with_total(31).end == 31
    assert TurnWindow(0, 20, 40).with_total(41).end == 20


@given(total=st.integers(min_value=0, max_value=400), moves=steps)
def test_a_window_is_always_inside_the_chat_and_small(total: int, moves: list[str | int]) -> None:
    window = TurnWindow.at_end(total)
    for move in moves:
        if move == "earlier":
            window = window.with_earlier()
        elif move == "later":
            window = window.with_later()
        else:
            assert isinstance(move, int)
            window = window.with_total(move)
        assert 0 <= window.start <= window.end <= window.total
        assert window.end - window.start <= MOST_TURNS
        assert window.start < window.end or window.total == 0
