"""One process of the pictures: ``shoot (readme|all) FOLDER SCALE SCENES``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.ui.application import make_application
from app.ui.kit.theme import Theme, ThemeChoice
from app.ui.kit.words.language import PSEUDO_LANGUAGE, VARIABLE, speak
from tests.screenshots import ladder_scenes, models_scenes, scenes
from tests.screenshots.studio import LARGE, SMALL, Studio

LIGHT, DARK = ThemeChoice.LIGHT, ThemeChoice.DARK


def main() -> int:
    """Take the pictures that the words ask for."""
    which, folder, scale, only = sys.argv[1:5]
    application = make_application(sys.argv[:1])
    speak(application)
    home = Path(os.environ["SHRINKSCOPE_HOME"])
    home.mkdir(parents=True)
    studio = Studio(Theme(application), Path(folder), home, int(scale), _looks(which, int(scale)))
    wanted = [name for name in only.split(",") if name]
    readme = scenes.README | models_scenes.README | ladder_scenes.README
    everything = scenes.ALL | models_scenes.ALL | ladder_scenes.ALL
    table = readme if which == "readme" else everything
    for name, scene in table.items():
        if not wanted or name in wanted:
            scene(studio)
    return 0


def _looks(which: str, scale: int) -> list[tuple[tuple[int, int], ThemeChoice, str]]:
    if os.environ.get(VARIABLE) == PSEUDO_LANGUAGE:  # what a third more of text does to the room
        sharp = "" if scale == 1 else f"-x{scale}"
        return [((1000, 700), LIGHT, f"-1000{sharp}"), ((1400, 900), LIGHT, f"-1400{sharp}")]
    if which == "readme":
        return [(LARGE, LIGHT, "-light"), (LARGE, DARK, "-dark")]
    if scale == 2:
        return [(LARGE, LIGHT, "-light-1280-x2"), (SMALL, DARK, "-dark-1024-x2")]
    return [
        (LARGE, LIGHT, "-light-1280"),
        (LARGE, DARK, "-dark-1280"),
        (SMALL, LIGHT, "-light-1024"),
        (SMALL, DARK, "-dark-1024"),
    ]


if __name__ == "__main__":
    sys.exit(main())
