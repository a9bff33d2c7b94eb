"""The content host of the fake Hub: ranges of files behind signed addresses."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.helpers.fake_hub.faults import Fault, FaultKind
from tests.helpers.fake_hub.server import Handler

if TYPE_CHECKING:
    from tests.helpers.fake_hub.repositories import FakeFile

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_PIECE = 1 << 18
_NO_RANGE = {FaultKind.RANGE_IGNORED, FaultKind.SAME_START}
_SHORT = {FaultKind.SHORT, FaultKind.SAME_START}
_CUTS = {FaultKind.CLOSE, FaultKind.RESET, FaultKind.STALL}


class ContentHandler(Handler):
    """Answers one request for bytes."""

    host = "content"

    def do_GET(self) -> None:
        self.remember()
        fault = self.hub.content_faults.take()
        key = parse_qs(urlsplit(self.path).query).get("X-Amz-Signature", [""])[0]
        file = self.hub.signed(key)
        if fault is not None and self._refuse(fault):
            return
        if file is None:
            self.answer(403)
            return
        ignore_range = fault is not None and fault.kind in _NO_RANGE
        asked = None if ignore_range else self._range(file)
        if asked is not None and asked[0] >= file.size:
            self.answer(416, {"Content-Range": f"bytes */{file.size}"})
            return
        self._send(file, asked, fault)

    def _refuse(self, fault: Fault) -> bool:
        match fault.kind:
            case FaultKind.UNAVAILABLE:
                self.answer(503)
            case FaultKind.TOO_MANY:
                self.answer(429, {"Retry-After": str(fault.at_byte)})
            case FaultKind.EXPIRED:
                self.hub.expire()
                self.answer(403)
            case FaultKind.SILENT:
                self.fall_silent()
            case _:
                return self.misbehave(fault)
        return True

    def _range(self, file: FakeFile) -> tuple[int, int] | None:
        match = _RANGE.fullmatch(self.headers.get("Range", ""))
        if match is None:
            return None
        end = min(int(match[2]) + 1, file.size) if match[2] else file.size
        return int(match[1]), end

    def _send(self, file: FakeFile, asked: tuple[int, int] | None, fault: Fault | None) -> None:
        start, end = asked or (0, file.size)
        length = end - start
        cut = length
        if fault is not None and fault.kind in _SHORT:
            length = cut = min(length, fault.at_byte)
        elif fault is not None and fault.kind in _CUTS:
            cut = min(length, fault.at_byte)
        self.send_response(200 if asked is None else 206)
        self.send_header("Content-Length", str(length))
        self.send_header("ETag", f'"{file.sha256}"')
        self.send_header("Accept-Ranges", "bytes")
        if asked is not None:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{file.size}")
        self.end_headers()
        flipped = fault.at_byte if fault is not None and fault.kind is FaultKind.FLIP else None
        self._body(file, start, start + cut, flipped)
        if fault is not None and fault.kind in _CUTS:
            self._end(fault)

    def _body(self, file: FakeFile, start: int, end: int, flipped: int | None) -> None:
        began = time.monotonic()
        position = start
        while position < end and not self.hub.released.is_set():
            piece = file.read(position, min(position + _PIECE, end))
            if flipped is not None and position <= flipped < position + len(piece):
                changed = bytearray(piece)
                changed[flipped - position] ^= 0xFF
                piece = bytes(changed)
            # Counted first: who has the last byte may ask how many were sent.
            self.hub.note_sent(len(piece))
            self.wfile.write(piece)
            position += len(piece)
            self.hub.pace(began, position - start)

    def _end(self, fault: Fault) -> None:
        match fault.kind:
            case FaultKind.RESET:
                self.reset()
            case FaultKind.STALL:
                self.fall_silent()
            case _:
                self.end_connection()
