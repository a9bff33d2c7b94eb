"""The chat of the last time comes back at a start, unless it did not come through the last one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.core.errors import PersonError
from app.ui.kit.timers import every

if TYPE_CHECKING:
    from app.lab.compare.session import Session
    from app.ui.settings.kept_settings import KeptSettings

log = logging.getLogger(__name__)

LOOK_MS = 1_000
_MOST_PLAIN = 50


class LastChat(QObject):
    """Opens the last chat with a mark in the settings, taken away once all of it was laid out.

    A chat whose mark is still there hung or killed the program: it is not opened by itself again,
    and where the person opens it its answers are plain text.

    Args:
        at_rest: Whether everything of the chat is laid out.

    Attributes:
        remark: A sentence about a chat that was not opened; empty if there is none.
    """

    def __init__(
        self,
        session: Session,
        kept: KeptSettings,
        at_rest: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._kept = kept
        self._at_rest = at_rest
        self.remark = ""
        self._timer = every(self, LOOK_MS, self._look)

    def open(self) -> bool:
        """Open it; False if there is none, or none that may be opened."""
        now = self._kept.now
        chat_id = now.last_chat_id
        if chat_id is None:
            return False
        if chat_id == now.chat_being_opened:
            self._leave_out(chat_id)
            return False
        self._kept.change(chat_being_opened=chat_id)
        try:
            self._session.open_chat(chat_id)
        except PersonError as error:
            log.info("last chat not opened: %s", error.detail or error.sentence)
            self.done()
            return False
        self._timer.start()
        return True

    def is_plain(self, chat_id: int) -> bool:
        """Whether the answers of a chat are shown as plain text."""
        return chat_id in self._kept.now.plain_chats

    def done(self) -> None:
        """It was opened, or the program ends as it should: take the mark away."""
        self._timer.stop()
        if self._kept.now.chat_being_opened is not None:
            self._kept.change(chat_being_opened=None)

    def _look(self) -> None:
        if self._at_rest():
            self.done()

    def _leave_out(self, chat_id: int) -> None:
        log.warning("chat %d did not open the last time", chat_id)
        plain = [each for each in self._kept.now.plain_chats if each != chat_id]
        self._kept.change(
            chat_being_opened=None,
            last_chat_id=None,
            plain_chats=[*plain, chat_id][-_MOST_PLAIN:],
        )
        titles = {chat.id: chat.title for chat in self._session.list_chats()}
        self.remark = self.tr(
            "The chat “{title}” could not be shown at the last start, so it was left closed. "
            "It is in the list of chats, and opens with its answers as plain text."
        ).format(title=titles.get(chat_id, ""))
