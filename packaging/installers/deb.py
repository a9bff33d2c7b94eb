"""The ``.deb``: the frozen program below ``/usr/lib``, with what Debian asks of a package."""

from __future__ import annotations

import os
import re
import shutil
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import desktop
import elf
import licences
from common import (
    BUILD,
    DIST,
    HOMEPAGE,
    LINUX_FILES,
    MAINTAINER,
    NAME,
    ROOT,
    TREE,
    PackagingError,
    architecture,
    fresh,
    need,
    run,
    say,
    source_date,
    tree_bytes,
    version,
    write,
)

PACKAGE = BUILD / "deb"
# Found by what a person does, not by the linker.
RECOMMENDS = (
    "ca-certificates",  # the Hub is spoken to with the system's certificates
    "fonts-dejavu-core | fonts-noto-core | fonts-liberation2",
    "libvulkan1",
    "mesa-vulkan-drivers | nvidia-vulkan-icd | vulkan-icd",
    "libwayland-client0", "libwayland-cursor0", "libwayland-egl1",
    "xdg-utils",
)  # fmt: skip
SUGGESTS = ("gnome-keyring | kwalletmanager",)
_ACROSS = re.DOTALL | re.MULTILINE
_GPL = r"GNU GENERAL PUBLIC LICENSE\n[ \t]*"
# The whole of a licence, from its title to where it says that it ends.
_COMMON = tuple(
    (re.compile(rf"^[ \t]*{title}.*?END OF TERMS AND CONDITIONS\n(?:.*?{last}\n)?", _ACROSS), name)
    for title, last, name in (
        (_GPL + "Version 3,", r"why-not-lgpl\.html>\.", "GPL-3"),
        (_GPL + "Version 2,", r"Public License instead of this License\.", "GPL-2"),
        (r"Apache License\n[ \t]*Version 2\.0,", r"limitations under the License\.", "Apache-2.0"),
    )
)
_HOLDER = re.compile(r"^[\s#*/%]*(?:Copyright:?\s*)?(?:\(c\)|©)?\s*|\s+$", re.IGNORECASE)
_OPTIONAL = re.compile(r"^(?:libvulkan1|libwayland-\w+)\b")


def path() -> Path:
    """Where the package is put."""
    return DIST / f"{NAME}_{version()}_{architecture()}.deb"


def make() -> None:
    """Build the package."""
    need("dpkg-deb", "dpkg-shlibdeps")
    fresh(PACKAGE)
    desktop.lay_out(PACKAGE, "usr")
    share = PACKAGE / "usr" / "share"
    documents = share / "doc" / NAME
    write(documents / "copyright", copyright_file())
    (documents / "licences").symlink_to(f"../../../lib/{NAME}/licences")
    (documents / "changelog.gz").write_bytes(desktop.packed(changelog()))
    overrides = share / "lintian" / "overrides" / NAME
    overrides.parent.mkdir(parents=True)
    shutil.copyfile(LINUX_FILES / "lintian-overrides", overrides)
    found = dependencies()
    write(PACKAGE / "DEBIAN" / "control", control(found))
    _write_sums()
    _plain_rights()
    target = path()
    target.unlink(missing_ok=True)
    dates = {"SOURCE_DATE_EPOCH": str(source_date())}
    run(["dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--build", PACKAGE, target], env=dates)
    say(f"  depends on {found}")


def dependencies() -> str:
    """What the tree links of the system, with the least versions, as dpkg-shlibdeps finds it."""
    work = fresh(BUILD / "shlibdeps")
    write(work / "debian" / "control", f"Source: {NAME}\n\nPackage: {NAME}\nArchitecture: any\n")
    folders = sorted({binary.parent for binary in elf.files_below(TREE)})
    command = ["dpkg-shlibdeps", "-O", "--ignore-missing-info", "--warnings=0"]
    command += [f"-l{folder}" for folder in folders]
    optional = {binary for name in elf.OPTIONAL for binary in elf.outside(TREE).get(name, [])}
    command += [str(found) for found in elf.files_below(TREE) if found not in optional]
    told = run(command, cwd=work)
    match = re.search(r"^shlibs:Depends=(.*)$", told, re.MULTILINE)
    if match is None:
        raise PackagingError(f"dpkg-shlibdeps named no dependencies:\n{told[-2000:]}")
    # It knows nothing of bundled copies: what only they would have come from is not needed.
    owners = {owner for soname in elf.outside(TREE) for owner in _owners(soname)}
    names = [name.strip() for name in match[1].split(",")]
    kept = [name for name in names if name.split()[0] in owners and not _OPTIONAL.match(name)]
    return ", ".join(kept)


def _owners(soname: str) -> list[str]:
    told = run(["dpkg-query", "-S", f"*/{soname}"])
    return [line.partition(":")[0] for line in told.splitlines()]


