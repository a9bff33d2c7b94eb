"""Everything that goes wrong with a server is one sentence, and nothing secret stands in it.

Tests app.engine.remote.wire and app.engine.remote.proxied.
"""

from __future__ import annotations

import gc
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.core.candidates.notation import SETTINGS
from app.core.chats.chat import StopReason
from app.engine.api import Exited
from app.engine.protocol.answering import Finished
from app.engine.protocol.loading import Loaded
from app.engine.protocol.running import Failed, FailureKind, Silent
from app.engine.remote import answering
from app.engine.remote.access import Access
from app.engine.remote.looking import probe
from app.engine.remote.troubles import Trouble
from app.engine.remote.wire import TIMEOUT
from app.hub.net.proxies import Proxies
from tests.engine.remote.conftest import WAIT_SECONDS, Talk
from tests.helpers.proxies import closed_port, http_proxy, socks_proxy
from tests.helpers.replay import forms
from tests.helpers.replay.forms import chunk, said, usage
from tests.helpers.replay.server import Replay, Reply, events, lines, told
from tests.helpers.tls import Authority

if TYPE_CHECKING:
    from tests.engine.remote.conftest import Talks

KEY = "sk-very-secret-0123456789"
CHAT = "POST /v1/chat/completions"
WRONG, LONG = FailureKind.GENERATE, FailureKind.PROMPT_TOO_LONG
GOOD = events(*said("Four", "."), chunk({}, "stop"), chunk(usage=usage()))
PAGE = Reply((b"<!doctype html><title>Sign in</title>",), kind="text/html")


def error(message: str, **more: Any) -> Any:
    """An error in the usual form."""
    return {"error": {"message": message} | more}


TOO_LONG = error(
    "request (3007 tokens) exceeds the available context size (512 tokens), try increasing it",
    type="exceed_context_size_error",
    n_prompt_tokens=3007,
    n_ctx=512,
)


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (told(error("Invalid API Key"), 401), WRONG, "does not accept the key"),
        (told({"detail": "no access"}, 403), WRONG, "not allow this: no access."),
        (told(error("File Not Found"), 404), WRONG, "There is nothing at http://"),
        (told(error("The model `x` does not exist"), 404), WRONG, "has no model"),
        (told(error("slow down"), 429, Retry_After="3600"), WRONG, "try again in"),
        (told(error("out of memory"), 500), WRONG, "fault (500): out of memory."),
        (Reply((b"Internal Server Error",), 500, "text/plain"), WRONG, "not say why"),
        (told(TOO_LONG, 400), LONG, "longer than the context"),
        (told(error("bad", code="context_length_exceeded"), 400), LONG, "longer"),
        (told(error("'messages' must be a list"), 400), WRONG, "does not take"),
        (Reply((b"{not json",)), WRONG, "is not understood"),
        (Reply((b"[" * 100_000,)), WRONG, "is not understood"),
        (PAGE, WRONG, "A web page came"),
        (Reply(raw=b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), WRONG, "does not speak HTTP"),
        (events(end=""), WRONG, "answered with nothing"),
        (events(chunk({"role": "assistant"}), end=""), WRONG, "with nothing"),
        (events({"error": {"message": "boom"}}), WRONG, "broke off: boom."),
        (events(*said("Fo"), end="", breaks_off=True), WRONG, "broke off"),
        (events(*said("Fo"), end=""), WRONG, "middle of the answer"),
        (events(*said("Fo"), chunk({}, "content_filter")), WRONG, "held the rest"),
        (told({}, 302, Location="https://elsewhere.example/v1?key=1"), WRONG,
         "leads to https://elsewhere.example/v1, and nothing was sent there"),
        (Reply((b"x",), headers={"Content-Encoding": "gzip"}), WRONG, "not understood"),
    ],
)  # fmt: skip
def test_a_fault_is_one_sentence_and_the_engine_goes_on(
    talks: Talks, monkeypatch: pytest.MonkeyPatch, reply: Reply, kind: FailureKind, words: str
) -> None:
    monkeypatch.setattr(answering, "_TRIES", 1)
    server, talk = talks(forms.openai([reply, GOOD]), key=KEY)
    failed = talk.ask()
    assert isinstance(failed, Failed), failed
    assert (failed.kind, words in failed.sentence) == (kind, True), failed.sentence
    assert "\n" not in failed.sentence
    assert isinstance(talk.ask(), Finished)
    assert talk.answer == "Four."
    assert all(each.headers["authorization"] == f"Bearer {KEY}" for each in server.asked)


