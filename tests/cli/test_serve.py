"""What ``serve`` refuses before it opens an address."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Program


def test_wrong_words_are_said_before_anything_is_open(
    program: Program, demo_model: Path, tmp_path: Path
) -> None:
    open_to_all = program.run("serve", demo_model, "--host", "0.0.0.0", status=2)
    assert "needs a key" in open_to_all.err
    unset = program.run("serve", demo_model, "--key-env", "NOT_SET_AT_ALL", status=2)
    assert "NOT_SET_AT_ALL" in unset.err
    assert "origin" in program.run("serve", demo_model, "--origin", "chat", status=2).err
    assert program.run("serve", tmp_path / "none.gguf", status=1).err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "taken" in program.run("serve", demo_model, "--port", port, status=1).err
    assert (
        "no address"
        in program.run(
            "serve", demo_model, "--host", "nowhere.invalid", "--key-env", "HOME", status=1
        ).err
    )
