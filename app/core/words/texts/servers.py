"""Engines elsewhere: addresses, names and keys of servers, and what came of looking at them."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS = {
    "servers.address_unreadable": translate("Sentences", "That is no address of a server, like http://127.0.0.1:9931/v1."),
    "servers.address_scheme": translate("Sentences", "The address of a server must begin with http:// or https://."),
    "servers.address_user": translate("Sentences", "The address of a server has no user name in it: a key goes into its own field."),
    "servers.address_plain": translate("Sentences", "The address of a server has no “?” and no “#” in it."),
    "servers.header_name": translate("Sentences", "“{name}” cannot be sent as a further header."),
    "servers.header_line": translate("Sentences", "A further header is a line of its own, like “X-Team: red”."),
    "servers.name": translate("Sentences", "A server needs a name of at most {most} signs, without “#”."),
    "servers.name_taken": translate("Sentences", "There is a server named “{name}” already."),
    "servers.no_such": translate("Sentences", "There is no server named “{name}”."),
    "servers.not_kept": translate("Sentences", "The list of servers cannot be written: {reason}."),
    "servers.unreadable": translate("Sentences", "The list of servers, {path}, cannot be read: {reason}."),
    "servers.wrong_key": translate("Sentences", "That cannot be a key: it is one line of plain letters."),
    "servers.in_the_clear": translate("Sentences", "What is said to {host} would travel in the clear, for everyone on the way to read: agree to that when you add the server, or use https."),
    "servers.can_answer": translate("Sentences", "chats, tasks, votes"),
    "servers.can_see": translate("Sentences", "pictures"),
    "servers.can_own": translate("Sentences", "comparing token by token"),
    "servers.can_text": translate("Sentences", "the loss on a text"),
    "servers.can_memory": translate("Sentences", "memory"),
    "servers.ask_in_the_clear": translate("Sentences", "What is said to {host} travels in the clear, for everyone on the way to read. Say --plain-http if that is a network that you trust."),
    "servers.in_a_variable": translate("Sentences", "This PC has no keyring that keeps secrets safe: the key is read from the variable {name} each time."),
    "servers.unset_variable": translate("Sentences", "There is no variable {name}."),
    "servers.unnamed": translate("Sentences", "Server"),
    "servers.usage": translate("Sentences", "It is: servers, servers add NAME URL, servers change NAME [URL], servers remove NAME, or servers test NAME; --key-env, --ca, --price-in, --price-out and --plain-http go with add and change, --no-key with change."),
    "servers.keyring_did_not_forget": translate("Sentences", "The system keyring did not forget the key."),
}
