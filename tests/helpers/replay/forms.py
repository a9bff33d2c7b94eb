"""What each server says, in the forms that were recorded of it or stand in its documentation."""

from __future__ import annotations

from typing import Any

from tests.helpers.replay.server import Answer, Reply, events, lines, told

MODEL = "/models/small-model-F16.gguf"
_ID = {"created": 1795976791, "id": "chatcmpl-1", "object": "chat.completion.chunk"}
TIMINGS = {
    "cache_n": 7, "prompt_n": 1, "prompt_ms": 4.0, "prompt_per_second": 250.0,
    "predicted_n": 6, "predicted_ms": 12.0, "predicted_per_second": 500.0,
}  # fmt: skip
GENERATION_SETTINGS = {
    "temperature": 0.5, "top_k": 40, "top_p": 0.949999988079071, "min_p": 0.05000000074505806,
    "repeat_penalty": 1.0, "seed": 1, "max_tokens": 64, "n_predict": 64,
    "samplers": ["penalties", "dry", "top_k", "top_p", "min_p", "temperature"],
}  # fmt: skip
Ways = dict[str, Answer | list[Answer]]


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> Any:
    """A chunk of a chat; ``choices`` are empty without a delta."""
    choices = []
    if delta is not None:
        choices = [{"finish_reason": finish, "index": 0, "delta": delta}]
    return {"choices": choices, "model": MODEL, "system_fingerprint": "b1-0c1e570", **_ID} | more


def usage(prompt: int = 8, completion: int = 6, **more: Any) -> dict[str, Any]:
    """Counts of tokens."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    } | more


def said(*texts: str, field: str = "content") -> list[Any]:
    """Chunks of text."""
    return [chunk({field: text}) for text in texts]


def entry(token: str, value: float, likely: list[tuple[str, float]], number: int) -> Any:
    """A token with its probability, as llama-server tells it."""
    return {
        "id": number,
        "token": token,
        "bytes": list(token.encode()),
        "logprob": value,
        "top_logprobs": [
            {"id": number + at, "token": word, "bytes": list(word.encode()), "logprob": each}
            for at, (word, each) in enumerate(likely)
        ],
    }


def llama_server(chat: Answer | list[Answer] | None = None) -> Ways:
    """llama.cpp's server, as recorded."""
    meta = {
        "vocab_type": 2, "n_vocab": 4096, "n_ctx": 512, "n_ctx_train": 1024, "n_embd": 256,
        "n_params": 5770496, "size": 11547648, "ftype": "F16",
    }  # fmt: skip
    models = {
        "models": [{"name": MODEL, "model": MODEL, "capabilities": ["completion"]}],
        "object": "list",
        "data": [
            {"id": MODEL, "aliases": [MODEL], "tags": [], "object": "model", "created": 1,
             "owned_by": "llamacpp", "meta": meta}
        ],
    }  # fmt: skip
    props = {
        "default_generation_settings": {"params": {"temperature": 0.8}, "n_ctx": 512},
        "total_slots": 1,
        "model_alias": MODEL,
        "model_ftype": "F16",
        "modalities": {"vision": False, "video": False, "audio": False},
        "chat_template": "{% for m in messages %}{{m['content']}}\n{% endfor %}",
        "build_info": "b1-0c1e570",
    }
    named: dict[str, Any] = {"Server": "llama.cpp"}
    return {
        "GET /health": told({"status": "ok"}, **named),
        "GET /v1/models": told(models, **named),
        "GET /props": told(props, **named),
        "POST /tokenize": told({"tokens": [461, 286, 10, 90, 305]}, **named),
        "POST /detokenize": lambda asked: told(
            {"content": {461: "def", 286: " f"}.get(asked.body["tokens"][0], "?")}, **named
        ),
        "POST /v1/chat/completions": chat or llama_chat(),
    }


def llama_chat(**settings: Any) -> Reply:
    """An answer with everything that llama-server tells: role chunks, progress, times, settings."""
    empty = {"role": "assistant", "content": None}
    own = {
        "generation_settings": GENERATION_SETTINGS | settings,
        "prompt": "Say something about lists.\n",
    }
    return events(
        chunk(empty, prompt_progress={"total": 8, "cache": 0, "processed": 4, "time_ms": 0}),
        chunk(empty, prompt_progress={"total": 8, "cache": 0, "processed": 8, "time_ms": 1}),
        ": \n\n",
        chunk({"content": "Lists"}, timings=TIMINGS | {"predicted_n": 1}),
        chunk({"content": " are"}, timings=TIMINGS | {"predicted_n": 2}),
        chunk({"content": " fine."}, timings=TIMINGS | {"predicted_n": 5}, __verbose=own),
        chunk({}, "stop"),
        chunk(usage=usage(prompt_tokens_details={"cached_tokens": 7}), timings=TIMINGS),
    )


