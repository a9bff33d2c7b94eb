"""No folder of the person's PC is in anything that is made to be passed on.

Tests app.core.candidates.passed_on and app.store.servers.logged.
"""

from __future__ import annotations

import logging
import re
import socket
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from app.core.candidates.adapters import Adapter
from app.core.candidates.candidate import Candidate, LocalFile, ServerModel, candidate_of
from app.core.candidates.drafts import Draft
from app.core.candidates.notation import with_settings
from app.core.candidates.settings import EngineSettings, KvType, SamplingSettings
from app.core.chats.chat import Answer, Chat, Message, Role, Turn
from app.core.chats.export import to_markdown, to_openai_json
from app.core.chats.panes import ChatPane
from app.core.errors import PersonError
from app.core.servers.server import Server
from app.core.text.log_lines import LogLines
from app.core.text.shared_names import FoldersOut, file_name, names_without_folders
from app.core.votes.choices import Choice
from app.core.votes.pairs import Vote, VotedCandidate, VotedFile, VotePair, VoteSettings
from app.core.words.sentence import English
from app.engine.protocol.answering import Finished, Generate
from app.engine.protocol.loading import Load, Loaded
from app.lab.engines.calls import EngineCalls
from app.lab.engines.elsewhere import EnginesElsewhere
from app.lab.ladder.rows import LadderResult
from app.lab.reports.document import ladder_document
from app.lab.reports.files import write_reports
from app.lab.reports.reported import read_report, reported
from app.lab.reports.sharing import shareable
from app.lab.reports.text import markdown_text
from app.lab.servers.book import ServerBook
from app.lab.servers.looking import look_at
from app.lab.votes.export import votes_csv, votes_json
from app.store.servers.kept import KeptServers
from app.store.servers.logged import AddressesOut
from app.store.servers.secrets import Secrets, ServerSecrets
from tests.helpers.replay import forms
from tests.helpers.replay.server import Replay, told
from tests.helpers.tls import Authority
from tests.lab import ladder_cases as cases

if TYPE_CHECKING:
    from app.lab.verdict.view import LadderView

SETTINGS = VoteSettings()
HOMES = ["/home/anna-m4rk", "/home/Anna M4rk", r"C:\Users\Anna M4rk", r"\\m4rk\share"]


def at(home: str, name: str) -> str:
    mark = "\\" if "\\" in home else "/"
    return mark.join((home, "models", name))


def measured_at(home: str) -> LadderResult:
    """The usual ladder with its files in a person's folder, two of them called alike."""
    usual = cases.result()
    files = {
        file: at(
            f"{home}{'/' if home.startswith('/') else chr(92)}{place // 2}", f"{place % 2}.gguf"
        )
        for place, file in enumerate(usual.rows)
    }
    plan = msgspec.structs.replace(
        usual.plan,
        reference=files[usual.plan.reference],
        candidates=tuple(files[file] for file in usual.plan.candidates),
        text_name=at(home, "diary.txt"),
        items_name=at(home, "exam.jsonl"),
    )
    rows = {
        files[row.key]: replace(row, candidate=candidate_of(files[row.key]))
        for row in usual.rows.values()
    }
    last = list(rows)[-1]
    rows[last] = replace(
        rows[last],
        error=f"{last} cannot be read: {at(home, 'lib.so')} is missing (“{at(home, 'x.log')}”).",
    )
    return LadderResult(
        plan, rows, usual.engine, usual.bandwidth, remarks=[f"See {home}."], taken=cases.TAKEN
    )


def view_at(home: str) -> LadderView:
    return cases.view(measured_at(home))


@pytest.mark.parametrize("home", HOMES)
def test_reports_name_files_without_their_folders(
    tmp_path: Path, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path(home))
    written = write_reports(view_at(home), tmp_path / "report.html")
    assert {path.suffix for path in written} == {".html", ".json", ".md", ".csv"}
    for path in written:
        assert "m4rk" not in path.read_text(encoding="utf-8").lower(), path
    report = msgspec.json.decode((tmp_path / "report.json").read_bytes())
    names = [row["file"] for row in report["candidates"]]
    assert names == ["0.gguf", "1.gguf", "0 (2).gguf", "1 (2).gguf"]
    assert report["arguments"]["candidates"] == names
    assert report["arguments"]["reference"] == "0.gguf"
    assert [one["file"] for one in report["verdicts"]] == names
    assert report["recommendation"]["file"] in names
    assert (report["text"]["name"], report["items"]["name"]) == ("diary.txt", "exam.jsonl")
    assert "lib.so" in report["candidates"][3]["error"]


