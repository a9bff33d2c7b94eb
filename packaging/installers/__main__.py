"""Build the packages: ``python packaging/installers [STEP…]``; all steps without a word.

``make package`` calls this. A step takes what the steps before it left in ``build/package``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import checks
import deb
import desktop
import freeze
import pythonic
import rpm
import tarball
from common import BUILD, DIST, PackagingError, Step, megabytes, say, version

STEPS: dict[str, tuple[str, Callable[[], object]]] = {
    "freeze": ("Freezing the program", freeze.freeze),
    "desktop": ("Writing what the desktop needs", desktop.make),
    "deb": ("Packing the .deb", deb.make),
    "rpm": ("Packing the .rpm", rpm.make),
    "tarball": ("Packing the portable .tar.gz", tarball.make),
    "python": ("Packing wheel and source distribution", pythonic.make),
    "check": ("Checking the packages", checks.check),
}


def main(argv: list[str]) -> int:
    """Run the steps that the words name and return the exit status."""
    parser = argparse.ArgumentParser(prog="python packaging/installers", description=__doc__)
    parser.add_argument("steps", nargs="*", metavar="STEP", help=", ".join(STEPS))
    wanted = parser.parse_args(argv).steps
    unknown = [step for step in wanted if step not in STEPS]
    if unknown:
        parser.error(f"no such step: {', '.join(unknown)}; there are {', '.join(STEPS)}")
    BUILD.mkdir(parents=True, exist_ok=True)
    DIST.mkdir(parents=True, exist_ok=True)
    say(f"Shrinkscope {version()}")
    try:
        checks.need_tools(wanted or list(STEPS))
        for name, (words, work) in STEPS.items():
            if not wanted or name in wanted:
                with Step(words):
                    work()
    except PackagingError as error:
        print(error, file=sys.stderr)
        return 1
    for path in sorted(DIST.glob("*")):
        if path.is_file() and version() in path.name:
            say(f"{megabytes(path.stat().st_size):>9}  {path.relative_to(DIST.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
