"""The style sheet: the template in resources, filled with a theme's colours and sizes."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from app.resources import resource_path
from app.ui.kit.tokens import Tokens, mix

SMALL_SHARE = 0.88
LARGE_SHARE = 1.23


def build_style_sheet(tokens: Tokens, text_px: int) -> str:
    """Fill the template.

    Args:
        tokens: The theme's colours.
        text_px: Height of the interface font in device-independent pixels.

    Raises:
        KeyError: The template names a token that does not exist.
    """
    template = Template(resource_path("theme", "app.qss").read_text(encoding="utf-8"))
    return template.substitute(
        asdict(tokens),
        accent_hover=mix(tokens.accent, tokens.text, 0.15),
        scroll=mix(tokens.ground, tokens.edge, 0.5),
        small_px=small_px(text_px),
        large_px=round(text_px * LARGE_SHARE),
        images=resource_path("theme", tokens.name).as_posix(),
    )


def small_px(text_px: float) -> int:
    """Height of the smaller of a region's two text sizes, never too small to read."""
    return max(11, round(text_px * SMALL_SHARE))