def test_candidates_with_settings_are_named_without_their_folders_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path(HOMES[0]))
    measured = measured_at(HOMES[0])
    key = list(measured.rows)[1]
    row = measured.rows.pop(key)
    engine = EngineSettings(kv_type=KvType.Q8_0)
    adapters = (Adapter(f"{HOMES[0]}/m4rk/style.gguf", 0.5),)
    draft = Draft(f"{HOMES[0]}/m4rk/tiny.gguf")
    row = replace(
        row,
        candidate=Candidate(
            row.candidate.source, engine, None, adapters, f"{HOMES[0]}/m4rk/mmproj.gguf", draft
        ),
    )
    measured.rows[row.key] = row
    every = [each.candidate for each in measured.rows.values()]
    measured.plan = measured.plan.of(measured.reference.candidate, every)
    written = write_reports(cases.view(measured), tmp_path / "report.html")
    for path in written:
        assert "m4rk" not in path.read_text(encoding="utf-8").lower(), path
    report = read_report(tmp_path / "report.json")
    (own,) = report.arguments.chosen.values()
    shared = (Adapter("style.gguf", 0.5),)
    source = LocalFile(Path(own.place).name)
    assert own == Candidate(source, engine, None, shared, "mmproj.gguf", Draft("tiny.gguf"))
    assert report.arguments.candidate(own.key()) == own
    assert report.rows[own.key()].file == own.place
    document = msgspec.json.decode((tmp_path / "report.json").read_bytes())
    words = [each["candidate"] for each in document["candidates"]]
    assert (
        words.count(f"{own.place}#kv=q8_0,lora=style.gguf*0.5,mmproj=mmproj.gguf,draft=tiny.gguf")
        == 1
    )
    # Settings that nobody could type are refused: they would reach an engine.
    given = (tmp_path / "report.json").read_bytes()
    bad = Candidate(own.source, EngineSettings(threads=10**9, kv_type=KvType.Q8_0))
    changed = given.replace(own.key().encode(), bad.key().encode())
    document = msgspec.json.decode(changed)
    document["arguments"]["chosen"] = {bad.key(): msgspec.to_builtins(bad)}
    with pytest.raises(msgspec.ValidationError, match="settings"):
        reported(document)


def test_what_is_printed_names_text_and_questions_without_folders() -> None:
    document = ladder_document(view_at("/home/anna"))
    assert document["candidates"][0]["file"] == "/home/anna/0/models/0.gguf"  # as it was given
    assert document["text"]["name"] == document["arguments"]["text_name"] == "diary.txt"
    assert document["items"]["name"] == document["arguments"]["items_name"] == "exam.jsonl"
    assert cases.document()["text"]["name"] == "bundled texts"


def test_what_was_asked_and_answered_stays_as_it_was() -> None:
    view = cases.view()
    first = replace(view.about.items[0], prompt="What does /usr/bin/env do?")
    about = msgspec.structs.replace(view.about, items=[first, *view.about.items[1:]])
    shared = shareable(replace(view, about=about))
    assert shared.about.items[0].prompt == "What does /usr/bin/env do?"
    assert shared.recommendation == replace(
        view.recommendation, file=Path(view.recommendation.file or "").name
    )


def test_a_report_that_is_shared_twice_is_the_same() -> None:
    once = shareable(view_at("/home/anna"))
    assert shareable(once) == once


def test_files_of_one_name_stay_apart() -> None:
    paths = ["/a/m.gguf", "/b/m.gguf", "/a/m.gguf", r"C:\c\m.gguf", "/a/plain", "/b/plain"]
    assert list(names_without_folders(paths).values()) == [
        "m.gguf", "m (2).gguf", "m (3).gguf", "plain", "plain (2)",
    ]  # fmt: skip
    assert file_name(r"\\share\folder\m.gguf") == "m.gguf"


