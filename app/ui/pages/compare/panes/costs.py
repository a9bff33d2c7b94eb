"""Finds out what pictures will cost, before they are sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from app.core.chats.pictures import Picture
from app.core.errors import PersonError
from app.lab.compare.panes import PaneState
from app.lab.compare.session import Session


class PictureCosts:
    """Asks the engines that see; one whose projector waited for a picture is loaded with it.

    Args:
        session: The open chat.
        pictures: What is to go with the next message.
    """

    def __init__(self, session: Session, pictures: Callable[[], Sequence[Picture]]) -> None:
        self._session = session
        self._pictures = pictures
        self._to_load: list[str] = []

    def ask(self) -> None:
        """Call it when pictures or engines are others; what is known is not asked again."""
        session, pictures = self._session, self._pictures()
        if not pictures:
            self._to_load.clear()
            return
        for pane in session.panes:
            if pane.state is PaneState.READY:
                with suppress(PersonError):
                    session.open_eyes([pane.key])
                if pane.state is not PaneState.READY:
                    self._to_load.append(pane.key)
            for picture in pictures:
                session.count_picture(pane.key, picture)
        # One at a time, as the session loads.
        while self._to_load and not session.busy:
            key = self._to_load.pop(0)
            if key in {pane.key for pane in session.panes}:
                with suppress(PersonError):
                    session.load(key)
