"""Whose certificates are believed, and what it means when one is not."""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from app.base.files import read_ordinary
from app.core.words.sentence import say, worded
from app.hub.errors import HubBarred, HubBroken, HubError, Remedy

# In the order in which they count; the last two are what other programs of the kind read.
VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_MOST_BYTES = 16 << 20
_MOST_FILES = 1_000
_NOT_YET, _EXPIRED = 9, 10
_OTHER_NAME = {62, 64}
_OWN = worded("hub.own_setting")


class Certificates:
    """Builds what secure connections are checked with. Any thread.

    A file that the person chose here is believed besides what the system believes; a variable of
    the environment names what is believed in place of that, as everywhere.

    Args:
        chosen: The file that the person chose, None for none.
        environ: The person's.
    """

    def __init__(self, chosen: Path | None = None, environ: Mapping[str, str] = os.environ) -> None:
        self._chosen = chosen
        self._environ = environ
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None

    @property
    def chosen(self) -> Path | None:
        """The file that the person chose."""
        return self._chosen

    @property
    def named_by(self) -> str:
        """What names the certificates, for sentences; empty where it is the system alone."""
        return self._source()[0]

    def choose(self, path: Path | None) -> None:
        """Believe a file of the person's too, from the next connection on; None for none.

        Raises:
            HubBarred: It holds no certificates.
        """
        if path is not None:
            _load(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), path, _OWN)
        with self._lock:
            self._chosen, self._context = path, None

    def context(self) -> ssl.SSLContext:
        """What connections are checked with; made once.

        Raises:
            HubBarred: What is named is not there or holds no certificates.
        """
        with self._lock:
            if self._context is None:
                self._context = self._made()
            return self._context

    def refusal(self, host: str, error: ssl.SSLError) -> HubError:
        """What it means that no secure connection to a host comes about."""
        if not isinstance(error, ssl.SSLCertVerificationError):
            return HubBroken(say("hub.no_secure_connection_comes_about", host=host), str(error))
        today = f"{datetime.now():%Y-%m-%d}"
        code, detail = error.verify_code, error.verify_message or str(error)
        if code == _NOT_YET:
            said = say("hub.certificate_not_valid_yet_pcs", host=host, today=today)
        elif code == _EXPIRED:
            said = say("hub.certificate_run_out_pcs_clock", host=host, today=today)
        elif code in _OTHER_NAME:
            said = say("hub.answers_shows_certificate_another_name", host=host)
        elif self.named_by:
            said = say("hub.certificate_not_among_those_names", host=host, named_by=self.named_by)
        else:
            said = say("hub.certificate_not_known_pc_if", host=host)
        return HubBarred(said, detail, Remedy.CERTIFICATE)

    def _source(self) -> tuple[str, Path | None]:
        if self._chosen is not None:
            return _OWN, self._chosen
        for variable in VARIABLES:
            value = self._environ.get(variable, "").strip().strip("\"'")
            if value:
                return variable, Path(value)
        return "", None

    def _made(self) -> ssl.SSLContext:
        named_by, path = self._source()
        if path is None or self._chosen is not None:
            import httpx2

            context = httpx2.create_ssl_context(trust_env=False)
        else:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if path is not None:
            # A company's file may hold an intermediate certificate, or the server's own.
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            _load(context, path, named_by)
        return context


def _load(context: ssl.SSLContext, path: Path, named_by: str) -> None:
    """Believe what lies in a file, a folder or several folders.

    Raises:
        HubBarred: Nothing usable lies there.
    """
    places = [Path(part).expanduser() for part in str(path).split(os.pathsep) if part]
    if path.exists() or len(places) < 2:
        places = [path.expanduser()]
    loaded, reason = False, ""
    for place in places:
        if place.is_dir():
            context.load_verify_locations(capath=place)
            loaded = loaded or any(place.glob("*.[0-9]"))  # the form that OpenSSL looks for
        for file in _files(place):
            try:
                _load_file(context, file)
                loaded = True
            except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
                reason = reason or _reason(file, error)
    if not loaded:
        raise HubBarred(
            say(
                "hub.no_usable_certificates_names_correct",
                path=path,
                named_by=named_by,
                reason=reason or say("hub.nothing_there"),
            ),
            reason,
            Remedy.CERTIFICATE,
        )


def _files(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
        return
    for file in sorted(place.iterdir())[:_MOST_FILES]:
        if file.suffix.lower() in {".pem", ".crt", ".cer", ".der"}:
            yield file


def _load_file(context: ssl.SSLContext, file: Path) -> None:
    data = read_ordinary(file, _MOST_BYTES)
    if b"-----BEGIN " in data:
        context.load_verify_locations(cadata=data.decode("ascii", "ignore"))
    else:
        context.load_verify_locations(cadata=data)  # as Windows exports them


def _reason(file: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return worded("hub.nothing_there")
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
        return error.strerror or str(error)
    return worded("hub.it_holds_none")
