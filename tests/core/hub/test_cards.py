"""A model card as text."""

from __future__ import annotations

from app.core.hub.cards import card_text

CARD = b"""---
license: apache-2.0
tags: [gguf]
---
<!-- made by a program -->
<div align="center"><img src="https://example.org/logo.png" alt="A wren" width="60%"></div>

# Wren 3B

It answers <b>questions</b>.<br>In two lines &amp; more.



## Run it

```html
<b>not bold</b> &amp; --- <!-- kept -->
```

<p>The end.</p>
"""


def test_what_only_a_browser_shows_goes_and_code_stays() -> None:
    text = card_text(CARD)
    assert text.startswith("(A wren)")
    assert "license" not in text
    assert "made by a program" not in text
    assert "It answers questions.\nIn two lines & more." in text
    assert "<b>not bold</b> &amp; --- <!-- kept -->" in text
    assert text.endswith("The end.")
    assert "\n\n\n" not in text


def test_odd_cards_are_taken_as_they_are() -> None:
    assert card_text(b"") == ""
    assert card_text(b"\xff\xfe 5 < 6 > 4") == "\ufffd\ufffd 5 < 6 > 4"
    assert card_text(b"```\n<b>never closed") == "```\n<b>never closed"
    assert card_text(b"---\nno end of the head") == "---\nno end of the head"
    assert len(card_text(b"x" * 900_000)) == 200_000
    assert card_text(b"<" * 100_000) == "<" * 100_000