def control(depends: str) -> str:
    """The package's control file."""
    installed_kib = -(-tree_bytes(PACKAGE / "usr") // 1024)
    return "\n".join(
        [
            f"Package: {NAME}",
            f"Version: {version()}",
            f"Architecture: {architecture()}",
            f"Maintainer: {MAINTAINER}",
            f"Installed-Size: {installed_kib}",
            f"Depends: {depends}",
            f"Recommends: {', '.join(RECOMMENDS)}",
            f"Suggests: {', '.join(SUGGESTS)}",
            "Section: science",
            "Priority: optional",
            f"Homepage: {HOMEPAGE}",
            "Description: shows which shrunken version of a language model to run",
            " A language model comes in ten or thirty shrunken versions, quantized to",
            " eight, four or two bits. Shrinkscope runs several of them side by side on",
            " this PC, asks all the same, shows what each costs in memory and time,",
            " measures what each loses against the original, and says which one to run.",
            " .",
            " It finds models on the Hugging Face Hub and knows whether they fit before",
            " they are downloaded. Everything runs locally with llama.cpp; a demo model",
            " comes along.",
            "",
        ]
    )


def changelog() -> str:
    """The package's own changelog, in Debian's form."""
    date = format_datetime(datetime.fromtimestamp(source_date(), UTC))
    return (
        f"{NAME} ({version()}) unstable; urgency=medium\n\n"
        f"  * Built from the release's own packaging; its notes tell what is new.\n\n"
        f" -- {MAINTAINER}  {date}\n"
    )


def copyright_file() -> str:
    """Debian's copyright file: every component, and every licence text that is shipped."""
    parts = [
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/",
        "Upstream-Name: Shrinkscope",
        f"Source: {HOMEPAGE}",
        "Comment: The program comes frozen with what it needs. The same texts lie, one file each,",
        f" in /usr/lib/{NAME}/licences.",
        "",
        "Files: *",
        "Copyright: 2026 Shrinkscope contributors",
        "License: Expat",
        _indented((ROOT / "LICENSE").read_text(encoding="utf-8").split("\n", 4)[-1]),
        "",
    ]
    for component in licences.load():
        parts += _paragraph(component)
    return "\n".join(parts)


def _paragraph(component: licences.Component) -> list[str]:
    files = [f"usr/lib/{NAME}/{name}" for name in _folders(component.files)]
    texts = [
        f"{name}\n\n{without_common(_text(name))}"
        for name in component.texts
        if name not in ("LGPL-3.txt", "GPL-3.txt")
    ]
    label = re.sub(r"[^A-Za-z0-9.+-]+", "-", f"{component.name}-licence")
    common = ""
    if "LGPL-3.txt" in component.texts:
        common = (
            "\n\nOn Debian systems the full texts are in /usr/share/common-licenses/LGPL-3 and "
            "/usr/share/common-licenses/GPL-3."
        )
    holders = re.findall(r"^.*(?:Copyright|\(c\)|©).*$", "\n".join(texts), re.MULTILINE)
    named = [_HOLDER.sub("", line) for line in holders if re.search(r"\d{4}", line)][:4]
    return [
        f"Files: {' '.join(files) if files else f'usr/lib/{NAME}/{NAME}'}",
        f"Copyright: {(chr(10) + ' ').join(named) or f'the makers of {component.name}, as below'}",
        f"License: {label}",
        f" {component.name} {component.version}: {component.licence}",
        f" {component.home}",
        " .",
        _indented("\n\n".join(texts) + common),
        "",
    ]


def without_common(text: str) -> str:
    """A licence text with what every Debian has in full replaced by where that is."""
    for pattern, name in _COMMON:
        text = pattern.sub(f"[The full text is at /usr/share/common-licenses/{name}]\n", text)
    return text


def _text(name: str) -> str:
    return (licences.FOLDER / name).read_text(encoding="utf-8", errors="replace")


def _folders(files: list[str]) -> list[str]:
    """Files as few patterns: a folder below ``_internal`` stands for all in it."""
    found: set[str] = set()
    for name in files:
        parts = Path(name).parts
        found.add(f"{parts[0]}/{parts[1]}/*" if len(parts) > 2 else name)
    return sorted(found)


def _indented(text: str) -> str:
    lines = (line.rstrip() for line in text.strip().splitlines())
    return "\n".join(f" {line}" if line else " ." for line in lines)


def _write_sums() -> None:
    files = sorted(
        found
        for found in (PACKAGE / "usr").rglob("*")
        if found.is_file() and not found.is_symlink()
    )
    told = run(["md5sum", *(found.relative_to(PACKAGE) for found in files)], cwd=PACKAGE)
    write(PACKAGE / "DEBIAN" / "md5sums", told)


def _plain_rights() -> None:
    for found in [PACKAGE, *PACKAGE.rglob("*")]:
        if not found.is_symlink():
            runs = found.is_dir() or os.access(found, os.X_OK)
            found.chmod(0o755 if runs else 0o644)
        os.utime(found, (source_date(), source_date()), follow_symlinks=False)
