"""The program's icon as files: PNG in the usual sizes, ``.ico`` and ``.icns``; needs PySide6.

``python packaging/installers/icons.py FOLDER`` writes ``FOLDER/<size>.png``, ``FOLDER/app.ico`` and
``FOLDER/app.icns``. Below 32 pixels a drawing of its own is used, as in the window.
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ICONS = Path(__file__).resolve().parents[2] / "resources" / "icons"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_TYPES = {b"icp4": 16, b"icp5": 32, b"icp6": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512}
_SMALL_PX = 32


def png(size_px: int) -> bytes:
    """The icon as PNG."""
    name = "app-small.svg" if size_px < _SMALL_PX else "app.svg"
    image = QImage(size_px, size_px, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(ICONS / name)).render(painter)
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(content.data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """Windows' container of PNG pictures."""
    offset = 6 + 16 * len(pictures)
    table = struct.pack("<HHH", 0, 1, len(pictures))
    for size_px, picture in pictures.items():
        side = size_px % 256  # 256 is written as 0
        table += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(picture), offset)
        offset += len(picture)
    return table + b"".join(pictures.values())


def icns(pictures: dict[bytes, bytes]) -> bytes:
    """The container of PNG pictures of macOS."""
    blocks = b"".join(
        kind + struct.pack(">I", len(picture) + 8) + picture for kind, picture in pictures.items()
    )
    return b"icns" + struct.pack(">I", len(blocks) + 8) + blocks


def main(folder: Path) -> None:
    """Write all of them."""
    application = QGuiApplication(["icons", "-platform", "offscreen"])
    folder.mkdir(parents=True, exist_ok=True)
    for size_px in SIZES:
        (folder / f"{size_px}.png").write_bytes(png(size_px))
    (folder / "app.ico").write_bytes(ico({size: png(size) for size in ICO_SIZES}))
    (folder / "app.icns").write_bytes(icns({kind: png(px) for kind, px in ICNS_TYPES.items()}))
    application.quit()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