def test_an_error_of_ollamas_comes_in_an_answer_of_success(talks: Talks) -> None:
    no_room = lines({"error": "model requires more system memory (9 GiB) than is available"})
    begun = {"message": {"content": "Fo"}, "done": False}
    ways = forms.ollama([no_room, lines(begun, {"error": "llama runner process has terminated"})])
    _, talk = talks(ways)
    assert "more system memory (9 GiB)" in talk.ask().sentence
    assert "runner process has terminated" in talk.ask().sentence
    assert talk.answer == "Fo"


def test_a_prompt_says_by_how_much_it_is_too_long(talks: Talks) -> None:
    _, talk = talks(forms.openai(told(TOO_LONG, 400)))
    assert talk.ask().excess_tokens == 2496


def test_keys_and_headers_are_nowhere_told(talks: Talks) -> None:
    secret = "second-secret-7"
    echo = told(error(f"Incorrect API key provided: {KEY} ({secret})"), 400)
    _, talk = talks(forms.openai(echo), key=KEY, headers={"X-Gate": secret})
    failed = talk.ask()
    everything = f"{failed} {talk.engine.log_text()} {talk.all} {Access('http://a', key=KEY)}"
    assert KEY not in everything
    assert secret not in everything
    assert "Incorrect API key provided: …" in failed.sentence


def test_a_key_that_cannot_be_sent_is_not_shown() -> None:
    found = probe(Access("http://127.0.0.1:9/v1", key="gibberish\nInjected: yes"))
    assert found.trouble is Trouble.KEY
    assert "gibberish" not in str(found)


def test_a_redirect_gets_nothing(talks: Talks) -> None:
    with Replay(forms.openai(GOOD)) as other:
        leads = told({}, 307, Location=f"{other.url}/chat/completions")
        _, talk = talks(forms.openai(leads), key=KEY)
        assert f"leads to {other.url}/chat/completions" in talk.ask().sentence
        assert other.asked == []


def test_what_passes_is_tried_again_before_the_first_token(talks: Talks) -> None:
    busy = told(error("slow down"), 429, Retry_After="0")
    cut = Reply(raw=b"")
    server, talk = talks(forms.openai([busy, cut, told(error("gone"), 503, Retry_After="0"), GOOD]))
    assert isinstance(talk.ask(), Finished)
    assert talk.answer == "Four."
    assert len(server.of(CHAT)) == 4


def test_after_the_first_token_nothing_is_asked_again(talks: Talks) -> None:
    server, talk = talks(forms.openai(events(*said("Fo"), end="", breaks_off=True)))
    assert isinstance(talk.ask(), Failed)
    assert talk.answer == "Fo"
    assert len(server.of(CHAT)) == 1


