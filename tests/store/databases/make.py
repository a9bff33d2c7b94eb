"""Writes a store as the program of this checkout writes it, for the tests of updates.

    python make.py FOLDER MODELS

Start it in the root of a checkout of the commit that README.md names, with that checkout on
PYTHONPATH. It uses what that version has: a session with real engines over small models made in
MODELS, and the stores of works, comparisons, ladders and votes as far as they exist there.
FOLDER gets ``version-N.sqlite3`` and ``version-N-settings.json``.
"""

from __future__ import annotations

import importlib
import itertools
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from app.bootstrap import at_once, build_session, open_house
from app.core.candidates.candidate import candidate_of
from app.core.candidates.notation import with_settings
from app.core.candidates.settings import SamplingSettings
from app.core.chats.pictures import Picture
from app.core.listing import RepoFile
from app.lab.works.downloads import Come, Download, DownloadOrder
from app.lab.works.ladders.work import LadderWork, Numbered, Tries
from app.lab.works.work import WorkState
from app.store.comparisons import ComparisonStore
from app.store.paths import Paths
from app.store.schema import MIGRATIONS
from app.store.settings import Settings
from app.store.tolerant import to_json
from app.store.works import StoredWork, WorkStore
from tests.helpers import gguf_files as files

VERSION = len(MIGRATIONS)


def main(folder: Path, models: Path) -> None:
    """Write both files."""
    models.mkdir(parents=True, exist_ok=True)
    blue = models / "sky-F16.gguf"
    green = models / "sky-Q4_K_M.gguf"
    endless = models / "sky-endless.gguf"
    thinks = models / "sky-thinks.gguf"
    files.write_scripted_model(blue, ["The", " sky", " is", " blue", "."])
    files.write_scripted_model(green, ["The", " sky", " is", " green", "!"])
    files.write_scripted_model(endless, [f" w{n}" for n in range(30)], ends=False)
    files.write_thinking_model(thinks)
    with tempfile.TemporaryDirectory() as home:
        paths = Paths.below(Path(home))
        house = open_house(paths)
        chat_id = write_chats(paths, house, [blue, green, endless, thinks])
        write_works(house.connection)
        write_ladders(house.connection)
        write_votes(house.connection, blue, green)
        write_history(house.connection)
        settings = Settings(theme="dark", last_chat_id=chat_id, plots_visible=False)
        house.settings_file.save(settings)
        house.close()
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(paths.database, folder / f"version-{VERSION}.sqlite3")
        shutil.copy(paths.settings, folder / f"version-{VERSION}-settings.json")


def write_chats(paths: Paths, house: Any, models: list[Path]) -> int:
    """Two chats with answers of real engines; returns the number of the first."""
    session, _runner = build_session(paths, house.chats, at_once, None)

    def rest() -> None:
        while session.busy:
            session.pump()
            time.sleep(0.01)

    candidates = [candidate_of(model) for model in models]
    session.start_with(candidates)
    session.set_sampling(SamplingSettings(max_tokens=12))
    session.ask("Why is the sky blue?")
    rest()
    first = session.panes[0].key
    session.ask("And at night? Größe: 10 m², 猫 🐈", [first])
    rest()
    session.edit(session.chat.turns[1], "And in the evening?")
    rest()
    if hasattr(session, "show_earlier_answer"):
        session.regenerate(session.chat.turns[1], [first])
        rest()
    chat_id = session.chat.id
    session.rename_chat(chat_id, "Skies")
    session.start_with(candidates[:1])
    session.ask("Are you well?", pictures=[Picture("5" * 64, 640, 480, "sky.jpg", 4000, 3000)])
    rest()
    session.close()
    return chat_id


