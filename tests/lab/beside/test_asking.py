"""Many prompts through one door, beside each other and one after the other."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.lab.beside.asking import Prompt, Said, ask_alone, ask_beside
from app.lab.beside.places import AtOnce
from app.lab.engines.calls import EngineFailed, interruptible
from app.lab.engines.opened import opened
from app.lab.tasks.prompts import demo_prompts
from app.library.model_files import open_model_file
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from app.lab.engines.asking import Manner
    from app.lab.engines.calls import EngineCalls

AT_ONCE = AtOnce(4, 256)
GREEDY = SamplingSettings(max_tokens=24)
DRAWN = SamplingSettings(max_tokens=24, temperature=0.9, seed=7)


class Asked:
    """The demo model, loaded."""

    def __init__(self, engine: EngineCalls, manner: Manner) -> None:
        self.engine = engine
        self.manner = manner

    def beside(self, prompts: Sequence[Prompt]) -> dict[int, Said | EngineFailed]:
        found: dict[int, Said | EngineFailed] = {}
        ask_beside(self.engine, self.manner, prompts, AT_ONCE, found.__setitem__)
        return found


@pytest.fixture(scope="module")
def demo(demo_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Asked]:
    room = roomy(tmp_path_factory.mktemp("beside"), 1 << 40)
    ready = opened(candidate_of(demo_model), open_model_file)
    with room.calls("beside", is_steady=True) as engine:
        room.load(engine, ready, 1, 1024)
        yield Asked(engine, ready.manner)


def prompts_of(texts: Sequence[str], sampling: SamplingSettings) -> list[Prompt]:
    return [Prompt([Message(Role.USER, text)], sampling) for text in texts]


@pytest.mark.parametrize("sampling", [GREEDY, DRAWN], ids=["greedy", "drawn"])
def test_answers_are_those_of_prompts_asked_alone(demo: Asked, sampling: SamplingSettings) -> None:
    prompts = prompts_of(demo_prompts().prompts[:12], sampling)
    alone = [ask_alone(demo.engine, demo.manner, prompt) for prompt in prompts]
    found = demo.beside(prompts)
    assert sorted(found) == list(range(12))
    said = [one for _, one in sorted(found.items()) if isinstance(one, Said)]
    assert [one.digest for one in said] == [one.digest for one in alone]
    same = sum(one.text == other.text for one, other in zip(said, alone, strict=True))
    assert same >= 11  # two tokens that are equally likely may change places
    assert all(one.end.figures.shared for one in said)
    assert not any(one.end.figures.shared for one in alone)
    # Each has a generator of its own: others beside it take nothing of its luck.
    assert demo.beside(prompts[:1])[0].text == said[0].text  # type: ignore[union-attr]


def test_one_that_cannot_be_answered_says_so_itself(demo: Asked) -> None:
    texts = [*demo_prompts().prompts[:2], "boats " * 2000]
    found = demo.beside(prompts_of(texts, GREEDY))
    assert [isinstance(found[place], EngineFailed) for place in range(3)] == [False, False, True]


def test_who_waits_may_end_it(demo: Asked) -> None:
    class Enough(Exception):
        pass

    def check() -> None:
        if found:
            raise Enough

    found: list[int] = []
    prompts = prompts_of(demo_prompts().prompts * 8, GREEDY)
    with contextlib.suppress(Enough), interruptible(check):
        ask_beside(demo.engine, demo.manner, prompts, AT_ONCE, lambda place, _: found.append(place))
    assert 0 < len(found) < len(prompts)