def openai(chat: Answer | list[Answer], **ways: Answer) -> Ways:
    """A server that has OpenAI's interface and nothing else."""
    models = {"object": "list", "data": [{"id": "gpt-small", "object": "model", "owned_by": "me"}]}
    found: Ways = {"GET /v1/models": told(models), "POST /v1/chat/completions": chat}
    return found | ways


def vllm(chat: Answer | list[Answer] | None = None) -> Ways:
    """vLLM: reasoning apart, counts in every chunk, metrics where they are switched on."""
    metrics = {
        "time_to_first_token_ms": 20.0, "generation_time_ms": 100.0, "queue_time_ms": 3.0,
        "mean_itl_ms": 20.0, "tokens_per_second": 50.0,
    }  # fmt: skip
    models = {
        "object": "list",
        "data": [
            {"id": "org/Model-7B", "object": "model", "owned_by": "vllm", "max_model_len": 4096}
        ],
    }
    answer = events(
        chunk({"role": "assistant", "content": ""}, usage=usage(9, 0)),
        chunk({"reasoning": "Let me"}, usage=usage(9, 2)),
        chunk({"reasoning": " see."}, usage=usage(9, 4)),
        chunk({"content": "Four"}, usage=usage(9, 5)),
        chunk({"content": "."}, "stop", usage=usage(9, 7)),
        chunk(usage=usage(9, 7), metrics=metrics),
    )
    prompt = {
        "id": "cmpl-1",
        "model": "org/Model-7B",
        "choices": [
            {
                "index": 0,
                "text": " x",
                "prompt_token_ids": [11, 12, 13],
                "prompt_logprobs": [
                    None,
                    {
                        "12": {"logprob": -2.5, "rank": 7, "decoded_token": " be"},
                        "20": {"logprob": -0.5, "rank": 1, "decoded_token": " go"},
                        "21": {"logprob": -1.5, "rank": 2, "decoded_token": " do"},
                    },
                    {
                        "13": {"logprob": -0.1, "rank": 1, "decoded_token": " or"},
                        "22": {"logprob": -3.0, "rank": 2, "decoded_token": " if"},
                    },
                ],
            }
        ],
    }
    return {
        "GET /v1/models": told(models),
        "GET /version": told({"version": "0.11.2"}),
        "POST /v1/chat/completions": chat or answer,
        "POST /v1/completions": told(prompt),
        "POST /tokenize": told({"count": 3, "max_model_len": 4096, "tokens": [11, 12, 13]}),
        "POST /detokenize": told({"prompt": "To"}),
    }


def sglang(chat: Answer | list[Answer] | None = None) -> Ways:
    """SGLang: its own way for the probabilities of a text."""
    models = {
        "data": [
            {"id": "org/Model-7B", "object": "model", "owned_by": "sglang", "max_model_len": 8192}
        ]
    }
    meta = {
        "prompt_tokens": 3,
        "completion_tokens": 1,
        "input_token_logprobs": [[None, 11, "To"], [-2.5, 12, " be"], [-0.1, 13, " or"]],
        "input_top_logprobs": [
            None,
            [[-0.5, 20, " go"], [-1.5, 21, " do"]],
            [[-0.1, 13, " or"], [-3.0, 22, " if"]],
        ],
    }
    return {
        "GET /v1/models": told(models),
        "GET /get_server_info": told({"version": "0.5.4"}),
        "POST /v1/chat/completions": chat
        or events(*said("Four", "."), chunk({}, "stop"), chunk(usage=usage(9, 3))),
        "POST /generate": told({"text": " x", "meta_info": meta}),
    }


