"""What stands in a version's cell."""

from __future__ import annotations

from dataclasses import replace

from app.core.statistics.paired import PairedCounts
from app.core.tasks.looks import Decided
from app.core.tasks.results import KindVerdict, paired_result
from app.core.verdict import Judgement, State
from app.ui.pages.ladder.words import state_words


def test_where_no_answer_would_tell_more_it_says_why() -> None:
    open_ = paired_result("sums", PairedCounts(both=0, lost=0, gained=0, neither=6))
    never = replace(open_, verdict=KindVerdict.REFERENCE_CANNOT)
    found = Judgement(State.CANNOT_TELL, (never, never), decided=Decided(48, 360))
    assert state_words(found)[1] == "the original can do none of it"
    assert state_words(replace(found, kinds=(open_, never)))[1] == ""
    assert state_words(replace(found, kinds=()))[1] == ""
