"""The Hub's and the downloads' sentences in the window's language.

They are made where there is no Qt, stored, and shown later. Each is written down here once more,
with a name in braces for each part that differs; what fits one is translated, part by part. A test
holds this list against the sources of :mod:`app.hub`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import cast

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

_CONTEXT = "HubErrors"
_DEEPEST = 3
# Foreign words make a sentence as long as they like, and forms with two parts go back in it.
_LONGEST = 2000

# Where one fits what another fits too, it stands first.
_WRITTEN = (
    # the Hub as a whole
    QT_TRANSLATE_NOOP("HubErrors", "The Hub ({host}) cannot be reached: is this PC online?"),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub had too many requests from here; {when}."),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub sends no more bytes."),
    QT_TRANSLATE_NOOP("HubErrors", "The connection to the Hub broke off."),
    QT_TRANSLATE_NOOP("HubErrors", "The connection to the Hub was closed."),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "A web page came in place of the Hub’s answer: perhaps this network asks you to sign in"
        " first.",
    ),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub’s answer is too large to be one."),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub sends the request round in a circle."),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "The request was led to an unsafe address: perhaps this network asks you to sign in first.",
    ),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub has a fault at the moment; try again in a while."),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub does not answer at the moment; try again in a while."),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub is switched off on this PC (HF_HUB_OFFLINE is set)."),
    QT_TRANSLATE_NOOP(
        "HubErrors", "The Hub does not accept the token from {place}: sign in with a new one."
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors", "The Hub does not show {subject} to everybody: sign in with a token."
    ),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub asks to wait {time}; try again then."),
    QT_TRANSLATE_NOOP("HubErrors", "try again in a while"),
    QT_TRANSLATE_NOOP("HubErrors", "try again in {time}"),
    QT_TRANSLATE_NOOP("HubErrors", "The address of the Hub cannot be read."),
    QT_TRANSLATE_NOOP("HubErrors", "The address of the Hub must begin with https://."),
    QT_TRANSLATE_NOOP("HubErrors", "The address of the Hub must be a plain one."),
    QT_TRANSLATE_NOOP(
        "HubErrors", "The address of the Hub must begin with https://; http is for this PC only."
    ),
    # what lies between
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "{host}, where the Hub keeps its files, cannot be reached: perhaps this network holds it"
        " back.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "Something on the way to {host}, such as this network’s filter, does not let this program"
        " through: ask whoever runs the network.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "A web page came in place of the Hub’s answer: perhaps the proxy {proxy} asks you to sign"
        " in first.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "There is no address of a proxy in {variable}: write it like http://proxy.example:8080,"
        " or take that setting away.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "A proxy of the kind “{kind}”, as in {variable}, is not understood: write it as http,"
        " https or socks5 if it is one of these too, or take that setting away.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "The proxy {proxy} cannot be reached: start it or correct that setting, or list {host} in"
        " NO_PROXY to go without it.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors", "Nothing comes through the proxy {proxy} at the moment; try again in a while."
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "The connection through the proxy {proxy} broke off; try again in a while, or list {host}"
        " in NO_PROXY to go without it.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "What answers as the proxy {proxy} is none of this kind: correct that setting, or list"
        " {host} in NO_PROXY to go without it.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors", "The proxy {proxy} does not reach {host}; try again in a while."
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "The proxy {proxy} does not let this program through to {host}: ask whoever runs it, or"
        " list {host} in NO_PROXY to go without it.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "The proxy {proxy} asks for a name and password: write them into that setting, like"
        " {scheme}://NAME:PASSWORD@{address}.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors", "The proxy {proxy} does not accept the name and password that stand there."
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "The Hub, or the proxy {proxy} on the way to it, has a fault at the moment; try again in"
        " a while.",
    ),
    QT_TRANSLATE_NOOP("HubErrors", "the system’s settings"),
    QT_TRANSLATE_NOOP("HubErrors", "the system’s keyring"),
    QT_TRANSLATE_NOOP("HubErrors", "this run"),
    QT_TRANSLATE_NOOP("HubErrors", "Shrinkscope’s own setting"),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "No secure connection to {host} comes about: something on the way cuts it or answers in"
        " its place.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "The certificate of {host} is not valid yet by this PC’s clock, which says {date}: set"
        " the clock.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "The certificate of {host} has run out by this PC’s clock, which says {date}: set the"
        " clock if that is wrong; else its owner must renew it.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "What answers as {host} shows the certificate of another name: perhaps this network asks"
        " you to sign in first, or the address is wrong.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "The certificate of {host} is not among those that {variable} names: correct it, or"
        " choose your company’s or proxy’s certificate file.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "The certificate of {host} is not known to this PC: if your company, proxy or virus"
        " scanner looks into connections, choose its certificate file, or name it in"
        " SSL_CERT_FILE.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "There are no usable certificates in {place}, which {variable} names ({reason}): correct"
        " that, or take it away.",
    ),
    QT_TRANSLATE_NOOP("HubErrors", "nothing is there"),
    QT_TRANSLATE_NOOP("HubErrors", "it is not there"),
    QT_TRANSLATE_NOOP("HubErrors", "it cannot be read"),
    QT_TRANSLATE_NOOP("HubErrors", "it holds none"),
    # tokens
    QT_TRANSLATE_NOOP("HubErrors", "That is not a token: it has spaces or other signs in it."),
    QT_TRANSLATE_NOOP("HubErrors", "The system keyring did not forget the token."),
    QT_TRANSLATE_NOOP("HubErrors", "The token from {place} does not allow reading {subject}."),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "{repository} asks you to accept its licence first: sign in at {page} and accept it, then"
        " use a token of that account here.",
    ),
    # repositories and files
    QT_TRANSLATE_NOOP(
        "HubErrors", "There is no repository {repository}, or it is private and needs a token."
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "There is no repository {repository}, or it is private and the Hub does not accept the"
        " token from {place}: sign in with a new one.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "There is no repository {repository}, or it is private and the token from {place} does"
        " not open it.",
    ),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub does not say which version of {repository} it has."),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub does not list the files of {repository}."),
    QT_TRANSLATE_NOOP(
        "HubErrors", "The Hub says no size that can be right for the files of {repository}."
    ),
    QT_TRANSLATE_NOOP("HubErrors", "{repository} was disabled by the Hub."),
    QT_TRANSLATE_NOOP("HubErrors", "{subject} is no name of a repository."),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub’s answer about {subject} makes no sense."),
    QT_TRANSLATE_NOOP(
        "HubErrors", "The Hub refused the request about {subject} (status {status})."
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors", "The repository holds a file with an unsafe name, “{file}”; it is not touched."
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors", "The repository holds only {there} of the {all} shards of “{file}”."
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "“{level}” is there, but cut by hand into {n} pieces ({file} and so on): download these"
        " from the repository’s page and join them in their order, as “cat” does.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors", "This repository holds no GGUF model files: look for one made from it."
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "Several files of this repository have the level {level}: name one of them in place of the"
        " level ({files}).",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors", "This repository has no file of the level “{level}”; there is {files}."
    ),
    QT_TRANSLATE_NOOP("HubErrors", "This repository has no level “{level}”; there is {levels}."),
    QT_TRANSLATE_NOOP("HubErrors", "“{file}” ends inside its header."),
    QT_TRANSLATE_NOOP("HubErrors", "“{file}” cannot be as large as the Hub’s list of files says."),
    QT_TRANSLATE_NOOP("HubErrors", "There is no room to look at the file’s header: {reason}."),
    # what is typed, pasted, or comes as a link
    QT_TRANSLATE_NOOP("HubErrors", "That is too long for the name of a repository."),
    QT_TRANSLATE_NOOP(
        "HubErrors", "That address does not belong to the Hub: paste the address of a model’s page."
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "“{text}” names no repository: write ORG/REPO, ORG/REPO:LEVEL or paste the address of a"
        " model’s page.",
    ),
    QT_TRANSLATE_NOOP("HubErrors", "That link is too long to be one of Shrinkscope’s."),
    QT_TRANSLATE_NOOP(
        "HubErrors", "A link to compare names one to {most} levels, and this one names {count}."
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "“{text}” is no link that Shrinkscope understands: it opens"
        " shrinkscope://open/ORG/REPO:LEVEL and shrinkscope://compare/ORG/REPO:LEVEL,LEVEL.",
    ),
    # downloads
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "The download does not go on: {reason} What is there already is kept; try again later.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "The disk is too full: {needed} are still to be written and {free} are free. What is there"
        " already is kept.",
    ),
    QT_TRANSLATE_NOOP("HubErrors", "The disk does not take the download: {reason}."),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "The cache {folder} cannot be written: {reason}; set HF_HOME to a folder that you may"
        " write.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors", "“{file}” is not what the Hub’s list of files says; look at it again."
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "“{file}” arrived damaged twice; it was thrown away. The Hub or something on the way"
        " changes it.",
    ),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub does not say which content the file has."),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub answered with another version of {file}."),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "The Hub says no checksum of “{file}”: it could not be verified, and is not downloaded.",
    ),
    QT_TRANSLATE_NOOP("HubErrors", "“{file}” cannot be read from the Hub at the moment."),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub refused to send “{file}” (status {status})."),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub cannot go on in the middle of the file."),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub sent another part of the file than was asked for."),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub sends the file in a form that was not asked for."),
    QT_TRANSLATE_NOOP(
        "HubErrors", "This download belongs to another Hub ({host}): choose that one to go on."
    ),
    # the cache
    QT_TRANSLATE_NOOP("HubErrors", "“{file}” cannot be removed: {reason}; nothing was freed."),
    QT_TRANSLATE_NOOP(
        "HubErrors", "Not all of “{file}” can be removed: {reason}; {n} bytes were freed."
    ),
    QT_TRANSLATE_NOOP("HubErrors", "“{file}” is a folder, not a model file."),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "“{file}” lies behind a link that leads out of the Hugging Face cache, in {folder};"
        " only files in the cache are removed.",
    ),
    QT_TRANSLATE_NOOP(
        "HubErrors",
        "“{file}” does not lie in the Hugging Face cache; only files there are removed.",
    ),
    # recommendations
    QT_TRANSLATE_NOOP("HubErrors", "The largest level that fits this PC with room to spare."),
    QT_TRANSLATE_NOOP("HubErrors", "It fits this PC with room to spare."),
    QT_TRANSLATE_NOOP(
        "HubErrors", "The smallest level, and it is tight: close other programs first."
    ),
    QT_TRANSLATE_NOOP("HubErrors", "No level of this model fits this PC."),
    # what may be anything
    QT_TRANSLATE_NOOP("HubErrors", "{proxy} (from {variable})"),
    QT_TRANSLATE_NOOP("HubErrors", "{subject} is not there."),
    QT_TRANSLATE_NOOP("HubErrors", "“{file}” of {repository}"),
)
TEMPLATES = cast("tuple[str, ...]", _WRITTEN)  # Qt's stubs call each an object

_PART = re.compile(r"\{(\w+)\}")


def translated(text: str, depth: int = 0) -> str:
    """A sentence in the window's language; one that is not known stays as it is."""
    plain = QCoreApplication.translate(_CONTEXT, text)
    if plain != text or depth > _DEEPEST or len(text) > _LONGEST:
        return plain
    for template, form in _forms():
        match = form.fullmatch(text)
        if match is not None:
            parts = {name: _part(value, depth) for name, value in match.groupdict().items()}
            return _filled(QCoreApplication.translate(_CONTEXT, template), parts)
    return text


def _part(text: str, depth: int) -> str:
    """A part may be such a sentence itself, which then begins with a small letter."""
    as_it_is = translated(text, depth + 1)
    if as_it_is != text or not text:
        return as_it_is
    whole = text[0].upper() + text[1:]
    told = translated(whole, depth + 1)
    return text if told == whole else told


def _filled(template: str, parts: dict[str, str]) -> str:
    # Not str.format: a translation must not reach into the parts.
    return _PART.sub(lambda match: parts.get(match[1], match[0]), template)


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((template, _form(template)) for template in TEMPLATES if "{" in template)


def _form(template: str) -> re.Pattern[str]:
    pieces = _PART.split(template)  # text, name, text, name, …
    written = [
        re.escape(piece)
        if not place % 2
        else f"(?P={piece})"  # the same once more
        if piece in pieces[1:place:2]
        else f"(?P<{piece}>.+?)"
        for place, piece in enumerate(pieces)
    ]
    return re.compile("".join(written), re.DOTALL)
