"""``servers``: kept, asked what they are, and forgotten; keys never appear."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING

from tests.helpers.llama_server import llama_server, needs_llama_server

if TYPE_CHECKING:
    from tests.cli.conftest import Program

KEY = "sk-not-to-be-seen"


@needs_llama_server
def test_a_real_server_is_added_and_asked(program: Program, demo_model: Path) -> None:
    environ = program.environment(BIG_KEY=KEY)
    with llama_server(demo_model, "--alias", "demo", key=KEY) as url:
        added = program.run(
            *("servers", "add", "Big PC", url, "--key-env", "BIG_KEY", "--json"), env=environ
        )
        listed = program.run("servers", "--json", env=environ)
        priced = program.run(
            *("servers", "change", "big pc", "--price-in", "0.25", "--price-out", "1.5", "--json"),
            env=environ,
        )
        cleared = program.run(
            *("servers", "change", "Big PC", "--no-key", "--price-in", "none", "--json"),
            env=environ,
        )
        renewed = program.run(
            *("servers", "change", "Big PC", "--key-env", "BIG_KEY", "--json"), env=environ
        )
        without = program.run("servers", "test", "big pc", "--json", status=1)
        shown = program.run("servers", env=environ)
    assert added.document["servers"][0]["models"] == ["demo"]
    (server,) = listed.document["servers"]
    assert (server["name"], server["url"], server["kind"]) == ("Big PC", url, "llama-server")
    assert (server["models"], server["error"]) == (["demo"], None)
    assert {"answer", "own_probabilities"} <= set(server["abilities"])
    (told,) = priced.document["servers"]
    assert (told["price_in"], told["price_out"], told["error"]) == (0.25, 1.5, None)
    (told,) = cleared.document["servers"]
    assert (told["price_in"], told["price_out"]) == (None, 1.5)
    assert "key" in told["error"]
    assert renewed.document["servers"][0]["error"] is None
    assert "key" in without.document["servers"][0]["error"]
    assert "BIG_KEY" in added.err  # there is no keyring here
    assert "Big PC" in shown.out
    gone = program.run("servers", "test", "Big PC", "--json", status=1, env=environ)
    assert gone.document["servers"][0]["error"]
    for ended in (added, listed, priced, cleared, renewed, without, shown, gone):
        assert KEY not in ended.out + ended.err
    kept = [path for path in program.home.rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if KEY.encode() in path.read_bytes()]


def test_words_and_addresses_that_will_not_do(program: Program) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        added = program.run("servers", "add", "Mine", url, "--json").document["servers"][0]
        assert added["error"]
        assert added["models"] == []
        assert "already" in program.run("servers", "add", "mine", url, status=1).err
    assert "clear" in program.run("servers", "add", "Far", "http://big-pc:1", status=2).err
    assert "secret" not in program.run("servers", "add", "x", "http://me:secret@h", status=1).err
    assert program.run("servers", "add", "x", status=2).err
    assert program.run("servers", "remove", "Nobody", status=1).err
    assert (
        "NOT_SET" in program.run("servers", "add", "x", url, "--key-env", "NOT_SET", status=2).err
    )
    for words in (
        ("change", "Mine"),
        ("change", "Mine", "--price-in", "much"),
        ("change", "Mine", "--no-key", "--key-env", "HOME"),
        ("add", "Other", url, "--no-key"),
        ("test", "Mine", "--price-in", "1"),
    ):
        assert program.run("servers", *words, status=2).err
    moved = program.run("servers", "change", "Mine", f"{url}/api/v3/", "--json").document
    assert moved["servers"][0]["url"] == f"{url}/api/v3"
    assert program.run("servers", "remove", "Mine", "--json").document == {"servers": []}
    assert program.run("servers", "--json").document == {"servers": []}
