"""``python -m tests.screenshots``: draw the README's pictures anew, or all states into a folder."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.display import Display

REPOSITORY = Path(__file__).parents[2]
IMAGES = REPOSITORY / "docs" / "images"
_SCREEN = {"name": "screen", "x": 0, "y": 0, "width": 2560, "height": 1600, "dpr": 1}
_DPI = {"dpi": 96, "logicalDpi": 96, "logicalBaseDpi": 96}
HOURS: dict[str, tuple[tuple[int, int], str, int, str]] = {
    "light": ((1280, 800), "light", 100, "1"),
    "dark": ((1280, 800), "dark", 100, "1"),
    "small": ((1024, 700), "light", 100, "1"),
    "large-text": ((1280, 800), "light", 150, "1"),
    "sharp": ((940, 500), "light", 100, "2"),
}
"""Looks of the hour: size of the window, theme, size of text in percent, and scale."""


def main() -> int:
    """Take the pictures in processes of their own: scale and folders are settled at their start."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("--all", type=Path, metavar="DIR", help="every state, size and theme")
    parser.add_argument(
        "--hour", type=Path, metavar="DIR", help="a first-time hobbyist's hour, step by step"
    )
    parser.add_argument("--only", default="", metavar="SCENES", help="names, with commas between")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shrinkscope-pictures-") as folder:
        if arguments.hour is not None:
            return _hours(Path(folder), arguments.hour.absolute(), arguments.only)
        if arguments.all is None:
            return _take(Path(folder), IMAGES, "readme", 1, arguments.only)
        status = 0
        for scale in (1, 2):
            target = arguments.all.absolute()
            status |= _take(Path(folder), target, "all", scale, arguments.only)
        return status


def _hours(folder: Path, target: Path, only: str) -> int:
    """The hour under each look, on a screen that keys and clicks can be sent to."""
    status = 0
    wanted = [name for name in only.split(",") if name]
    for name, (size, theme, percent, scale) in HOURS.items():
        if wanted and name not in wanted:
            continue
        home = folder / name
        with Display() as display:
            environment = _variables(home) | display.environment()
            environment |= {"QT_SCALE_FACTOR": scale}
            words = [sys.executable, "-m", "tests.screenshots.hour", str(target / name)]
            words += [*map(str, size), theme, str(percent)]
            status |= subprocess.run(words, cwd=REPOSITORY, env=environment, check=False).returncode
    return status


def _variables(home: Path) -> dict[str, str]:
    """Those of this process without what would decide scale and folders, and with a home."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "QT_"))}
    # Pictures are taken on busy machines too.
    return kept | {
        "SHRINKSCOPE_HOME": str(home), "HOME": str(home), "OMP_WAIT_POLICY": "passive"
    }  # fmt: skip


def _take(folder: Path, target: Path, which: str, scale: int, only: str) -> int:
    screen = folder / "screen.json"
    screen.write_text(json.dumps({"screens": [_SCREEN | _DPI]}))
    home = folder / f"home-{scale}"
    environment = _variables(home) | {
        "QT_QPA_PLATFORM": f"offscreen:configfile={screen}",
        "QT_SCALE_FACTOR": str(scale),
    }
    target.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "tests.screenshots.shoot", which, str(target), str(scale), only]
    return subprocess.run(words, cwd=REPOSITORY, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
