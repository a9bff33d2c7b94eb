"""The Models page as a part of the window; what stands behind it comes after the first paint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.candidates.candidate import candidate_of
from app.core.memory.estimate import lasting_budget_bytes
from app.monitor.machine import total_memory_bytes
from app.ui.kit.late import Place
from app.ui.kit.pages import Page, PageHelp, Part
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.hub.links import Link
    from app.core.servers.server import Server
    from app.store.settings import Settings
    from app.ui.pages.models.desk import ModelsDesk
    from app.ui.picking.add_dialog import AddDialog
    from app.ui.shell.ground import Ground

SERVERS_TAB, SERVE_TAB = 2, 3


class ModelsPart(Part):
    """Main thread only.

    Attributes:
        desk: What stands behind the page, once the window was painted.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._place = Place()
        self.page = Page(
            id="models",
            title=translate("ModelsPart", "Models"),
            icon_name="models",
            widget=self._place,
            help=models_help(),
        )
        self.desk: ModelsDesk | None = None
        self._picker: AddDialog | None = None
        ground.requests.follow.add(self._follow)
        ground.requests.moved.add(self._follow_moves)
        ground.requests.find_on_hub.add(self._find_on_hub)
        ground.requests.add_server.add(self._add_server)
        ground.requests.browse.add(self._browse)
        ground.requests.came.add(self._rescan)
        ground.requests.serve.add(self._serve)

    def begin(self) -> None:
        # huggingface_hub and what it stands on take long to load.
        from app.ui.pages.models.desk import ModelsDesk

        ground = self._ground
        self.desk = desk = ModelsDesk(
            ground.house,
            ground.jobs,
            self._keep_own_folders,
            lambda file: ground.kept.change(certificate_file=file),
        )
        page, library, requests = desk.page, desk.library, ground.requests
        page.restore_layout(ground.kept.now.splitter_sizes)
        page.compare_wanted.connect(requests.compare.tell)
        page.try_wanted.connect(requests.try_out.tell)
        page.measure_wanted.connect(requests.measure.tell)
        page.night_wanted.connect(requests.night.tell)
        page.show_wanted.connect(requests.show.tell)
        page.library.shrink_wanted.connect(requests.shrink.tell)
        page.folder_moved.connect(self._on_folder_moved)
        page.pick_wanted.connect(self._pick)
        if served := ground.kept.now.served:
            page.serve.add(served)
        library.changed.add(lambda: requests.models.tell(library.models))
        self._place.fill(page)
        desk.begin()

    def pump(self, *, busy: bool) -> None:
        if self.desk is not None:
            self.desk.pump(busy=busy)

    def remember(self, settings: Settings) -> Settings:
        if self.desk is None:
            return settings
        page = self.desk.page
        sizes = settings.splitter_sizes | page.layout_state()
        return replace(settings, splitter_sizes=sizes, served=tuple(page.served))

    def stop(self) -> bool:
        if self.desk is not None:
            self.desk.stop()
        return True

    def close(self) -> None:
        if self.desk is not None:
            self.desk.close()

    def _serve(self, candidates: Sequence[Candidate]) -> None:
        self._ground.main.show_page(self.page.id)
        if self.desk is not None:
            self.desk.page.show_tab(SERVE_TAB)
            self.desk.page.serve.add(candidates)

    def _pick(self) -> None:
        """Let the person choose of what is here."""
        assert self.desk is not None
        from app.lab.ladder.pickable import pickable
        from app.ui.picking.add_dialog import AddDialog

        ground, serve = self._ground, self.desk.page.serve
        if self._picker is None:
            title = translate("ModelsPart", "Serve versions")
            self._picker = picker = AddDialog(self.desk.page, title)
            picker.chosen.connect(serve.add)
            picker.hub_wanted.connect(self._find_on_hub)
            picker.files_wanted.connect(self._open_served)
        session = ground.session
        files = pickable(
            session.panes, ground.demo, self.desk.library.models, session.templates.known
        )
        room = lasting_budget_bytes(total_memory_bytes())
        self._picker.ask(files, len(serve.candidates), room)

    def _open_served(self) -> None:
        assert self.desk is not None
        files = self._ground.files.models(translate("ModelsPart", "Open a model to serve"))
        self.desk.page.serve.add([candidate_of(file) for file in files])

    def _follow(self, link: Link) -> None:
        assert self.desk is not None  # links wait for that
        self._ground.main.show_page(self.page.id)
        self.desk.page.open_link(link)

    def _find_on_hub(self) -> None:
        self._ground.main.show_page(self.page.id)
        if self.desk is not None:
            self.desk.page.find_on_hub()

    def _add_server(self, server: Server) -> None:
        self._ground.main.show_page(self.page.id)
        if self.desk is not None:
            self.desk.page.show_tab(SERVERS_TAB)
            self.desk.page.servers.offer(server)

    def _rescan(self) -> None:
        if self.desk is not None:
            self.desk.library.rescan()

    def _browse(self) -> None:
        self._ground.main.show_page(self.page.id)
        if self.desk is not None:
            self.desk.page.show_tab(1)

    def _on_folder_moved(self, old: Path, new: Path) -> None:
        """A folder of the person's own is somewhere else: panes follow."""
        session = self._ground.session
        session.moves.learn(old / "model", new / "model")
        session.follow_moves()

    def _follow_moves(self) -> None:
        """Look for models where the person's own folders are now."""
        moves = self._ground.session.moves
        before = [Path(folder) for folder in self._ground.kept.now.library_folders]
        now = [moves.place_of(folder) for folder in before]
        if now == before:
            return
        if self.desk is None:
            self._keep_own_folders(now)
        else:
            self.desk.library.set_own_folders(now)

    def _keep_own_folders(self, folders: Sequence[Path]) -> None:
        self._ground.kept.change(library_folders=[str(folder) for folder in folders])


def models_help() -> PageHelp:
    """The page's help."""
    return PageHelp(
        paragraphs=(
            translate(
                "ModelsPart",
                "Search the Hub for GGUF models, or paste the name or the address of one."
                " Nothing is sent before you search.",
            ),
            translate(
                "ModelsPart",
                "For each version the table says how much memory it needs and how fast it will be"
                " on this PC, before it is downloaded: only the header of the file is read.",
            ),
            translate(
                "ModelsPart",
                "Tick several versions and press Download and compare: once they are here, they"
                " open side by side.",
            ),
            translate(
                "ModelsPart",
                "Downloads go on where they stopped, after a lost connection as after a restart,"
                " and a file counts as there when its checksum is right.",
            ),
            translate(
                "ModelsPart",
                "On this PC lists what Hugging Face, LM Studio, Ollama, llama.cpp and Jan have"
                " brought already, and your own folders. Only files in the Hugging Face cache can"
                " be removed from here.",
            ),
            translate(
                "ModelsPart",
                "Servers are other programs that run models, on this PC or elsewhere; their models"
                " chat and are measured beside those of this PC.",
            ),
            translate(
                "ModelsPart",
                "Serve lets an editor or a script ask versions of this PC, at an address like"
                " OpenAI’s; nobody else is let in unless you say so.",
            ),
        ),
    )
