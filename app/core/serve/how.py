"""What a person types into other programs to ask an address."""

from __future__ import annotations

import json
from enum import Enum

_QUESTION = "Why is the sky blue?"
_NO_KEY = "none"


class Asker(Enum):
    """A kind of program that asks."""

    CURL = "curl"
    PYTHON = "Python"
    EDITOR = "editor"


def how_to_ask(asker: Asker, url: str, model: str, key: str) -> str:
    """Lines to paste.

    Args:
        asker: Where.
        url: The address, ``/v1`` included.
        model: Its name there.
        key: Empty where none is asked for.
    """
    match asker:
        case Asker.CURL:
            body = json.dumps(
                {"model": model, "messages": [{"role": "user", "content": _QUESTION}]},
                ensure_ascii=False,
            )
            quoted = body.replace("'", "'\\''")
            bearer = f" -H 'Authorization: Bearer {key}'" if key else ""
            return f"curl {url}/chat/completions{bearer} \\\n  -d '{quoted}'"
        case Asker.PYTHON:
            return (
                "from openai import OpenAI\n\n"
                f"client = OpenAI(base_url={json.dumps(url)}, api_key={json.dumps(key or _NO_KEY)})"
                f"\nanswer = client.chat.completions.create(\n"
                f"    model={json.dumps(model, ensure_ascii=False)},\n"
                f'    messages=[{{"role": "user", "content": "{_QUESTION}"}}],\n'
                ")\nprint(answer.choices[0].message.content)"
            )
        case Asker.EDITOR:
            settings = {
                "provider": "openai",
                "apiBase": url,
                "apiKey": key or _NO_KEY,
                "model": model,
            }
            return json.dumps(settings, indent=2, ensure_ascii=False)
