"""The shipped list of models to begin with has the form that its note promises."""

from __future__ import annotations

from datetime import date

from app.core.hub_names import is_repo_id
from app.lab.hub.picks import Use, shipped_picks

# Licences under which anybody may use a model for anything.
OPEN = {"apache-2.0", "mit"}


def test_the_list_has_its_form() -> None:
    shipped = shipped_picks()
    picks = shipped.picks
    assert shipped.checked >= date(2026, 12, 1)
    assert "by hand" in shipped.note
    assert 6 <= len(picks) <= 10
    assert len({pick.repo_id for pick in picks}) == len(picks)
    for pick in picks:
        assert is_repo_id(pick.repo_id)
        assert pick.repo_id.lower().endswith("gguf")
        assert pick.licence in OPEN
        assert 0 < len(pick.why) <= 45
        assert "\n" not in pick.why
        assert pick.active is None or pick.active < pick.parameters


def test_it_goes_from_small_to_large_and_has_something_for_every_pc() -> None:
    sizes = [pick.parameters for pick in shipped_picks().picks]
    assert sizes == sorted(sizes)
    assert sizes[0] < 2 * 10**9
    assert sizes[-1] > 24 * 10**9
    assert {pick.use for pick in shipped_picks().picks} == set(Use)