def test_settings_that_are_refused_are_left_out_and_named(talks: Talks) -> None:
    """As services answer that know no others than their own."""
    refusals = [
        told(error("Unrecognized request argument supplied: top_k", param=None), 400),
        told({"detail": [{"loc": ["body", "min_p"], "msg": "Extra inputs"}]}, 422),
        told(error("Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                   "'max_completion_tokens' instead.", param="max_tokens"), 400),
    ]  # fmt: skip
    server, talk = talks(forms.openai([*refusals, GOOD]))
    end = talk.ask(temperature=0.5, top_k=40, min_p=0.1)
    assert set(end.figures.served.ignored) == {"top_k", "min_p"}
    sent = server.of(CHAT)[-1].body
    assert "max_tokens" not in sent
    assert sent["max_completion_tokens"] == 64
    talk.ask(temperature=0.5, top_k=40, min_p=0.1)
    assert len(server.of(CHAT)) == 5  # it is not asked for them again


def test_a_server_that_still_loads_is_waited_for() -> None:
    loading = told(error("Loading model", type="unavailable_error", code=503), 503)
    ways = forms.llama_server()
    ways["GET /v1/models"] = [loading, loading, ways["GET /v1/models"]]  # type: ignore[list-item]
    with Replay(ways) as server:
        found = probe(Access(server.url))
        assert found.trouble is Trouble.LOADING
        assert "still loading" in str(found.why_not)
        talk = Talk(Access(server.url))
        assert isinstance(talk.load(), Loaded)
        talk.engine.close()
        talk.until(Exited)
        assert talk.engine.join(WAIT_SECONDS)


def test_silence_is_said_and_waited_through(talks: Talks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "SILENCE_SECONDS", 0.2)
    first, second = threading.Event(), threading.Event()
    chat = events(
        lambda: first.wait(WAIT_SECONDS), ": ping\n\n", lambda: second.wait(WAIT_SECONDS),
        *said("Four"), chunk({}, "stop"),
    )  # fmt: skip
    _, talk = talks(forms.openai(chat))
    begin = time.perf_counter()
    talk.engine.send(talk.command())
    silent = talk.until(Silent)
    first.set()
    # What keeps a connection is a sign of life: the silence began anew with it.
    while silent.seconds + talk.until(Silent).seconds > time.perf_counter() - begin:
        pass  # told before the server was heard again
    second.set()
    assert talk.until(Finished, Failed).stop_reason is StopReason.END


@contextmanager
def listening(backlog: int = 1) -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(backlog)
        yield server.getsockname()[1]


def test_nobody_there_no_such_name_and_silence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        refused = probe(Access(f"http://127.0.0.1:{taken.getsockname()[1]}/v1"))
    assert refused.trouble is Trouble.UNREACHABLE
    assert "Nothing answers at 127.0.0.1" in str(refused.why_not)
    with listening() as port:
        silent = probe(Access(f"http://127.0.0.1:{port}/v1"), seconds=0.3)
    assert silent.trouble is Trouble.SILENT
    assert "said nothing" in str(silent.why_not)


def test_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: Any, **_more: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    found = probe(Access("http://nowhere.example:8080/v1"))
    assert found.trouble is Trouble.UNREACHABLE
    assert "no computer named nowhere.example" in str(found.why_not)


def test_who_is_at_work_is_waited_for_and_who_is_not_there_is_not() -> None:
    """No fixed time for an answer, which a long prompt takes; bytes and a stop alone end it."""
    assert (TIMEOUT.read, TIMEOUT.write, TIMEOUT.pool) == (None, None, None)
    assert TIMEOUT.connect is not None
    assert TIMEOUT.connect <= 10


def test_a_model_over_several_pcs_may_break_or_stall_with_one_of_them(
    talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A llama-server over RPC workers is a server like any: it dies with a worker, or hangs."""
    monkeypatch.setattr(answering, "SILENCE_SECONDS", 0.2)
    stalls = threading.Event()
    cut = events(*said("Fo"), end="", breaks_off=True)
    stuck = events(lambda: stalls.wait(WAIT_SECONDS), *said("Four"))
    server, talk = talks(forms.llama_server([cut, stuck]))
    assert "broke off in the middle of the answer; what came stands" in talk.ask().sentence
    assert talk.answer == "Fo"
    command = talk.command()
    talk.engine.send(command)
    assert talk.until(Silent).seconds > 0
    talk.engine.stop(command.id)
    assert talk.until(Finished, Failed).stop_reason is StopReason.STOPPED
    stalls.set()
    assert server.of(CHAT)
    # What workers there are is set where they are: no setting here is one of RPC's.
    assert not [each.key for each in SETTINGS if "rpc" in each.key.lower()]


def test_certificates_are_checked_and_a_ca_file_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority.made(tmp_path / "ca")
    ways = forms.llama_server()
    with Replay(ways, authority.server()) as server:
        unknown = probe(Access(server.url, key=KEY))
        assert unknown.trouble is Trouble.CERTIFICATE
        assert "add its CA file" in str(unknown.why_not)
        assert server.asked == []
        for file in (authority.file, authority.der_file):
            assert probe(Access(server.url, key=KEY, ca_file=file)).why_not is None
        with monkeypatch.context() as known:  # the system's own store, which such a variable names
            known.setenv("SSL_CERT_FILE", str(authority.file))
            assert probe(Access(server.url, key=KEY)).why_not is None
        lost = probe(Access(server.url, ca_file=tmp_path / "lost.pem"))
        assert "cannot be used" in str(lost.why_not)
    (tmp_path / "none.pem").write_text("no certificate")
    with Replay(ways, authority.server("elsewhere.example")) as server:
        other = probe(Access(server.url, ca_file=authority.file))
        assert "certificate for another name" in str(other.why_not)
        wrong = probe(Access(server.url, ca_file=tmp_path / "none.pem"))
        assert "holds no certificates" in str(wrong.why_not)
    with Replay(ways, authority.server(ends_days=-0.5)) as server:
        over = probe(Access(server.url, ca_file=authority.file))
        assert "has run out" in str(over.why_not)


def test_plain_where_tls_is_wanted_and_the_other_way_round(tmp_path: Path) -> None:
    with Replay(forms.llama_server()) as server:
        found = probe(Access(server.url.replace("http:", "https:")))
        assert "if it speaks plain http" in str(found.why_not)
    with Replay(forms.llama_server(), Authority.made(tmp_path).server()) as server:
        found = probe(Access(server.url.replace("https:", "http:")))
        assert found.why_not is not None


def test_loopback_never_goes_through_a_proxy() -> None:
    through = Proxies({"http_proxy": "http://127.0.0.1:9", "all_proxy": "http://127.0.0.1:9"})
    with Replay(forms.llama_server()) as server:
        assert probe(Access(server.url), through).why_not is None


def far(
    environ: dict[str, str], scheme: str = "https", trouble: Trouble = Trouble.UNREACHABLE
) -> str:
    """Why a server beyond a proxy cannot be had, in the words that people see."""
    found = probe(Access(f"{scheme}://far.example:8080/v1", key=KEY), Proxies(environ))
    assert found.trouble is trouble
    said = str(found.why_not)
    assert "Hub" not in said
    assert "far.example:8080" in said
    return said


@pytest.fixture
def left_to_the_collector() -> Iterator[None]:
    """Where the library leaves a proxy's connection that came to nothing: SOCKS, and TLS in it."""
    yield
    gc.collect()


LEFT = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@LEFT
@pytest.mark.usefixtures("left_to_the_collector")
def test_a_proxy_that_is_at_fault_is_named_with_the_server_that_was_meant() -> None:
    assert far({"ALL_PROXY": "http://[nonsense"}) == (
        "The way to far.example:8080 leads through a proxy that cannot be used. There is no "
        "address of a proxy in ALL_PROXY: write it like http://proxy.example:8080, or take that "
        "setting away."
    )
    assert "“ftp”, as in ALL_PROXY" in far({"ALL_PROXY": "ftp://proxy:1"})
    with closed_port() as port:
        for scheme in ("http", "socks5"):
            gone = far({"all_proxy": f"{scheme}://127.0.0.1:{port}"})
            assert gone == (
                f"The proxy 127.0.0.1:{port} (from all_proxy) on the way to far.example:8080 "
                "cannot be reached: start it or correct that setting, or list far.example in "
                "NO_PROXY to go without it."
            )
    for make, scheme in ((http_proxy, "http"), (socks_proxy, "socks5")):
        with make(account=("anna", "pass-w0rd")) as proxy:
            asked = far({"https_proxy": f"{scheme}://{proxy.place}"})
            assert (
                f"asks for a name and password: write them into that setting, like {scheme}:"
                in asked
            )
            wrong = far({"https_proxy": f"{scheme}://anna:not-it@{proxy.place}"})
            assert "does not accept the name and password that stand there" in wrong
            assert "not-it" not in wrong
    with http_proxy(account=("anna", "pass-w0rd")) as proxy:
        plain = far({"http_proxy": f"http://{proxy.place}"}, "http")
        assert "asks for a name and password" in plain
    for status, words in (
        (403, "does not let this program through to far.example:8080"),
        (502, "does not reach far.example:8080"),
    ):
        with http_proxy(answer=b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status) as proxy:
            assert words in far({"https_proxy": f"http://{proxy.place}"})
    with socks_proxy() as proxy:
        proxy.reachable = False
        assert "does not reach" in far({"https_proxy": f"socks5://{proxy.place}"})
    with http_proxy(answer=b"") as proxy:
        cut = far({"https_proxy": f"http://{proxy.place}"}, trouble=Trouble.BROKE_OFF)
        assert f"to far.example:8080 through the proxy {proxy.place}" in cut


@LEFT
@pytest.mark.usefixtures("left_to_the_collector")
def test_what_lies_behind_a_proxy_is_not_laid_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = told(error("out of memory"), 500)
    with Replay({"GET /v1/models": broken}) as server, http_proxy() as proxy:
        monkeypatch.setattr(
            "tests.helpers.proxies._Handler.reach",
            lambda *_: socket.create_connection(("127.0.0.1", server.port)),
        )
        found = probe(
            Access("http://far.example:8080/v1"), Proxies({"http_proxy": f"http://{proxy.place}"})
        )
        assert server.asked
    assert "far.example:8080 has a fault (500): out of memory." in str(found.why_not)
    tls = Authority.made(tmp_path).server("far.example")
    with Replay(forms.llama_server(), tls) as server, http_proxy() as proxy:
        assert "who vouches for far.example:8080" in far(
            {"https_proxy": f"http://{proxy.place}"}, trouble=Trouble.CERTIFICATE
        )