def test_sentences_name_files_alone() -> None:
    names = names_without_folders(["/a b/m.gguf", "m.gguf", "models/m.gguf"])
    out = FoldersOut(names, ["/home/anna"])
    for text, shown in (
        ("/a b/m.gguf and m.gguf differ from models/m.gguf.",
         "m.gguf and m (2).gguf differ from m (3).gguf."),
        ("“/a b/x.log”: see /home/anna, /home/anna/y and file:///usr/lib/z.so.",
         "“x.log”: see …, y and z.so."),
        (r"C:\Users\Anna\x.gguf, \\share\folder\y.gguf", "x.gguf, y.gguf"),
        ("9 tokens/s and/or 1/2, https://host.org/a/b", "9 tokens/s and/or 1/2, https://host.org/a/b"),
    ):  # fmt: skip
        assert out.text(text) == shown
    assert FoldersOut({}).text("no path") == "no path"


@pytest.mark.parametrize("home", HOMES)
def test_an_exported_chat_names_files_without_their_folders(home: str) -> None:
    pane = ChatPane("a", "A", candidate_of(at(home, "b.gguf")))
    error = f"{pane.candidate.place} cannot be read: “{at(home, 'lib.so')}” is missing."
    chat = Chat(1, panes=[pane], turns=[Turn(1, "Hi", {"a": Answer(error=error)})])
    for written in (to_markdown(chat, str), to_openai_json(chat, str)):
        assert "m4rk" not in written.lower()
        assert "b.gguf cannot be read" in written
        assert "lib.so" in written


@pytest.mark.parametrize("home", HOMES)
def test_exported_votes_name_files_without_their_folders(home: str) -> None:
    paths = (at(home, name) for name in ("a.gguf", "b.gguf"))
    first, second = (
        VotedCandidate(with_settings(candidate_of(path), "kv=q8_0"), VotedFile(path, "Q8_0", 9, 1))
        for path in paths
    )
    vote = Vote(1, Choice.LEFT, 1)
    pair = VotePair("Why?", first, second, SETTINGS, 1, 0, candidate_left=True, vote=vote)
    for written in (votes_json([pair]), votes_csv([pair])):
        assert b"m4rk" not in written.lower()
        assert b"a.gguf" in written
        assert b"b.gguf" in written


def test_where_a_server_is_stays_ones_own_affair(tmp_path: Path) -> None:
    measured, key = cases.on_server(cases.result(), "/m/sky-Q2_K.gguf")
    said = "big:9931 refused; nobody knows big; http://big:9931/v1/models; a bigger one"
    cases.change(measured, key, error=English(said))
    view = cases.view(measured)
    write_reports(view, tmp_path / "shared.html")
    written = {path.suffix: path.read_text("utf-8-sig") for path in tmp_path.iterdir()}
    assert len(written) == 4
    for text in written.values():
        assert not re.search(r"9931|\bbig\b", text)
        assert "cellar" in text
    assert "a bigger one" in written[".json"]
    there = view.plan.candidate(key)
    for candidate in (there, Candidate(ServerModel(url="http://big:9931/v1", model="moon"))):
        far = VotedCandidate(candidate, VotedFile(candidate.place))
        here = VotedCandidate(candidate_of("/m/a.gguf"), VotedFile("/m/a.gguf"))
        vote = Vote(1, Choice.LEFT, 1)
        pair = VotePair("Why?", here, far, SETTINGS, 1, 0, candidate_left=True, vote=vote)
        for data in (votes_csv([pair]), votes_json([pair])):
            assert b"9931" not in data
            assert b"moon" in data


