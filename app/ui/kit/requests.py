"""What the parts of the window ask of each other, and tell each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.told import Listeners

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.hub.links import Link
    from app.core.listing import ListedFile
    from app.core.models.family import LibraryModel
    from app.core.servers.server import Server
    from app.hub.repositories import Repository


class Requests:
    """Whoever asks need not know who does it, nor on which page. Main thread only.

    Attributes:
        hurry: Something begins: the parts shall be let go on at once, and often.
        start: The program starts with these model files; with none, as it was left.
        compare: Begin a chat with these model files side by side.
        try_out: The same with candidates: files with their settings.
        add: Open these model files beside those that are open.
        show: Show where a candidate is open; open it if it is not.
        measure: Set a ladder up with these candidates.
        tune: Find the best settings of a candidate on this PC.
        measure_on: Go on with a ladder of the store, by its number.
        measure_again: Set a ladder of the store up once more, by its number.
        vote_again: Let blind votes be cast on a candidate against another.
        night: Ask whether these files of a repository are to be measured overnight.
        show_ladder: Show a ladder of the store, by its number.
        open_chat: Open a chat of the store, by its number.
        open_batch: Show a batch of the store, by its number.
        repeat_chat: Ask everything that was asked in a chat of the store once more.
        chats_changed: The list of chats is another one, or their marks are.
        ladders_changed: Ladders or votes were deleted elsewhere, or came back.
        follow: Show where a link leads.
        find_on_hub: Let the person look for a model on the Hub.
        add_server: Let the person add a server, of which so much is known.
        browse: Show the models on this PC.
        find: Ask the person where a model file is now that is not where it was.
        models: Other model files are on this PC than before: all of them.
        came: Files came to this PC of which the folders' watch may not know.
        shrink: Make smaller versions of a model file.
        serve: Let other programs ask these candidates.
        enter_sends: Enter sends a prompt from now on, or makes a line.
        forgotten: All measurements and blind votes were deleted.
        moved: Folders went elsewhere; ``Session.moves`` knows where to.
    """

    def __init__(self) -> None:
        self.hurry: Listeners[[]] = Listeners()
        self.start: Listeners[[Sequence[Path]]] = Listeners()
        self.compare: Listeners[[Sequence[Path]]] = Listeners()
        self.try_out: Listeners[[Sequence[Candidate]]] = Listeners()
        self.add: Listeners[[Sequence[Path]]] = Listeners()
        self.show: Listeners[[Candidate]] = Listeners()
        self.measure: Listeners[[Sequence[Candidate]]] = Listeners()
        self.tune: Listeners[[Candidate]] = Listeners()
        self.measure_on: Listeners[[int]] = Listeners()
        self.measure_again: Listeners[[int]] = Listeners()
        self.vote_again: Listeners[[Candidate, Candidate]] = Listeners()
        self.night: Listeners[[Repository, Sequence[ListedFile]]] = Listeners()
        self.show_ladder: Listeners[[int]] = Listeners()
        self.open_chat: Listeners[[int]] = Listeners()
        self.open_batch: Listeners[[int]] = Listeners()
        self.repeat_chat: Listeners[[int]] = Listeners()
        self.chats_changed: Listeners[[]] = Listeners()
        self.ladders_changed: Listeners[[]] = Listeners()
        self.follow: Listeners[[Link]] = Listeners()
        self.find_on_hub: Listeners[[]] = Listeners()
        self.add_server: Listeners[[Server]] = Listeners()
        self.browse: Listeners[[]] = Listeners()
        self.find: Listeners[[Path]] = Listeners()
        self.models: Listeners[[Sequence[LibraryModel]]] = Listeners()
        self.came: Listeners[[]] = Listeners()
        self.shrink: Listeners[[Path]] = Listeners()
        self.serve: Listeners[[Sequence[Candidate]]] = Listeners()
        self.enter_sends: Listeners[[bool]] = Listeners()
        self.forgotten: Listeners[[]] = Listeners()
        self.moved: Listeners[[]] = Listeners()
