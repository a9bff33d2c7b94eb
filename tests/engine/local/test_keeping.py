"""Who has to go when memory is short, by numbers."""

from __future__ import annotations

from dataclasses import dataclass

from app.engine.local.keeping import KeptEngines


@dataclass(eq=False)
class Idle:
    """Something that ends as soon as it is told to.

    Attributes:
        ended: Whether it was.
    """

    ended: bool = False

    def close(self) -> None:
        self.ended = True

    def join(self, seconds: float = 0.0) -> bool:
        return self.ended


class Memory:
    """So much memory in all; engines take what they need."""

    def __init__(self, all_bytes: int) -> None:
        self.all_bytes = all_bytes
        self.kept: KeptEngines[str, Idle] = KeptEngines(
            lambda: self.all_bytes - self.kept.used_bytes
        )

    def with_engines(self, **needed_bytes: int) -> KeptEngines[str, Idle]:
        for key, size in needed_bytes.items():
            self.kept.put(key, Idle(), size)
        return self.kept


def test_the_oldest_goes_first_and_no_more_than_must() -> None:
    kept = Memory(100).with_engines(a=30, b=30, c=30)
    assert kept.in_the_way(10, ()) == []
    assert kept.in_the_way(30, ()) == ["a"]
    kept.touch("a")
    assert kept.in_the_way(30, ()) == ["b"]
    assert kept.in_the_way(30, {"b"}) == ["c"]
    assert kept.in_the_way(80, {"a"}) is None
    assert kept.room_bytes() == 100


def test_what_was_measured_counts_and_not_what_was_expected() -> None:
    kept = Memory(100).with_engines(a=30)
    kept.touch("a", 60)
    assert kept.used_bytes == 60
    assert kept.in_the_way(50, ()) == ["a"]


def test_room_is_made_by_closing_and_where_it_does_not_fit_all_that_may_go_goes() -> None:
    kept = Memory(100).with_engines(a=40, b=40)
    first, second = kept.get("a"), kept.get("b")
    assert first is not None
    assert second is not None
    kept.make_room(50)
    assert (first.ended, second.ended) == (True, False)
    kept.make_room(1000, {"b"})
    assert not second.ended
    kept.make_room(1000)
    assert second.ended
    assert kept.used_bytes == 0


def test_one_that_ended_by_itself_needs_nothing_any_more() -> None:
    kept = Memory(100).with_engines(a=40)
    kept.forget("a")
    assert kept.get("a") is None
    assert kept.used_bytes == 0
    assert not kept.close_all()  # it was never ended


def test_what_needs_nothing_of_this_pc_is_in_nobodys_way() -> None:
    kept = Memory(100).with_engines(a=60)
    kept.put("server", Idle(), None)
    kept.touch("server", 30)
    assert kept.used_bytes == 60
    assert kept.in_the_way(70, ()) == ["a"]
    kept.make_room(200)
    assert kept.get("a") is None
    assert kept.get("server") is not None
    assert kept.close_all()