def ollama(chat: Answer | list[Answer] | None = None) -> Ways:
    """Ollama's own interface; it has OpenAI's too, of which the list alone is asked."""
    name = "small:7b"
    details = {"format": "gguf", "parameter_size": "7.6B", "quantization_level": "Q4_K_M"}
    stamp = {"model": name, "created_at": "2026-11-01T00:00:00Z"}
    answer = lines(
        {**stamp, "message": {"content": "", "thinking": "Hm."}, "done": False},
        {**stamp, "message": {"role": "assistant", "content": "Fo"}, "done": False,
         "logprobs": [{"token": "Fo", "logprob": -0.25, "bytes": [70, 111],
                       "top_logprobs": [{"token": "Fo", "logprob": -0.25}]}]},
        {**stamp, "message": {"role": "assistant", "content": "ur"}, "done": False},
        {**stamp, "message": {"role": "assistant", "content": ""}, "done": True,
         "done_reason": "stop", "total_duration": 900, "load_duration": 50,
         "prompt_eval_count": 20, "prompt_eval_cached_count": 4, "prompt_eval_duration": 160,
         "eval_count": 9, "eval_duration": 450},
    )  # fmt: skip
    loads = told({**stamp, "message": {"content": ""}, "done": True, "done_reason": "load"})

    def chatted(asked: Any) -> Reply:
        if not asked.body["messages"]:
            return loads
        given = chat or answer
        if isinstance(given, list):
            given = given.pop(0) if len(given) > 1 else given[0]
        return given if isinstance(given, Reply) else given(asked)

    return {
        "GET /v1/models": told({"data": [{"id": name, "object": "model", "owned_by": "library"}]}),
        "GET /api/version": told({"version": "0.13.1"}),
        "GET /api/tags": told(
            {"models": [{"name": name, "model": name, "size": 4_700_000_000, "details": details}]}
        ),
        "GET /api/ps": told(
            {
                "models": [
                    {
                        "name": name,
                        "model": name,
                        "size": 6_200_000_000,
                        "digest": "845dbda0ea48",
                        "context_length": 8192,
                    }
                ]
            }
        ),
        "POST /api/show": told(
            {
                "details": details,
                "capabilities": ["completion", "vision", "thinking"],
                "model_info": {"general.parameter_count": 7_600_000_000, "q.context_length": 32768},
            }
        ),
        "POST /api/chat": chatted,
    }


def lm_studio(chat: Answer | list[Answer] | None = None) -> Ways:
    """LM Studio."""
    stats = {
        "tokens_per_second": 40.0, "time_to_first_token_seconds": 0.05,
        "total_output_tokens": 8, "reasoning_output_tokens": 5, "model_load_time_seconds": 2.0,
    }  # fmt: skip
    listed = {
        "models": [
            {
                "type": "llm", "key": "org/small", "size_bytes": 4_000_000_000,
                "quantization": {"name": "Q4_K_M", "bits_per_weight": 4},
                "max_context_length": 32768, "capabilities": {"vision": True},
                "loaded_instances": [{"id": "org/small", "config": {"context_length": 4096}}],
            }
        ]
    }  # fmt: skip
    return {
        "GET /v1/models": told({"data": [{"id": "org/small", "owned_by": "organization_owner"}]}),
        "GET /api/v1/models": told(listed),
        "POST /v1/chat/completions": chat
        or events(
            *said("Hm.", field="reasoning_content"),
            *said("Four"),
            chunk({}, "stop", logprobs=None),
            chunk(usage=usage(9, 8), stats=stats),
        ),
    }


def exo(chat: Answer | list[Answer] | None = None) -> Ways:
    """exo: speeds and peak memory where it tells them."""
    stats = {
        "prompt_tps": 100.0, "generation_tps": 20.0, "prompt_tokens": 10, "generation_tokens": 5,
        "peak_memory_usage": {"inBytes": 3_000_000_000},
    }  # fmt: skip
    return {
        "GET /v1/models": told({"data": [{"id": "mlx/small", "owned_by": "exo"}]}),
        "POST /v1/chat/completions": chat
        or events(
            *said("Four"), chunk({}, "stop", generation_stats=stats), chunk(usage=usage(10, 5))
        ),
    }


def gpustack(chat: Answer | list[Answer] | None = None) -> Ways:
    """GPUStack: its times are among the counts."""
    times = {
        "time_to_first_token_ms": 30.0,
        "time_per_output_token_ms": 25,
        "tokens_per_second": 40,
    }
    return {
        "GET /v1/models": told({"data": [{"id": "small", "owned_by": "gpustack"}]}),
        "POST /v1/chat/completions": chat
        or events(*said("Four"), chunk({}, "stop"), chunk(usage=usage(9, 3, **times))),
    }
