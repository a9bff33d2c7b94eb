"""Small widgets that every page shares."""

from __future__ import annotations

from app.ui.widgets.banner import Banner, BannerAction, Severity
from app.ui.widgets.buttons import IconButton, push_button
from app.ui.widgets.elided import ElidedLabel
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.labels import hrule, label
from app.ui.widgets.number_field import NumberField
from app.ui.widgets.numbers import NumberLabel
from app.ui.widgets.picture import Picture
from app.ui.widgets.popup import Popup
from app.ui.widgets.progress import ProgressLine
from app.ui.widgets.status_dot import DotState, StatusDot

__all__ = [
    "Banner",
    "BannerAction",
    "DotState",
    "ElidedLabel",
    "EmptyState",
    "FlowLayout",
    "IconButton",
    "NumberField",
    "NumberLabel",
    "Picture",
    "Popup",
    "ProgressLine",
    "Severity",
    "StatusDot",
    "hrule",
    "label",
    "push_button",
]
