"""What a link asks for, put as a question: a link alone never downloads anything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.core.hub.links import Link, LinkAction
from app.core.hub.listed_choice import NoSuchFileError, find_file
from app.core.words.sentence import say
from app.ui.kit.widgets import Banner, BannerAction, Severity
from app.ui.kit.words.format import byte_size
from app.ui.kit.words.sentences import sentence, told

if TYPE_CHECKING:
    from app.core.listing import ListedFile
    from app.hub.repositories import Repository


class LinkQuestion(Banner):
    """Hidden until a link's repository is there; names it, its files and their sizes.

    Signals:
        download_wanted: Files (a list) of the repository, and whether to compare them.
        compare_wanted: Model files (paths) that are on this PC are to be opened side by side.
    """

    download_wanted = Signal(list, bool)
    compare_wanted = Signal(list)

    def __init__(self) -> None:
        super().__init__(dismissible=True)
        self._link: Link | None = None
        self._repo_id = ""
        self._files: list[ListedFile] = []
        self._present: Mapping[str, Path] = {}
        self.dismissed.connect(self.forget)
        self.hide()

    def expect(self, link: Link) -> None:
        """Its repository is being opened."""
        self.forget()
        self._link = link

    def forget(self) -> None:
        """Another repository is being opened, or the question is answered."""
        self._link = None
        self._files = []
        self.hide()

    def ask(self, repository: Repository) -> list[ListedFile]:
        """Ask about the files that the link names; returns those that are there.

        A link without a level asks nothing.
        """
        link = self._link
        if link is None or link.repo_id != repository.repo_id:
            self.forget()
            return []
        found: list[ListedFile] = []
        problems: list[str] = []
        for level in link.levels:
            try:
                found.append(find_file(repository.files, level))
            except NoSuchFileError as error:
                problems.append(sentence(error))
        if problems:
            said = self.tr("A link names what {repository} does not have.")
            self.show_notice(
                Severity.WARNING,
                said.format(repository=repository.repo_id),
                " ".join(dict.fromkeys(problems)),
            )
        elif found:
            self._repo_id, self._files = repository.repo_id, found
            self._show_question()
        return found

    def note_present(self, paths: Mapping[str, Path]) -> None:
        """Where files of the open repository, by name, are on this PC."""
        self._present = paths
        if self._files:
            self._show_question()

    def _show_question(self) -> None:
        files = self._files
        missing = [file for file in files if file.name not in self._present]
        names = ", ".join(f"{file.name} ({byte_size(file.size_bytes)})" for file in files)
        if missing:
            said = say("counted.files_offered", n=len(files), repository=self._repo_id)
            advice = self.tr("{files}. Nothing is downloaded unless you say so.")
        else:
            said = say("counted.files_there", n=len(files), repository=self._repo_id)
            advice = "{files}."
        self.show_notice(
            Severity.INFO,
            told(said),
            advice.format(files=names),
            self._actions(missing),
        )

    def _actions(self, missing: list[ListedFile]) -> tuple[BannerAction, ...]:
        assert self._link is not None
        to_compare = self._link.action is LinkAction.COMPARE
        not_now = BannerAction(self.tr("Not now"), self.forget)
        if not missing:
            return (BannerAction(self.tr("Compare"), self._compare, primary=True), not_now)
        compare = BannerAction(
            self.tr("Download and compare"), lambda: self._download(compare=True), to_compare
        )
        if to_compare:
            return (compare, not_now)
        download = BannerAction(
            self.tr("Download"), lambda: self._download(compare=False), primary=True
        )
        return (download, compare, not_now)

    def _download(self, *, compare: bool) -> None:
        files = self._files
        self.forget()
        self.download_wanted.emit(files, compare)

    def _compare(self) -> None:
        paths = [self._present[file.name] for file in self._files]
        self.forget()
        self.compare_wanted.emit(paths)
