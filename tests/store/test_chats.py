"""Chats in the store.

Tests app.store.rows.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.candidates.candidate import Candidate, LocalFile, candidate_of
from app.core.candidates.settings import (
    CHAT,
    CompareMode,
    EngineSettings,
    FlashAttention,
    KvType,
    SamplingSettings,
)
from app.core.chats.chat import Answer, AnswerFigures, Chat, StopReason, Turn
from app.core.chats.panes import ChatPane
from app.store.chats import ChatStore
from app.store.database import StoreFailed, open_database

FIGURES = AnswerFigures(
    prompt_tokens=12,
    reused_tokens=4,
    prompt_ns=3_000_000,
    first_token_ns=4_000_000,
    generated_tokens=40,
    thinking_tokens=8,
    generation_ns=1_000_000_000,
    shared=True,
    memory_needed_bytes=1 << 30,
)


def test_everything_of_a_chat_comes_back(store: ChatStore) -> None:
    chat = store.create(
        Chat(
            id=0,
            title="Why?",
            panes=[
                ChatPane(
                    "one",
                    "B",
                    Candidate(
                        LocalFile("/models/größe.gguf"),
                        EngineSettings(2048, 3, 12, KvType.Q8_0, FlashAttention.OFF),
                        "chatml",
                    ),
                    CHAT,
                ),
                ChatPane("two", "A", candidate_of("C:\\models\\small.gguf")),
            ],
            reference_key="two",
            system_prompt="Be brief.\nBe right.",
            sampling=SamplingSettings(temperature=0.7, seed=None, thinking=False),
            mode=CompareMode.TOGETHER,
            dropped_turns={"one": 2},
        )
    )
    first = Turn(0, "Why is the sky blue?", {"two": Answer(), "one": Answer()})
    store.add_turn(chat.id, first)
    store.save_answer(
        first.id, "two", Answer("Because.", "Hm.", StopReason.END, None, FIGURES), final=True
    )
    store.save_answer(
        first.id, "one", Answer(stop_reason=StopReason.ERROR, error="It broke."), final=True
    )

    loaded = store.load(chat.id)

    assert loaded.panes == chat.panes
    assert msgspec.structs.replace(loaded, turns=[], changed_ns=0) == msgspec.structs.replace(
        chat, changed_ns=0
    )
    assert loaded.turns == [
        Turn(
            first.id,
            "Why is the sky blue?",
            {
                "two": Answer("Because.", "Hm.", StopReason.END, None, FIGURES),
                "one": Answer(stop_reason=StopReason.ERROR, error="It broke."),
            },
        )
    ]
    assert list(loaded.turns[0].answers) == ["two", "one"]


def test_a_new_chat_gets_an_id_and_times(store: ChatStore, chat: Chat) -> None:
    assert store.create(chat) is chat
    assert chat.id > 0
    assert chat.created_ns == chat.changed_ns > 0


def test_a_chat_made_with_turns_keeps_them(store: ChatStore, chat: Chat) -> None:
    chat.turns = [Turn(0, "one", {"one": Answer("1")}), Turn(0, "two", {"two": Answer("2")})]
    store.create(chat)

    assert store.load(chat.id).turns == chat.turns
    assert all(turn.id > 0 for turn in chat.turns)


def test_opened_files_are_told_once_those_of_the_last_chat_first(store: ChatStore) -> None:
    for paths in (("/a.gguf", "/b.gguf"), ("/c.gguf", "/a.gguf")):
        panes = [ChatPane(path, "A", candidate_of(path)) for path in paths]
        store.create(Chat(0, "a title", panes=panes))
    assert store.opened_files() == ["/c.gguf", "/a.gguf", "/b.gguf"]


def test_the_last_changed_chat_stands_first(store: ChatStore) -> None:
    old, new = store.create(Chat(0, "old")), store.create(Chat(0, "new"))
    assert [summary.title for summary in store.list_chats()] == ["new", "old"]

    store.add_turn(old.id, Turn(0, "again"))
    assert [(s.title, s.turns) for s in store.list_chats()] == [("old", 1), ("new", 0)]

    turn = Turn(0, "and you?", {"one": Answer()})
    store.add_turn(new.id, turn)
    store.add_turn(old.id, Turn(0, "a third time"))
    store.save_answer(turn.id, "one", Answer("Fine.", stop_reason=StopReason.END), final=True)
    assert [(s.title, s.turns) for s in store.list_chats()] == [("new", 1), ("old", 2)]


def test_update_changes_all_but_turns_and_never_turns_time_back(
    store: ChatStore, chat: Chat
) -> None:
    store.create(chat)
    turn = Turn(0, "Why?", {"one": Answer()})
    store.add_turn(chat.id, turn)
    changed_ns = store.list_chats()[0].changed_ns
    assert changed_ns > chat.changed_ns

    chat.title = "Another"
    chat.panes = chat.panes[:1]
    chat.turns = []
    store.update(chat)

    loaded = store.load(chat.id)
    assert (loaded.title, len(loaded.panes), len(loaded.turns)) == ("Another", 1, 1)
    assert loaded.changed_ns == changed_ns


def test_an_answer_cut_off_by_a_crash_has_its_text_and_no_reason(
    store: ChatStore, chat: Chat
) -> None:
    store.create(chat)
    turn = Turn(0, "Why?", {"one": Answer()})
    store.add_turn(chat.id, turn)
    store.save_answer(turn.id, "one", Answer("Because air", "So"), final=False)

    assert store.load(chat.id).turns[0].answers == {"one": Answer("Because air", "So")}


def test_a_turn_can_gain_an_answer_later(store: ChatStore, chat: Chat) -> None:
    store.create(chat)
    turn = Turn(0, "Why?", {"one": Answer()})
    store.add_turn(chat.id, turn)
    store.save_answer(turn.id, "two", Answer("Because."), final=False)
    store.save_answer(turn.id, "one", Answer("Since."), final=False)

    assert list(store.load(chat.id).turns[0].answers) == ["one", "two"]


def test_retired_turns_are_kept_but_not_shown(store: ChatStore, chat: Chat, database: Path) -> None:
    store.create(chat)
    turns = [Turn(0, prompt, {"one": Answer(prompt)}) for prompt in ("a", "b", "c")]
    for turn in turns:
        store.add_turn(chat.id, turn)

    new = Turn(0, "B", {"one": Answer()})
    store.add_turn(chat.id, new)
    store.retire_turns([turns[1].id, turns[2].id], by=new.id)

    assert [turn.prompt for turn in store.load(chat.id).turns] == ["a", "B"]
    assert store.list_chats()[0].turns == 2
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM answer").fetchone() == (4,)
    connection.close()


def test_versions_of_an_edited_turn_take_turns(store: ChatStore, chat: Chat) -> None:
    store.create(chat)
    shown: list[Turn] = []

    def add(prompt: str) -> Turn:
        turn = Turn(0, prompt, {"one": Answer(prompt)})
        store.add_turn(chat.id, turn)
        shown.append(turn)
        return turn

    def edit(place: int, prompt: str) -> None:
        gone = shown[place:]
        del shown[place:]
        new = add(prompt)
        store.retire_turns([turn.id for turn in gone], by=new.id)

    def restore(place: int) -> tuple[list[str], list[int]]:
        store.restore_turns([turn.id for turn in shown[place:]])
        shown[:] = store.load(chat.id).turns
        return [turn.prompt for turn in shown], [turn.versions for turn in shown]

    for prompt in ("a", "b", "c"):
        add(prompt)
    edit(1, "B")
    add("d")
    assert restore(1) == (["a", "b", "c"], [0, 1, 0])
    edit(1, "BB")
    assert [turn.versions for turn in store.load(chat.id).turns] == [0, 2]
    assert restore(1) == (["a", "B", "d"], [0, 2, 0])
    assert restore(1) == (["a", "b", "c"], [0, 2, 0])
    assert restore(1) == (["a", "BB"], [0, 2])
    # What is edited before them takes them along, and brings them back.
    edit(0, "A")
    assert restore(0) == (["a", "BB"], [1, 2])
    assert restore(1) == (["a", "B", "d"], [1, 2, 0])
    assert restore(2) == (["a", "B", "d"], [1, 2, 0])


def test_the_answer_before_takes_the_place_of_one_that_never_came(
    store: ChatStore, chat: Chat
) -> None:
    store.create(chat)
    turn = Turn(0, "Why?", {"one": Answer("Because.", stop_reason=StopReason.END)})
    store.add_turn(chat.id, turn)
    turn.set_aside("one")
    store.save_versions(turn, "one")
    # The program ends here, before a word has come.
    loaded = store.load(chat.id).turns[0]
    assert loaded.answers["one"].text == "Because."
    assert not loaded.earlier["one"]

    turn.answers["one"].text = "Since"
    store.save_answer(turn.id, "one", turn.answers["one"], final=False)
    loaded = store.load(chat.id).turns[0]
    assert loaded.answers["one"].text == "Since"
    assert [answer.text for answer in loaded.earlier["one"]] == ["Because."]
    loaded.turn_over("one")
    store.save_versions(loaded, "one")
    again = store.load(chat.id).turns[0]
    assert again.answers["one"].text == "Because."
    assert [answer.text for answer in again.earlier["one"]] == ["Since"]


def test_a_deleted_chat_is_gone_with_all_it_had(
    store: ChatStore, chat: Chat, database: Path
) -> None:
    store.create(chat)
    turn = Turn(0, "Why?", {"one": Answer("Because.")})
    store.add_turn(chat.id, turn)
    store.delete(chat.id)
    store.delete(chat.id)

    assert store.list_chats() == []
    connection = sqlite3.connect(database)
    assert connection.execute(
        "SELECT (SELECT count(*) FROM turn), (SELECT count(*) FROM answer)"
    ).fetchone() == (0, 0)
    connection.close()

    for use in (
        lambda: store.load(chat.id),
        lambda: store.update(chat),
        lambda: store.add_turn(chat.id, Turn(0, "still there?")),
        lambda: store.save_answer(turn.id, "one", Answer("x"), final=False),
    ):
        with pytest.raises(StoreFailed):
            use()


def test_an_id_is_never_given_twice(store: ChatStore) -> None:
    first = store.create(Chat(0)).id
    store.delete(first)

    assert store.create(Chat(0)).id > first


def test_what_fails_has_not_half_happened(store: ChatStore, chat: Chat) -> None:
    turn = Turn(0, "Why?", {"one": Answer("x")})
    with pytest.raises(StoreFailed):
        store.add_turn(99, turn)

    assert turn.id == 0
    store.create(chat)
    assert store.load(chat.id).turns == []


def test_figures_and_settings_of_another_version_are_taken_as_far_as_they_go(
    store: ChatStore, chat: Chat, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.create(chat)
    turn = Turn(0, "Why?", {"one": Answer("Because.", figures=FIGURES)})
    store.add_turn(chat.id, turn)
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute(
        """UPDATE chat SET mode = 'tournament', sampling = '{"temperature": "hot", "top_k": 7,
        "entropy": 3}', dropped_turns = 'nonsense', candidates = '[
        {"key": "one", "letter": "A", "path": "/a", "engine": {"kv_type": "q1", "threads": 2},
         "sampling": {"seed": 5, "top_p": []}, "badge": 1},
        {"letter": "B"}, 7]'"""
    )
    connection.execute(
        """UPDATE answer SET stop_reason = 'bored', figures =
        '{"generated_tokens": 4, "generation_ns": null, "joules": 1.5}'"""
    )
    connection.close()

    loaded = store.load(chat.id)

    assert loaded.mode is CompareMode.RACE
    assert loaded.sampling == SamplingSettings(top_k=7)
    assert loaded.dropped_turns == {}
    assert loaded.panes == [
        ChatPane(
            "one",
            "A",
            Candidate(LocalFile("/a"), EngineSettings(threads=2)),
            SamplingSettings(seed=5),
        )
    ]
    answer = loaded.turns[0].answers["one"]
    assert answer.stop_reason is StopReason.STOPPED
    assert answer.figures == AnswerFigures(generated_tokens=4)
    assert "a candidate was left out" in caplog.text


