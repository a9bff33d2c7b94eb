"""The tab over a real llama-server, and over none.

Tests app.ui.pages.models.servers.form and app.ui.pages.models.servers.row.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from app.core.candidates.candidate import Candidate, ServerModel
from app.core.servers.server import Server
from app.lab.servers.book import ServerBook
from app.lab.servers.looking import PORTS, look_here
from app.store.servers.kept import KeptServers
from app.store.servers.secrets import NONE, Secrets, ServerSecrets
from app.ui.kit.jobs import Jobs
from app.ui.kit.widgets import ElidedLabel
from app.ui.pages.models.servers.tab import ServersTab
from tests.helpers.llama_server import llama_server, needs_llama_server
from tests.helpers.replay import forms
from tests.helpers.replay.server import Replay

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.ui.kit.theme import Theme

PATIENCE_MS = 60_000
KEY = "sk-not-to-be-seen"


@pytest.fixture
def book(tmp_path: Path) -> ServerBook:
    return ServerBook(KeptServers(tmp_path / "servers.json"), ServerSecrets(lambda: None))


@pytest.fixture
def tab(qtbot: QtBot, theme: Theme, book: ServerBook) -> Iterator[ServersTab]:
    jobs = Jobs()
    made = ServersTab(book, jobs)
    qtbot.addWidget(made)
    made.read()
    made.resize(800, 700)
    made.show()
    yield made
    jobs.shutdown()
    jobs.deleteLater()


def click(qtbot: QtBot, button: object) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[arg-type]


def nobody_s_address() -> str:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


@needs_llama_server
def test_a_real_server_is_added_tested_and_leads_on(
    tab: ServersTab, qtbot: QtBot, demo_model: Path, book: ServerBook
) -> None:
    with llama_server(demo_model, "--alias", "demo", key=KEY) as url:
        tab.add_action.trigger()
        tab.form.name.setText("Big PC")
        tab.form.url.setText(url.removesuffix("/v1"))
        tab.form.key.setText(KEY)
        click(qtbot, tab.form.keep_button)
        qtbot.waitUntil(lambda: len(tab.rows) == 1, timeout=PATIENCE_MS)
        (row,) = tab.rows
        qtbot.waitUntil(lambda: "ready" in row.state.text(), timeout=PATIENCE_MS)
    assert not tab.form.isVisible()
    assert "llama-server" in row.address.text
    assert "token by token" in row.can.text()
    assert "until the program ends" in tab.remark.text()
    wanted = Candidate(ServerModel(server="Big PC", url=url, model="demo"))
    with qtbot.waitSignal(tab.try_wanted) as chat:
        click(qtbot, row.chat_button)
    with qtbot.waitSignal(tab.show_wanted) as compare:
        click(qtbot, row.compare_button)
    with qtbot.waitSignal(tab.measure_wanted) as measure:
        click(qtbot, row.measure_button)
    assert [chat.args, compare.args, measure.args] == [[[wanted]], [wanted], [[wanted]]]
    # It is gone now, and what was known of its models stays.
    click(qtbot, row.test_button)
    qtbot.waitUntil(lambda: row.failure.isVisible(), timeout=PATIENCE_MS)
    assert row.candidate == wanted
    assert book.way_to(row.server).key == KEY


def test_what_is_wrong_is_said_in_the_form(tab: ServersTab, qtbot: QtBot, book: ServerBook) -> None:
    book.add(Server(name="Mine", url=nobody_s_address()), NONE)
    tab.add_action.trigger()
    form = tab.form
    for name, address, said in (("Mine", "127.0.0.1:1", "already"), ("x", "ftp://x", "http")):
        form.name.setText(name)
        form.url.setText(address)
        click(qtbot, form.keep_button)
        qtbot.waitUntil(lambda said=said: said in form.failure.text(), timeout=PATIENCE_MS)
    assert [each.name for each in book.all()] == ["Mine"]


def test_plain_http_beyond_this_pc_is_agreed_to_once(
    tab: ServersTab, qtbot: QtBot, book: ServerBook
) -> None:
    tab.add_action.trigger()
    tab.form.url.setText("http://127.0.0.1:9931")
    assert not tab.form.trust.isVisible()
    tab.form.url.setText("http://big-pc.invalid:9931")
    assert tab.form.trust.isVisible()
    assert not tab.form.keep_button.isEnabled()
    tab.form.trust.setChecked(True)
    assert tab.form.keep_button.isEnabled()


def test_a_server_is_changed_and_forgotten(tab: ServersTab, qtbot: QtBot, book: ServerBook) -> None:
    wanted = Server(name="Mine", url=nobody_s_address(), headers=("X-Team",))
    server, _ = book.add(wanted, Secrets(KEY, {"X-Team": "red"}))
    tab.read()
    click(qtbot, tab.rows[0].edit_button)
    qtbot.waitUntil(tab.form.isVisible, timeout=PATIENCE_MS)
    shown = [tab.form.key.text(), tab.form.headers.toPlainText()]
    assert KEY not in "".join(shown)
    assert "red" not in "".join(shown)
    tab.form.models.setText("a, b,a")
    tab.form.price_out.setText("2.5")
    click(qtbot, tab.form.keep_button)
    qtbot.waitUntil(lambda: tab.rows[0].failure.isVisible(), timeout=PATIENCE_MS)
    (kept,) = book.all()
    assert (kept.models, kept.price_out) == (("a", "b"), 2.5)
    assert (book.way_to(kept).key, book.way_to(kept).headers) == (KEY, {"X-Team": "red"})
    assert tab.rows[0].candidate.source == ServerModel(server="Mine", url=server.url, model="a")
    # Its key alone is forgotten: the rest stays, and what was typed beside it counts for nothing.
    click(qtbot, tab.rows[0].edit_button)
    qtbot.waitUntil(tab.form.isVisible, timeout=PATIENCE_MS)
    tab.form.key.setText("sk-other")
    tab.form.no_key.setChecked(True)
    assert not tab.form.key.text()
    assert not tab.form.key.isEnabled()
    click(qtbot, tab.form.keep_button)
    qtbot.waitUntil(lambda: not book.has_key(kept), timeout=PATIENCE_MS)
    qtbot.waitUntil(tab.form.isHidden, timeout=PATIENCE_MS)
    assert book.way_to(kept).headers == {"X-Team": "red"}
    click(qtbot, tab.rows[0].edit_button)
    qtbot.waitUntil(tab.form.isVisible, timeout=PATIENCE_MS)
    assert not tab.form.no_key.isVisible()
    assert tab.form.key.placeholderText() == "none, if it asks for none"
    click(qtbot, tab.form.cancel_button)
    click(qtbot, tab.rows[0].remove_button)
    click(qtbot, tab.question.do_button)
    qtbot.waitUntil(lambda: not tab.rows, timeout=PATIENCE_MS)
    assert book.all() == []


def test_this_pcs_ports_are_knocked_at_when_that_is_pressed_and_never_before(
    tab: ServersTab, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(PORTS) == {9931, 8080, 1234, 11434, 8000, 30000, 52415}
    with Replay(forms.lm_studio()) as there, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        ports = (there.port, nobody.getsockname()[1])
        monkeypatch.setattr(look_here, "__defaults__", (ports,))
        tab.read()
        qtbot.wait(50)
        assert there.asked == []
        tab.look_action.trigger()
        assert not tab.look_button.isEnabled()
        qtbot.waitUntil(tab.look_button.isEnabled, timeout=PATIENCE_MS)
        assert there.asked
    assert tab.found.isVisible()
    assert any("LM Studio" in each.text for each in tab.found.findChildren(ElidedLabel))


def test_whoever_asks_no_server_does_not_load_what_asks_one() -> None:
    code = (
        "import sys; import app.ui.pages.models.desk;"
        "print(sorted({'httpx2', 'asyncio', 'huggingface_hub'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