SHORT = SamplingSettings(max_tokens=8)
HOST, KEY, GATE = "m4rk-cellar.example", "sk-m4rk-key", "m4rk-gate"
ID = "/home/anna-m4rk/models/moon.gguf"


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's name leads to this PC."""
    known = socket.getaddrinfo

    def find(host: Any, *more: Any, **named: Any) -> Any:
        return known("127.0.0.1" if host in {HOST, HOST.encode()} else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", find)
    monkeypatch.setenv("NO_PROXY", HOST)
    monkeypatch.setenv("no_proxy", HOST)


@pytest.mark.usefixtures("resolved")
def test_nothing_that_lets_one_in_or_says_where_leaves_this_pc(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A real round with a server, whose words repeat all that it was sent."""
    caplog.set_level(logging.DEBUG, "")
    authority = Authority.made(tmp_path / "m4rk-ca")
    words = f"{KEY} with {GATE} opens no {ID} at {HOST}, nor /srv/m4rk/log"
    broken = told({"error": {"message": words}}, 400)
    ways = forms.llama_server([forms.llama_chat(), broken])
    ways["GET /v1/models"] = told({"data": [{"id": ID, "owned_by": "llamacpp"}]})
    book = ServerBook(KeptServers(tmp_path / "servers.json"), ServerSecrets(lambda: None))
    with Replay(ways, authority.server(HOST)) as replay:
        server = Server(
            name="cellar",
            url=f"https://{HOST}:{replay.port}",
            headers=("X-Gate",),
            ca_file=str(authority.file),
        )
        server, _ = book.add(server, Secrets(KEY, {"X-Gate": GATE}))
        looked = look_at(book, server)
        assert looked.found.why_not is None
        source = ServerModel("cellar", server.url, ID)
        there = Candidate(source)
        with EngineCalls("far", EnginesElsewhere(book)(source)) as engine:
            served = engine.call(Load(engine.next_id(), "", 1024, 1), Loaded).served
            question = [Message(Role.USER, "Why?")]
            told_now = engine.call(Generate(engine.next_id(), question, SHORT), Finished).figures
            with pytest.raises(PersonError) as failed:
                engine.call(Generate(engine.next_id(), question, SHORT), Finished)
            called = engine.hello.engine if engine.hello is not None else ""
        assert replay.asked[-1].headers["authorization"] == f"Bearer {KEY}"
        assert replay.asked[-1].headers["x-gate"] == GATE
    error = English(f"{failed.value.sentence} {failed.value.detail}")
    assert HOST in error
    kept_file = (tmp_path / "servers.json").read_text("utf-8")
    assert KEY not in kept_file
    assert GATE not in kept_file

    measured, key = cases.on_server(
        cases.result(), "/m/sky-Q2_K.gguf", told=served, model=told_now.served.model, engine=called
    )
    row = measured.rows.pop(key)
    measured.rows[there.key()] = replace(row, candidate=there, error=error)
    every = [each.candidate for each in measured.rows.values()]
    measured = replace(measured, plan=measured.plan.of(measured.reference.candidate, every))
    shared = tmp_path / "shared"
    shared.mkdir()
    view = cases.view(measured)
    write_reports(view, shared / "report.html")
    texts = [path.read_text("utf-8-sig") for path in shared.iterdir()]
    texts.append(markdown_text(shareable(view)))

    pane = ChatPane("a", "A", there)
    answers = [Answer("Because.", figures=told_now), Answer(error=error)]
    turns = [Turn(number, "Hi", {"a": each}) for number, each in enumerate(answers)]
    chat = Chat(1, panes=[pane], turns=turns)
    texts += [to_markdown(chat, str), to_openai_json(chat, str)]

    far = VotedCandidate(there, VotedFile.of_server(source))
    here = VotedCandidate(candidate_of("/m/a.gguf"), VotedFile("/m/a.gguf"))
    vote = Vote(1, Choice.LEFT, 1)
    pair = VotePair("Why?", here, far, SETTINGS, 1, 0, candidate_left=True, vote=vote)
    pair = msgspec.structs.replace(pair, engine=f"{called}, beside build 1")
    texts += [each([pair]).decode() for each in (votes_csv, votes_json)]

    for text in texts:
        assert "m4rk" not in text.lower()
        assert str(replay.port) not in text
        assert "moon" in text
        assert "cellar" in text
    logging.getLogger("app.lab").warning("%s", error)
    as_written = LogLines(AddressesOut(tmp_path / "servers.json"))
    for lines, hidden in ((LogLines(), (KEY, GATE)), (as_written, (KEY, GATE, HOST))):
        logged = "\n".join(map(lines.format, caplog.records))
        assert "moon" in logged
        for each in hidden:
            assert each not in logged
    libraries = [each for each in caplog.records if each.name.startswith("http")]
    assert libraries == []
