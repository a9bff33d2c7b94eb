"""A real server in a process of its own, over real engines."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from openai import OpenAI

ENDLESS: Any = {
    "messages": [{"role": "user", "content": "Count."}],
    "temperature": 0,
    "max_tokens": 900,
    "response_format": {
        "type": "json_schema",
        "json_schema": {
            "name": "long",
            "schema": {"type": "array", "items": {"type": "boolean"}, "minItems": 400},
        },
    },
}
"""A request whose answer goes on until something ends it."""
ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 60.0


class Server:
    """``serve`` as it runs for the window: a line for each event."""

    def __init__(self, home: Path, *words: str | Path, **more: str) -> None:
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "SHRINKSCOPE_HOME": str(home),
            "OMP_WAIT_POLICY": "passive",
            **more,
        }
        command = [sys.executable, "-m", "app", "serve", "--json", "--events", "--port", "0"]
        self._process = subprocess.Popen(
            [*command, "--threads", "1", *map(str, words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        assert self._process.stdout is not None
        first = self._process.stdout.readline()
        assert first, cast("Any", self._process.stderr).read().decode()
        self.said: dict[str, Any] = msgspec.json.decode(first)
        self.url: str = self.said["url"]
        self.events: list[dict[str, Any]] = []
        self._clients: dict[str, OpenAI] = {}
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def client(self, key: str = "none") -> OpenAI:
        """A client that asks once; it takes longer to make than to use, so it is kept."""
        if key not in self._clients:
            self._clients[key] = OpenAI(
                base_url=self.url, api_key=key, max_retries=0, timeout=PATIENCE_SECONDS
            )
        return self._clients[key]

    @property
    def statuses(self) -> list[int]:
        """What became of requests, as told so far: a client has its answer before it is told."""
        return [event["answered"]["status"] for event in self.events if "answered" in event]

    @property
    def awake(self) -> dict[str, int]:
        """Engines that live, by name, with their processes."""
        return {each["name"]: each["pid"] for each in self.engines if each["pid"]}

    @property
    def engines(self) -> list[dict[str, Any]]:
        """What all engines are at, as told last."""
        every = [event["engines"] for event in self.events if "engines" in event]
        return every[-1] if every else []

    def wait(self, condition: Callable[[], object]) -> None:
        """Until it holds."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < end, self.events
            time.sleep(0.01)

    @contextlib.contextmanager
    def halted(self) -> Iterator[None]:
        """Let the engines that live stand still inside this: no answer ends meanwhile."""
        pids = list(self.awake.values())
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, in the middle of what it does."""
        self._process.kill()

    def end(self) -> int:
        """Let it end with who reads its events; its exit status."""
        for client in self._clients.values():
            client.close()
        assert self._process.stdin is not None
        self._process.stdin.close()
        status = self._process.wait(PATIENCE_SECONDS)
        self._reader.join()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()
        return status

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.events.append(msgspec.json.decode(line))


@contextlib.contextmanager
def serving(home: Path, *words: str | Path, **more: str) -> Iterator[Server]:
    """A server, ended at the end."""
    server = Server(home, *words, **more)
    try:
        yield server
    finally:
        server.end()


@pytest.fixture(scope="module")
def server(demo_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo model behind an address, awake: no test is the one that starts its engine."""
    with serving(tmp_path_factory.mktemp("serve"), demo_model) as found:
        create = found.client().chat.completions.create
        create(model="", messages=[{"role": "user", "content": "Hello"}], max_tokens=1)
        yield found