def test_file_names_and_texts_that_are_no_unicode_are_kept_or_mended(store: ChatStore) -> None:
    name = b"/models/gr\xf6\xdfe.gguf".decode(errors="surrogateescape")
    chat = store.create(Chat(0, panes=[ChatPane("one", "A", candidate_of(name))]))
    store.add_turn(chat.id, Turn(0, "half \ud83d and \0 nothing", {"one": Answer("\udc00")}))

    loaded = store.load(chat.id)

    assert loaded.panes[0].candidate.place == name
    assert loaded.turns[0].prompt == "half ? and \0 nothing"
    assert loaded.turns[0].answers["one"].text == "?"


def test_only_the_thread_that_opened_it_may_use_it(store: ChatStore) -> None:
    failures: list[BaseException] = []

    def use() -> None:
        try:
            store.list_chats()
        except StoreFailed as failure:
            failures.append(failure)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()

    (failure,) = failures
    assert isinstance(failure, StoreFailed)
    assert "thread" in failure.detail


def test_a_full_disk_is_said_and_the_store_goes_on(
    store: ChatStore, chat: Chat, connection: sqlite3.Connection
) -> None:
    store.create(chat)
    turn = Turn(0, "Why?", {"one": Answer("before")})
    store.add_turn(chat.id, turn)
    # A page limit fails as a full disk does.
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreFailed, match="the disk is full"):
        store.save_answer(turn.id, "one", Answer("x" * 100_000), final=True)

    connection.execute("PRAGMA max_page_count = 1000000")
    assert store.load(chat.id).turns[0].answers["one"].text == "before"
    store.save_answer(turn.id, "one", Answer("after"), final=True)
    assert connection.execute("PRAGMA synchronous").fetchone() == (1,)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
answers = st.builds(
    Answer,
    text=texts,
    thinking=texts,
    stop_reason=st.none() | st.sampled_from(StopReason),
    error=st.none() | texts,
    figures=st.none() | st.builds(AnswerFigures),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    turns=st.lists(
        st.builds(Turn, st.just(0), texts, st.dictionaries(texts, answers, max_size=3)), max_size=4
    )
)
def test_any_turns_come_back_as_they_were(store: ChatStore, turns: list[Turn]) -> None:
    chat = store.create(Chat(0, turns=turns))

    assert store.load(chat.id).turns == turns


def test_what_one_connection_wrote_the_next_one_reads(
    database: Path, chat: Chat, clock: Callable[[], int]
) -> None:
    first = open_database(database)
    ChatStore(first, clock).create(chat)
    first.close()

    second = open_database(database)
    assert ChatStore(second).load(chat.id).title == chat.title
    second.close()
