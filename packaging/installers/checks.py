"""What every package must pass: the distributions' own checkers, and the sizes."""

from __future__ import annotations

import os

import deb
import desktop
import rpm
import system
from common import (
    APP_ID,
    NAME,
    TREE,
    PackagingError,
    megabytes,
    need_all,
    run,
    say,
    tree_bytes,
)

MOST_DEB_BYTES = 100_000_000
MOST_UNPACKED_BYTES = 300_000_000

_TOOLS = {
    "freeze": ("readelf", "strip", "objdump", "c++"),
    "deb": ("dpkg-deb", "dpkg-shlibdeps"),
    "rpm": ("rpmbuild",),
    "check": ("lintian", "desktop-file-validate", "appstreamcli", "man", "rpm"),
}


def need_tools(steps: list[str]) -> None:
    """Stop at once, not after an hour, where a tool of a later step is missing."""
    tools = [tool for step in steps for tool in _TOOLS.get(step, ())]
    further: dict[str, str] = {}
    if "freeze" in steps:
        further |= system.missing_libraries()
        if os.environ.get("SHRINKSCOPE_VULKAN") != "0":
            tools += ["cmake", "ninja", "glslc"]
            further |= system.missing_for_vulkan()
    need_all(tools, further)


def check() -> None:
    """Run all checkers; the first that finds an error stops."""
    share = desktop.SHARE
    run(["desktop-file-validate", share / "applications" / f"{NAME}.desktop"])
    told = run(
        ["appstreamcli", "validate", "--no-net", share / "metainfo" / f"{APP_ID}.metainfo.xml"]
    )
    say(f"  appstreamcli: {told.strip().splitlines()[-1]}")
    _check_manual_page()
    # Overridden remarks are not asked for: lintian would then count them as errors.
    told = run(["lintian", "--fail-on", "error", "--allow-root", deb.path()])
    remarks = told.splitlines()
    say(f"  lintian: no error, {len(remarks)} further remarks")
    for remark in remarks:
        say(f"    {remark}")
    _check_rpm()
    _check_sizes()


def _check_manual_page() -> None:
    page = desktop.SHARE / "man" / "man1" / f"{NAME}.1.gz"
    told = run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page],
        env={"LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "80"},
    )
    complaints = [line for line in told.splitlines() if ": warning" in line or "error:" in line]
    if complaints or NAME not in told:
        raise PackagingError("The manual page is not right:\n" + "\n".join(complaints[:20]))


def _check_rpm() -> None:
    names = run(["rpm", "-qpl", rpm.path()]).split()
    for wanted in (f"/usr/bin/{NAME}", f"/usr/lib/{NAME}/{NAME}"):
        if wanted not in names:
            raise PackagingError(f"{rpm.path().name} lacks {wanted}.")
    say(f"  rpm: {len(names)} files")


def _check_sizes() -> None:
    packed, unpacked = deb.path().stat().st_size, tree_bytes(TREE)
    say(f"  .deb {megabytes(packed)}, unpacked {megabytes(unpacked)}")
    if packed > MOST_DEB_BYTES or unpacked > MOST_UNPACKED_BYTES:
        raise PackagingError(
            f"Too large: at most {megabytes(MOST_DEB_BYTES)} packed and "
            f"{megabytes(MOST_UNPACKED_BYTES)} unpacked."
        )
