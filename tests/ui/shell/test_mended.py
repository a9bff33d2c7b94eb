"""What happened to damaged databases is said in the window, whichever thread met it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from app.core.words.sentence import English
from app.store.damage import mended
from app.ui.shell.mended import Mended

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


def test_it_is_said_on_the_main_thread(qtbot: QtBot, qapp: QApplication) -> None:
    said: list[tuple[str, bool]] = []
    main = threading.main_thread()
    shown = Mended(lambda words: said.append((words, threading.current_thread() is main)))
    worker = threading.Thread(target=mended.say, args=(English("The plans were damaged."),))
    worker.start()
    worker.join()
    qtbot.waitUntil(lambda: bool(said))
    assert said == [("The plans were damaged.", True)]
    shown.end()
    mended.say(English("Nobody hears this yet."))
    later: list[str] = []
    mended.listen(later.append)()
    assert later == ["Nobody hears this yet."]
    qapp.processEvents()
    assert len(said) == 1
