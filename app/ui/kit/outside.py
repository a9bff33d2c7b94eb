"""What leaves the program at the person's wish: files that they save, addresses that they open.

Both with the rights that are usual here: what this program writes for itself is the person's alone.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSaveFile, QUrl
from PySide6.QtGui import QDesktopServices

from app.base.rights import usual_rights


def open_outside(address: QUrl) -> bool:
    """Open an address or a folder in the system's own program; whether there is one."""
    with usual_rights():
        return QDesktopServices.openUrl(address)


def save_file(path: Path, data: bytes) -> None:
    """Write a file in one step, so that an older one stays whole if that fails.

    Raises:
        OSError: It cannot be written.
    """
    file = QSaveFile(str(path))
    with usual_rights():
        written = (
            file.open(QSaveFile.OpenModeFlag.WriteOnly)
            and file.write(data) == len(data)
            and file.commit()
        )
    if not written:
        raise OSError(file.errorString())
