"""What other programs are told that ask this one for answers, and people who serve."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS = {
    "serve.not_started": translate("Sentences", "The program that serves could not be started."),
    "serve.no_messages": translate("Sentences", "There are no messages."),
    "serve.no_prompt": translate("Sentences", "There is no text to go on with."),
    "serve.needs_logprobs": translate("Sentences", "Likely tokens are told where logprobs is true."),
    "serve.one_at_a_time": translate("Sentences", "One answer at a time: ask again for another one."),
    "serve.wrong_field": translate("Sentences", "The request is not understood: {reason}."),
    "serve.no_json": translate("Sentences", "The request is not JSON."),
    "serve.unknown_role": translate("Sentences", "There is no role “{role}”: system, user and assistant are understood."),
    "serve.unknown_part": translate("Sentences", "Messages have parts of text and pictures alone here."),
    "serve.picture_address": translate("Sentences", "Pictures come within the message, as an address that begins with data:image/…;base64; nothing is fetched from elsewhere."),
    "serve.unknown_format": translate("Sentences", "response_format is text, json_object, or json_schema with a schema."),
    "serve.not_here": translate("Sentences", "“{name}” is not supported here."),
    "serve.out_of_range": translate("Sentences", "The value is not between {least} and {most}."),
    "serve.too_low": translate("Sentences", "The value is below {least}."),
    "serve.too_many_stops": translate("Sentences", "More than {most} stop strings, or one too long."),
    "serve.no_such_model": translate("Sentences", "There is no model “{name}” here; there is {names}."),
    "serve.no_such_address": translate("Sentences", "There is nothing at this address; chats go to /v1/chat/completions."),
    "serve.no_such_way": translate("Sentences", "This address is not asked in this way."),
    "serve.foreign_host": translate("Sentences", "The request names another computer than this one."),
    "serve.foreign_page": translate("Sentences", "A web page asks that was not allowed to (--origin allows it)."),
    "serve.wrong_key": translate("Sentences", "The key is missing or wrong."),
    "serve.too_long": translate("Sentences", "The request is longer than {most}."),
    "serve.failed": translate("Sentences", "Something went wrong here; the log says more."),
    "serve.too_many_wait": translate("Sentences", "{n} requests wait for {name} already: ask again later."),
    "serve.no_memory_now": translate("Sentences", "{name} needs {needed} of memory, and {free} are free while others answer: ask again later."),
    "serve.needs_key": translate("Sentences", "Others than this PC can reach {host}: that needs a key. Put one into a variable, and name it by --key-env."),
    "serve.empty_key": translate("Sentences", "The variable {name} holds no key, or not one line of plain letters."),
    "serve.port_taken": translate("Sentences", "Port {port} of {host} is taken by another program: choose another one by --port."),
    "serve.no_such_host": translate("Sentences", "This PC has no address {host}: {reason}."),
    "serve.open_to_others": translate("Sentences", "Whoever reaches this PC and has the key can ask, and what is said travels in the clear: use it in networks that you trust."),
    "serve.wrong_origin": translate("Sentences", "“{word}” is no origin of a web page, like https://chat.example."),
}
