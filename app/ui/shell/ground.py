"""What every part of the window is built on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.ui.kit.requests import Requests

if TYPE_CHECKING:
    from app.bootstrap import House
    from app.lab.compare.session import Session
    from app.lab.demo.demo import DemoFiles
    from app.ui.kit.file_dialogs import FileDialogs
    from app.ui.kit.jobs import Jobs
    from app.ui.kit.theme import Theme
    from app.ui.pictures.door import PictureDoor
    from app.ui.settings.kept_settings import KeptSettings
    from app.ui.shell.engine.care import EngineCare
    from app.ui.shell.main_window import MainWindow


@dataclass(frozen=True, slots=True)
class Ground:
    """Passed to each part alike; all of it outlives them. Main thread only.

    Attributes:
        house: The store and the program's folders.
        theme: Light or dark.
        main: Where the pages stand; says what must be said.
        kept: The person's settings.
        jobs: The door to background work.
        files: Asks for files.
        pictures: Where pictures that are shown to models come from.
        session: The open chat with its panes and their engines.
        demo: The demo model's levels; None where they cannot be made.
        engine: Whether there is an engine, and what it is.
        requests: What parts ask of each other.
    """

    house: House
    theme: Theme
    main: MainWindow
    kept: KeptSettings
    jobs: Jobs
    files: FileDialogs
    pictures: PictureDoor
    session: Session
    demo: DemoFiles | None
    engine: EngineCare
    requests: Requests = field(default_factory=Requests)
