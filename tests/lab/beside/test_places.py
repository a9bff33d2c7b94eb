"""How many prompts are answered at once, from what was measured.

Tests app.engine.host.measuring.passes and app.lab.beside.kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.candidates.candidate import candidate_of
from app.core.candidates.notation import with_settings
from app.engine.protocol.measuring import PassesMeasured
from app.lab.beside import places
from app.lab.beside.places import (
    AtOnce,
    KeptPasses,
    at_once_for,
    chosen,
    engines_for,
    passes_of,
    place_tokens,
)
from app.lab.engines.opened import opened
from app.library.model_files import open_model_file
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_several_at_once_where_that_pays_and_has_room() -> None:
    passes = PassesMeasured(1, 10, {4: 20, 8: 30, 16: 50, 32: 98})
    how = {"engines": 2, "threads": 1, "place_bytes": 1_000_000, "questions": 360}
    # 16 would be faster, but at the end of each group more places would wait for the longest.
    assert chosen(passes, file_bytes=10_000_000, **how) == (2, 1, 8)
    assert chosen(passes, file_bytes=10_000_000, **how, groups=1) == (2, 1, 8)
    # Where two engines have no room for them, one works with both cores, and saves a copy.
    how |= {"place_bytes": 30_000_000}
    assert chosen(passes, file_bytes=400_000_000, **how) == (1, 2, 8)
    how |= {"place_bytes": 130_000_000}
    assert chosen(passes, file_bytes=400_000_000, **how) == (1, 2, 4)
    # … if that is still faster than one at a time in each of them.
    for ns, found in ((30, (1, 2, 4)), (36, (2, 1, 1))):
        shared = PassesMeasured(1, 19, {4: ns, 8: 64})
        assert chosen(passes, lambda told=shared: told, file_bytes=400_000_000, **how) == found
    # Few questions leave places empty; and what gains nothing stays as it was.
    few = how | {"place_bytes": 1 << 20, "questions": 80}
    assert chosen(passes, file_bytes=10_000_000, **few) == (2, 1, 4)
    assert chosen(passes, file_bytes=10_000_000, **few | {"questions": 40}) == (2, 1, 1)
    # What all begin with takes a place, too: nine of 33.5 MB are more than 300 MB, eight were not.
    tight = {"engines": 1, "threads": 1, "place_bytes": 33_500_000, "questions": 360}
    assert chosen(passes, file_bytes=10_000_000, **tight) == (1, 1, 4)
    slow = PassesMeasured(1, 10, {4: 38, 8: 76})
    assert chosen(slow, file_bytes=10_000_000, **how) == (2, 1, 1)
    assert chosen(PassesMeasured(1, 10, {}), file_bytes=10_000_000, **how) == (2, 1, 1)


def test_as_many_as_others_were_asked_keep_their_engines() -> None:
    sizes = {"engines": 2, "threads": 1, "file_bytes": 10_000_000}
    assert engines_for(32, place_bytes=1 << 20, **sizes) == (2, 1)
    assert engines_for(8, place_bytes=130_000_000, **sizes) == (1, 2)
    # One at a time needs no places, however large one would be.
    assert engines_for(1, place_bytes=200_000_000, **sizes) == (2, 1)


def test_levels_gain_differently(
    demo_model: Path, q3: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_SMALL_BYTES", 0)
    kept, room = KeptPasses(tmp_path), roomy(tmp_path, 1 << 40)
    every = [opened(candidate_of(path), open_model_file) for path in (q3, demo_model)]
    kept.keep(every[1], 1, PassesMeasured(1, 20, {4: 30, 8: 50, 16: 90}, {4: 0.1}))
    kept.keep(every[0], 1, PassesMeasured(1, 10, {4: 50, 8: 110}, {4: 0.3}))
    both = passes_of(every, 1, room, kept)
    assert (both.alone_ns, both.beside_ns, both.beside_kld) == (30, {4: 80, 8: 160}, {4: 0.3})
    assert passes_of(every[1:], 1, room, kept).alone_ns == 20
    # Of a night the others are not here: their headers alone are.
    away = tmp_path / "away.gguf"
    away.write_bytes(q3.read_bytes()[:200_000])
    every[0] = opened(candidate_of(away), lambda _: replace(open_model_file(q3), path=away))
    (tmp_path / "fresh").mkdir()
    fresh = KeptPasses(tmp_path / "fresh")
    fresh.keep(every[1], 1, PassesMeasured(1, 20, {4: 30}))
    assert passes_of(every, 1, room, fresh).alone_ns == 20


def test_the_longest_have_no_place() -> None:
    assert place_tokens([100] * 17 + [5000] * 2) == 256
    assert place_tokens([]) == 256


def test_a_file_is_measured_once_for_all(demo_model: Path, tmp_path: Path) -> None:
    kept, room = KeptPasses(tmp_path), roomy(tmp_path, 1 << 40)
    demo = opened(candidate_of(demo_model), open_model_file)
    assert at_once_for([demo], [40] * 15, 1, room, kept) is None
    assert kept.known(demo, 1) is None  # too few to gain anything
    assert at_once_for([demo], [40] * 16, 1, room, kept) in (None, AtOnce(4, 256))
    passes = kept.known(demo, 1)
    assert passes is not None
    assert passes.alone_ns > 0
    assert passes.beside_kld.keys() == passes.beside_ns.keys()
    assert all(0 <= kld < 1e-5 for kld in passes.beside_kld.values())
    kept.keep(demo, 1, PassesMeasured(1, 10, {4: 25, 8: 32}))
    assert at_once_for([demo], [40] * 16, 1, room, kept) == AtOnce(4, 256)
    assert at_once_for([demo], [40] * 16, 1, room, kept, rounds=2) == AtOnce(8, 256)
    # What this PC has decides, not what is free now: the same comes out again.
    assert at_once_for([demo], [40] * 16, 1, roomy(tmp_path, 1), kept) is None
    busy = roomy(tmp_path, 1, total_bytes=1 << 40)
    assert at_once_for([demo], [40] * 16, 1, busy, kept) == AtOnce(4, 256)
    drafted = opened(with_settings(demo.candidate, "draft=ngram"), open_model_file)
    assert at_once_for([demo, drafted], [40] * 16, 1, room, kept) is None
