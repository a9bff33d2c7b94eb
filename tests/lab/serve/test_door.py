"""Real clients ask a real server: OpenAI's own package, and bare HTTP where it is too polite.

Tests app.lab.serve.answering, app.lab.serve.running, app.core.serve.replies,
app.core.serve.refusals,
app.engine.host.answering.fitting, app.engine.host.answering.likely and
app.engine.protocol.answering.
"""

from __future__ import annotations

import http.client
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import openai
import pytest

from app.core.models.model_names import model_stem
from app.lab.serve.door import MOST_BODY_BYTES
from tests.lab.serve.conftest import ENDLESS, Server, serving

QUESTION: list[Any] = [{"role": "user", "content": "How many days has April?"}]
ANSWER = "April has 30 days."
COUNT: list[Any] = [{"role": "user", "content": "Count: one two three one two three one two"}]


def ask(server: Server, method: str, path: str, body: object = None, **headers: str) -> Any:
    """Bare HTTP: status, headers and the document."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    try:
        sent = body if isinstance(body, bytes | None) else msgspec.json.encode(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, sent, named)
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), msgspec.json.decode(answer.read())
    finally:
        connection.close()


def test_a_chat_is_answered_whole_and_in_pieces_alike(server: Server, demo_model: Path) -> None:
    client = server.client()
    name = client.models.list().data[0].id
    assert server.said["models"] == [name] == [model_stem(demo_model.name)]
    assert client.models.retrieve(name).id == name
    whole = client.chat.completions.create(model=name, messages=QUESTION, temperature=0)
    assert whole.choices[0].message.content == ANSWER
    assert whole.choices[0].finish_reason == "stop"
    assert whole.usage is not None
    pieces = list(
        client.chat.completions.create(
            model=name,
            messages=QUESTION,
            temperature=0,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    text = "".join(c.choices[0].delta.content or "" for c in pieces if c.choices)
    assert text == ANSWER
    assert pieces[-2].choices[0].finish_reason == "stop"
    assert pieces[-1].usage is not None
    assert pieces[-1].usage.completion_tokens == whole.usage.completion_tokens
    assert pieces[-1].usage.total_tokens == whole.usage.total_tokens


def test_limits_stops_and_seeds_count(server: Server) -> None:
    create = server.client().chat.completions.create
    short = create(model="", messages=QUESTION, temperature=0, max_tokens=2).choices[0]
    assert short.finish_reason == "length"
    assert short.message.content
    assert ANSWER.startswith(short.message.content)
    stopped = create(model="", messages=QUESTION, temperature=0, stop=[" days"]).choices[0]
    assert (stopped.message.content, stopped.finish_reason) == ("April has 30", "stop")
    drawn = [
        create(model="", messages=COUNT, temperature=2, seed=seed, max_tokens=12)
        .choices[0]
        .message.content
        for seed in (7, 7, 8)
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_probabilities_are_those_of_the_tokens_that_were_said(server: Server) -> None:
    answer = server.client().chat.completions.create(
        model="", messages=QUESTION, temperature=0, logprobs=True, top_logprobs=20
    )
    told = answer.choices[0].logprobs
    assert told is not None
    assert told.content is not None
    assert answer.usage is not None
    assert len(told.content) == answer.usage.completion_tokens
    assert b"".join(bytes(each.bytes or []) for each in told.content).decode() == ANSWER
    for each in told.content:
        likely = [other.logprob for other in each.top_logprobs]
        assert len(likely) == 20
        assert likely == sorted(likely, reverse=True)
        # Greedy: the likeliest was said; and shares of all tokens cannot be more than one.
        assert each.logprob == likely[0] <= 0
        assert sum(2.718281828**value for value in likely) <= 1.0001


def test_answers_fit_a_schema(server: Server) -> None:
    schema = {
        "type": "object",
        "properties": {
            "month": {"type": "string", "maxLength": 12},
            "long": {"type": "boolean"},
        },
        "required": ["month", "long"],
        "additionalProperties": False,
    }
    for temperature in (0.0, 1.5):
        answer = server.client().chat.completions.create(
            model="",
            messages=QUESTION,
            temperature=temperature,
            seed=3,
            response_format={"type": "json_schema", "json_schema": {"name": "m", "schema": schema}},
        )
        read = msgspec.json.decode((answer.choices[0].message.content or "").encode())
        assert set(read) == {"month", "long"}
        assert isinstance(read["long"], bool)
    with pytest.raises(openai.BadRequestError, match="grammar"):
        server.client().chat.completions.create(
            model="",
            messages=QUESTION,
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "m", "schema": {"$ref": "https://elsewhere/schema"}},
            },
        )


def test_a_text_is_gone_on_with(server: Server) -> None:
    answer = server.client().completions.create(
        model="", prompt="April has", temperature=0, max_tokens=3, logprobs=2
    )
    assert answer.choices[0].text.startswith(" 30")
    assert answer.choices[0].logprobs is not None
    assert answer.usage is not None
    assert answer.usage.prompt_tokens <= 4  # no template around it


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        (b"{", None, "not JSON"),
        ({"messages": []}, "messages", "no messages"),
        ({"messages": "hello"}, "messages", "not understood"),
        ({"messages": QUESTION, "tools": [{}]}, "tools", "not supported"),
        ({"messages": QUESTION, "n": 2}, "n", "One answer"),
        ({"messages": QUESTION, "n": 0}, "n", "One answer"),
        ({"messages": QUESTION, "top_logprobs": 2}, "top_logprobs", "logprobs is true"),
        ({"messages": QUESTION, "temperature": 99}, "temperature", "not between"),
        ({"messages": QUESTION, "logprobs": True, "top_logprobs": 21}, "top_logprobs", "between"),
        ({"messages": [{"role": "tool", "content": "3"}]}, "messages[0].role", "no role"),
        ({"messages": QUESTION, "response_format": {"type": "x"}}, "response_format", "json_sch"),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "image_url", "image_url": {"url": "http://a/b.png"}}],
                    }
                ]
            },
            "messages[0].content",
            "nothing is fetched",
        ),
    ],
)
def test_what_cannot_be_done_is_said_with_its_field(
    server: Server, body: object, field: str | None, words: str
) -> None:
    status, _, document = ask(server, "POST", "/v1/chat/completions", body)
    assert status == 400
    assert document["error"]["param"] == field
    assert words in document["error"]["message"]


def test_a_prompt_beyond_the_context_is_refused_before_a_stream_begins(server: Server) -> None:
    long: list[Any] = [{"role": "user", "content": "one two three " * 2000}]
    with pytest.raises(openai.BadRequestError) as refused:
        server.client().chat.completions.create(model="", messages=long, stream=True)
    assert refused.value.code == "context_length_exceeded"


def test_strangers_are_kept_out(server: Server) -> None:
    assert ask(server, "GET", "/v1/models", Host="shop.example")[0] == 403
    assert ask(server, "GET", "/v1/models", Host="localhost:1")[0] == 200
    page = ask(server, "POST", "/v1/chat/completions", b"{}", Origin="https://shop.example")
    assert page[0] == 403
    assert "Access-Control-Allow-Origin" not in page[1]
    assert ask(server, "GET", "/v1/files")[0] == 404
    status, headers, _ = ask(server, "GET", "/v1/completions")
    assert (status, headers["allow"]) == (405, "POST")
    assert ask(server, "GET", "/health")[2] == {"status": "ok"}
    unknown = ask(server, "POST", "/v1/chat/completions", {"model": "gpt", "messages": QUESTION})
    assert unknown[0] == 404
    assert unknown[2]["error"]["code"] == "model_not_found"
    large = ask(server, "POST", "/v1/chat/completions", b" " * (MOST_BODY_BYTES + 1))
    assert large[0] == 413
    # One that is announced is not read; of one that is not, no more than may come.
    address = urlsplit(server.url)
    for body in (
        f"Content-Length: {MOST_BODY_BYTES + 1}\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n",
    ):
        with socket.create_connection((address.hostname, address.port), 60) as client:
            head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {address.netloc}\r\n{body}"
            client.sendall(head.encode())
            if "chunked" in body:
                client.sendall(b"%x\r\n" % (MOST_BODY_BYTES + 1) + b" " * (MOST_BODY_BYTES + 1))
            assert b"413" in client.recv(100)


def test_models_are_told_by_whichever_way_they_are_asked_for(server: Server) -> None:
    listed = ask(server, "GET", "/v1/models")[2]
    assert ask(server, "GET", "/v1/models/")[2] == listed
    with closing(http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)) as asking:
        asking.request("HEAD", "/v1/models")
        answer = asking.getresponse()
        assert (answer.status, answer.read()) == (200, b"")
        assert int(answer.getheader("Content-Length", "0")) > len(listed)


def test_a_key_is_asked_for_and_a_page_may_be_let_in(demo_model: Path, tmp_path: Path) -> None:
    page = "https://chat.example"
    small = f"{demo_model}#ctx=256"
    words = (demo_model, small, "--key-env", "SERVE_KEY", "--origin", page)
    with serving(tmp_path, *words, SERVE_KEY="open-sesame") as server:
        assert server.said["key_required"] is True
        with pytest.raises(openai.AuthenticationError):
            server.client("wrong").models.list()
        models = server.client("open-sesame").models
        ids = [each.id for each in models.list().data]
        assert [models.retrieve(each).id for each in ids] == ids == server.said["models"]
        assert ids[1].endswith("#ctx=256")
        assert ask(server, "GET", "/health")[0] == 200
        # Networks call this PC by names of their own; who has the key is no page that was led here.
        own = f"{socket.gethostname().partition('.')[0]}.fritz.example"
        known = {"Authorization": "Bearer open-sesame"}
        assert ask(server, "GET", "/v1/models", Host=own, **known)[0] == 200
        assert ask(server, "GET", "/v1/models", Host="shop.example", **known)[0] == 403
        asked = {"Origin": page, "Access_Control_Request_Method": "POST"}
        named = {name.replace("_", "-"): value for name, value in asked.items()}
        netloc = urlsplit(server.url).netloc
        with closing(http.client.HTTPConnection(netloc, timeout=60)) as asking:
            asking.request("OPTIONS", "/v1/chat/completions", headers=named)
            assert asking.getresponse().getheader("Access-Control-Allow-Origin") == page


def test_twenty_clients_at_once_are_all_answered(server: Server) -> None:
    def one(_: int) -> str | None:
        create = server.client().chat.completions.create
        return create(model="", messages=QUESTION, temperature=0).choices[0].message.content

    with ThreadPoolExecutor(20) as threads:
        assert list(threads.map(one, range(20))) == [ANSWER] * 20
    server.wait(lambda: len(server.awake) == 1)


def test_who_goes_away_stops_the_answer_and_the_next_is_answered(server: Server) -> None:
    client = server.client()
    server.wait(lambda: server.awake)
    stream = client.chat.completions.create(model="", stream=True, **ENDLESS)
    next(iter(stream))

    def waits() -> str:
        pieces = client.chat.completions.create(
            model="", messages=QUESTION, temperature=0, stream=True
        )
        return "".join(each.choices[0].delta.content or "" for each in pieces if each.choices)

    # What waits is told twice a second at most: the answer before it must not end meanwhile.
    with ThreadPoolExecutor(1) as thread, server.halted():
        beside = thread.submit(waits)
        server.wait(lambda: any(each["waiting"] for each in server.engines))
        stream.close()
    assert beside.result() == ANSWER
    # Whole answers, too: nobody reads this one.
    address = urlsplit(server.url)
    body = msgspec.json.encode(ENDLESS)
    with socket.create_connection((address.hostname, address.port)) as gone:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {address.netloc}\r\n"
        gone.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    # The client's connection is open already: what it asks now could be read before that.
    server.wait(lambda: server.statuses[-3:] == [499, 200, 499])
    answer = client.chat.completions.create(model="", messages=QUESTION, temperature=0)
    assert answer.choices[0].message.content == ANSWER
    server.wait(lambda: server.statuses[-4:] == [499, 200, 499, 200])
