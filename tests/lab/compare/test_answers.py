"""What is kept of an answer while it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.candidates.settings import SamplingSettings

if TYPE_CHECKING:
    from pathlib import Path

    from app.store.chats import ChatStore
    from tests.lab.conftest import Bench


def test_text_is_stored_while_it_comes(
    bench: Bench, models: dict[str, Path], store: ChatStore
) -> None:
    (key,) = bench.open([models["endless"]])
    bench.session.set_sampling(SamplingSettings(max_tokens=100_000))
    bench.session.ask("Why?")
    bench.until(lambda: bool(store.load(bench.session.chat.id).turns[0].answers[key].text))
    assert store.load(bench.session.chat.id).turns[0].answers[key].stop_reason is None
    bench.session.stop()
    bench.rest()
    answer = bench.session.chat.turns[0].answers[key]
    assert store.load(bench.session.chat.id).turns[0].answers[key].text == answer.text
