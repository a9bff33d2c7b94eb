"""The picker behind + Add: the keyboard is enough, several at once, six at most."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.core.candidates.candidate import Candidate, ServerModel, candidate_of
from app.core.servers.server import Server
from app.lab.ladder.pickable import pickable
from app.lab.ladder.picked import PickFile
from app.ui.picking.add_dialog import AddDialog
from app.ui.picking.pick_model import PickColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

KEY = Qt.Key


def file(level: str, family: str = "Sky") -> PickFile:
    candidate = candidate_of(f"/m/{family}-{level}.gguf")
    return PickFile(candidate, f"{family}-{level}", family, level, 10, 8.0, needs_bytes=10)


SKY = [replace(file("F16"), letter="A"), *(file(level) for level in ("Q8_0", "Q4_K_M", "Q2_K"))]
MOON = [file(level, "Moon") for level in ("F16", "Q4_K_M")]


@pytest.fixture
def dialog(qtbot: QtBot) -> AddDialog:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    return AddDialog(window)


def ask(dialog: AddDialog, files: Sequence[PickFile] = (*SKY, *MOON), panes: int = 1) -> None:
    dialog.ask(files, panes, 100)


def type_keys(dialog: AddDialog, *keys: Qt.Key) -> None:
    for key in keys:
        widget = dialog.focusWidget()
        assert widget is not None
        QTest.keyClick(widget, key)


def test_words_and_enter_open_one(dialog: AddDialog, qtbot: QtBot) -> None:
    ask(dialog)
    assert dialog.focusWidget() is dialog.search
    QTest.keyClicks(dialog.search, "moon q4")
    with qtbot.waitSignal(dialog.chosen) as caught:
        type_keys(dialog, KEY.Key_Return)
    assert caught.args == [[MOON[1].candidate]]
    assert not dialog.isVisible()


def test_arrows_choose_and_space_ticks_several(dialog: AddDialog, qtbot: QtBot) -> None:
    ask(dialog)
    type_keys(dialog, KEY.Key_Down, KEY.Key_Space, KEY.Key_Down, KEY.Key_Down, KEY.Key_Space)
    assert [one.level for one in dialog.model.checked] == ["Q8_0", "Q2_K"]
    assert dialog.add_button.text() == "Add 2"
    assert dialog.room.text() == "room for 3 more"
    with qtbot.waitSignal(dialog.chosen) as caught:
        type_keys(dialog, KEY.Key_Return)
    assert caught.args == [[SKY[1].candidate, SKY[3].candidate]]


def test_letters_go_to_the_field_from_the_list(dialog: AddDialog) -> None:
    ask(dialog)
    type_keys(dialog, KEY.Key_Down, KEY.Key_M)
    assert dialog.search.text() == "m"
    assert dialog.focusWidget() is dialog.search


def test_there_is_room_for_six(dialog: AddDialog) -> None:
    ask(dialog, panes=4)
    family = dialog.model.index(0, PickColumn.NAME)
    assert family.data() == "Other versions of Sky"
    dialog.model.setData(family, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert [one.level for one in dialog.model.checked] == ["Q8_0", "Q2_K"]
    assert dialog.room.text() == "Six models are the most."


def test_it_opens_as_if_for_the_first_time(dialog: AddDialog) -> None:
    ask(dialog)
    type_keys(dialog, KEY.Key_Down, KEY.Key_Space, KEY.Key_X)
    assert dialog.nothing.isVisible()
    assert not dialog.add_button.isEnabled() or dialog.model.checked
    type_keys(dialog, KEY.Key_Escape)
    assert not dialog.isVisible()
    ask(dialog)
    assert (dialog.search.text(), dialog.model.checked) == ("", [])


def test_without_any_model_the_ways_to_one_are_there(dialog: AddDialog, qtbot: QtBot) -> None:
    ask(dialog, ())
    assert "from the Hub" in dialog.nothing.text()
    assert not dialog.add_button.isEnabled()
    with qtbot.waitSignal(dialog.hub_wanted):
        dialog.hub_button.click()
    ask(dialog, ())
    with qtbot.waitSignal(dialog.files_wanted):
        dialog.file_button.click()


def test_it_fits_a_small_window(dialog: AddDialog) -> None:
    dialog.parentWidget().resize(800, 560)  # pyright: ignore[reportOptionalMemberAccess]
    ask(dialog)
    assert dialog.width() < 800
    assert dialog.height() < 560
    tree = dialog.tree
    assert tree.horizontalScrollBar().maximum() == 0
    assert not tree.isColumnHidden(PickColumn.REMARK)


CELLAR = Server(name="cellar", url="http://127.0.0.1:9931/v1", listed=("llama-70b", "qwen-7b"))


@pytest.fixture
def with_servers(dialog: AddDialog) -> AddDialog:
    files = [*SKY, *pickable((), None, (), servers=[CELLAR])]
    dialog.ask(files, 1, 100, [CELLAR])
    return dialog


@pytest.mark.parametrize(
    ("typed", "models"),
    [
        ("server:cellar#model=qwen-7b", ["qwen-7b"]),
        ("SERVER:Cellar#model=", ["llama-70b", "qwen-7b"]),
        ("server:ce", ["llama-70b", "qwen-7b"]),
        ("http://127.0.0.1:9931/v1#model=llama-70b", ["llama-70b"]),
        ("http://127.0.0.1:9931#model=llama-70b", ["llama-70b"]),
        ("server:cellar#model=not-listed", ["not-listed"]),
        ("http://127.0.0.1:9931/#model=not-listed", ["not-listed"]),
    ],
)
def test_a_servers_model_is_found_as_it_is_typed(
    with_servers: AddDialog, qtbot: QtBot, typed: str, models: list[str]
) -> None:
    QTest.keyClicks(with_servers.search, typed)
    proxy = with_servers.tree.proxy
    rows = [proxy.index(row, PickColumn.NAME).data() for row in range(proxy.rowCount())]
    assert rows == ["On the server cellar", *models]
    with qtbot.waitSignal(with_servers.chosen) as caught:
        type_keys(with_servers, KEY.Key_Return)
    assert caught.args == [[Candidate(ServerModel("cellar", CELLAR.url, models[0]))]]


def test_what_was_typed_and_ticked_stays(with_servers: AddDialog, qtbot: QtBot) -> None:
    QTest.keyClicks(with_servers.search, "server:cellar#model=first")
    with_servers.tree.toggle_current()
    with_servers.search.setText("q8_0")
    with_servers.tree.toggle_current()
    with qtbot.waitSignal(with_servers.chosen) as caught:
        type_keys(with_servers, KEY.Key_Return)
    first = Candidate(ServerModel("cellar", CELLAR.url, "first"))
    assert caught.args == [[SKY[1].candidate, first]]


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("https://router.example/v1#model=x", Server(name="", url="https://router.example/v1")),
        ("server:attic#model=x", Server(name="attic", url="")),
    ],
)
def test_a_server_that_was_not_added_leads_to_where_that_is_done(
    with_servers: AddDialog, qtbot: QtBot, typed: str, known: Server
) -> None:
    QTest.keyClicks(with_servers.search, typed)
    assert with_servers.nothing.text() == (
        f"{known.name or known.url} is none of your servers: add it on the Models page, under "
        "Servers, and its models can be opened here."
    )
    assert not with_servers.add_button.isEnabled()
    with qtbot.waitSignal(with_servers.server_wanted) as caught:
        type_keys(with_servers, KEY.Key_Return)
    assert caught.args == [known]
    assert not with_servers.isVisible()


def test_words_that_are_no_address_say_so(with_servers: AddDialog) -> None:
    QTest.keyClicks(with_servers.search, "http://me:secret@host/v1")
    assert "no user name" in with_servers.nothing.text()
    assert not with_servers.server_button.isVisible()
    with_servers.search.setText("server:cellar#ctx=9")
    assert "“ctx”" in with_servers.nothing.text()
