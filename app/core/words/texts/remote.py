"""What is said of engines elsewhere: how a request to a server went."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS = {
    "remote.cannot": translate("Sentences", "{host} cannot do this: {kind} has nothing for it."),
    "remote.stopped": translate("Sentences", "Stopped."),
    "remote.no_such_host": translate("Sentences", "There is no computer named {host} in this network: correct the address, or connect to the network it is in."),
    "remote.refused": translate("Sentences", "Nothing answers at {host}: start the server there, or correct the port."),
    "remote.not_reached": translate("Sentences", "{host} cannot be reached: is that computer on, and in the same network?"),
    "remote.proxy_unusable": translate("Sentences", "The way to {host} leads through a proxy that cannot be used. {reason}"),
    "remote.proxy_not_reached": translate("Sentences", "The proxy {proxy} on the way to {host} cannot be reached: start it or correct that setting, or list {bare} in NO_PROXY to go without it."),
    "remote.proxy_asks": translate("Sentences", "The proxy {proxy} on the way to {host} asks for a name and password: write them into that setting, like {scheme}://NAME:PASSWORD@{place}."),
    "remote.proxy_account": translate("Sentences", "The proxy {proxy} on the way to {host} does not accept the name and password that stand there."),
    "remote.proxy_holds_back": translate("Sentences", "The proxy {proxy} does not let this program through to {host}: ask whoever runs it, or list {bare} in NO_PROXY to go without it."),
    "remote.proxy_does_not_reach": translate("Sentences", "The proxy {proxy} does not reach {host}: is that computer on, and known to the proxy?"),
    "remote.proxy_broke_off": translate("Sentences", "The connection to {host} through the proxy {proxy} broke off."),
    "remote.silent": translate("Sentences", "{host} took the request and said nothing for {wait}."),
    "remote.broke_off": translate("Sentences", "The connection to {host} broke off."),
    "remote.broke_off_answering": translate("Sentences", "The connection to {host} broke off in the middle of the answer; what came stands."),
    "remote.unknown_issuer": translate("Sentences", "This PC does not know who vouches for {host}. If it is your own or your company's server, add its CA file to the server."),
    "remote.other_name": translate("Sentences", "What answers at {host} shows a certificate for another name: use the name that is in the certificate."),
    "remote.run_out": translate("Sentences", "The certificate of {host} has run out, or this PC's clock is wrong."),
    "remote.no_tls": translate("Sentences", "No secure connection to {host} comes about: if it speaks plain http, write http:// in its address."),
    "remote.no_http": translate("Sentences", "What answers at {host} does not speak HTTP: it may want https:// in its address, or it is another kind of program."),
    "remote.ca_file": translate("Sentences", "The CA file {path} cannot be used: {reason}."),
    "remote.no_certificates": translate("Sentences", "it holds no certificates"),
    "remote.wrong_key": translate("Sentences", "The key, or a header, of {host} holds signs that cannot be sent: copy it again, without blanks and quotes."),
    "remote.key_missing": translate("Sentences", "{host} wants a key: add it to the server."),
    "remote.key_not_accepted": translate("Sentences", "{host} does not accept the key."),
    "remote.forbidden": translate("Sentences", "{host} knows who asks, and does not allow this: {words:w}."),
    "remote.not_there": translate("Sentences", "There is nothing at {address}: correct the path of the server's address."),
    "remote.no_such_model": translate("Sentences", "{host} has no model “{model}”: {words:w}."),
    "remote.too_many": translate("Sentences", "{host} has too many requests at the moment; try again later."),
    "remote.too_many_wait": translate("Sentences", "{host} has too many requests at the moment; try again in {wait}."),
    "remote.loading": translate("Sentences", "{host} is still loading its model; try again in a moment."),
    "remote.fault": translate("Sentences", "{host} has a fault ({status}): {words:w}."),
    "remote.not_understood": translate("Sentences", "{host} does not take this request: {words:w}."),
    "remote.too_long": translate("Sentences", "The chat is longer than the context of {host}: {words:w}."),
    "remote.too_large": translate("Sentences", "What {host} answers is larger than such an answer can be."),
    "remote.page": translate("Sentences", "A web page came from {host} in place of an answer: correct the address, or sign in to the network first."),
    "remote.nonsense": translate("Sentences", "What {host} answers is not understood: it is no server of this kind, or its version is not known."),
    "remote.led_away": translate("Sentences", "{host} leads to {place}, and nothing was sent there: if that is right, write that address in its place."),
    "remote.nothing": translate("Sentences", "{host} answered with nothing at all; it may be that the chat is longer than its context."),
    "remote.said_error": translate("Sentences", "{host} broke off: {words:w}."),
    "remote.filtered": translate("Sentences", "{host} held the rest of the answer back."),
    "remote.lists_none": translate("Sentences", "{host} lists no model: load one there, or type its name."),
    "remote.no_words": translate("Sentences", "it does not say why"),
    "remote.picture": translate("Sentences", "A picture cannot be read: {reason}."),
    "remote.file": translate("Sentences", "A file cannot be read or written: {reason}."),
    "remote.no_probabilities": translate("Sentences", "{host} tells no probabilities of a text: it needs prompt_logprobs (vLLM) or logprob_start_len (SGLang)."),
}