def write_works(connection: Any) -> None:
    """A queue with a download in every state, what waits for two of them, and a ladder."""
    store = WorkStore(connection)
    numbers: list[int] = []
    for place, state in enumerate(WorkState):
        parts = tuple(
            RepoFile(f"model-Q4_K_M-{n:05}-of-00002.gguf", 10**9 + n, f"{place}{n}" * 32)
            for n in (1, 2)
        )
        order = DownloadOrder(
            endpoint="https://huggingface.co",
            repo_id="org/model-GGUF",
            commit="1" * 40,
            revision="main",
            name=parts[0].name,
            level="Q4_K_M",
            files=parts,
        )
        come, error = to_json(Come(12345)), "It broke." if place % 2 else ""
        work = StoredWork(0, Download.kind, to_json(order), state, place, come, error)
        numbers.append(store.add(work))
    ladder = StoredWork(
        0, LadderWork.kind, to_json(Numbered(2)), WorkState.RUNNING, len(numbers), to_json(Tries(1))
    )
    store.add(ladder)
    ComparisonStore(connection).add([(numbers[0], ""), (numbers[1], "/models/b.gguf")])


def write_ladders(connection: Any) -> None:
    """One finished and one that goes on."""
    try:
        ladders = importlib.import_module("app.store.ladders")
    except ImportError:
        return
    store = ladders.LadderStore(connection)
    for key in ("finished", "open"):
        ladder = store.begin(key, '{"files": ["/models/sky-F16.gguf"]}')
        store.save_step(ladder.id, "speed 0", ladders.StoredStep('{"mean": 12.5}', 1_500_000_000))
        if key == "finished":
            store.finish(ladder.id)


def write_votes(connection: Any, blue: Path, green: Path) -> None:
    """A pair that was voted on, one that waits, and a vote that was taken back."""
    try:
        votes = importlib.import_module("app.store.votes")
        pairs = importlib.import_module("app.core.votes.pairs")
        choices = importlib.import_module("app.core.votes.choices")
    except ImportError:
        return
    store = votes.VoteStore(connection)
    file = pairs.VotedFile(str(blue), "F16", blue.stat().st_size, 7)
    other = pairs.VotedFile(str(green), "Q4_K_M", green.stat().st_size, 8, ("ab", "cd"))
    reference = pairs.VotedCandidate(candidate_of(blue), file)
    candidate = pairs.VotedCandidate(candidate_of(green), other)
    smaller = with_settings(candidate_of(blue), "kv=q4_0,ctx=2048")
    settings = pairs.VoteSettings(SamplingSettings(max_tokens=64), "Be brief.", 2048, 2)
    numbers = itertools.count()
    added = store.add(
        [
            pairs.VotePair(
                prompt, reference, candidate, settings, 2**62, next(numbers), candidate_left=True
            )
            for prompt in ("Why?", "When?", "Where?")
        ]
    )
    (twin,) = store.add(
        [
            pairs.VotePair(
                "Why?", reference, pairs.VotedCandidate(smaller, file), settings, 1, 0,
                candidate_left=False,
            )
        ]
    )  # fmt: skip
    for pair in (*added[:2], twin):
        for role in pairs.Role:
            store.save_answer(pair.id, role, pairs.VoteAnswer(f"By {role.value}."), "engine 1")
    store.cast(added[0].id, next(iter(choices.Choice)))
    store.cast(twin.id, choices.Choice.TIE)


def write_history(connection: Any) -> None:
    """Speeds, a batch, a folder, what is pinned, and what is deleted but not gone."""
    try:
        measured = importlib.import_module("app.store.history.measured")
        marks = importlib.import_module("app.store.history.marks")
    except ImportError:
        return
    store = measured.MeasuredStore(connection)
    bench = store.add_bench('{"engine": "llama.cpp 1"}')
    store.add_bench('{"engine": "llama.cpp 2"}')
    number = store.begin_batch('{"prompts": [{"prompt": "Why?"}]}', "{}")
    store.add_answer(number, 0, 0, '{"text": "Because."}')
    store.finish_batch(number, "{}")
    entries = marks.EntryMarks(connection)
    entries.pin([1], pinned=True)
    entries.put([1, 2], "Skies")
    entries.delete([entries.id_of("bench", bench)])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
