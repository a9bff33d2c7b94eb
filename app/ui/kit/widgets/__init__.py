"""Small widgets that every page shares."""

from __future__ import annotations

from app.ui.kit.widgets.banner import Banner, BannerAction, Severity
from app.ui.kit.widgets.buttons import IconButton, push_button
from app.ui.kit.widgets.choice_box import ChoiceBox
from app.ui.kit.widgets.elided import ElidedLabel
from app.ui.kit.widgets.empty import EmptyState
from app.ui.kit.widgets.flow import FlowLayout, in_lines
from app.ui.kit.widgets.full_height import FullHeight
from app.ui.kit.widgets.labels import hrule, label
from app.ui.kit.widgets.number_field import NumberField
from app.ui.kit.widgets.picture import Picture
from app.ui.kit.widgets.popup import Popup
from app.ui.kit.widgets.progress import ProgressLine
from app.ui.kit.widgets.search_field import search_field
from app.ui.kit.widgets.status_dot import DotState, StatusDot

__all__ = [
    "Banner",
    "BannerAction",
    "ChoiceBox",
    "DotState",
    "ElidedLabel",
    "EmptyState",
    "FlowLayout",
    "FullHeight",
    "IconButton",
    "NumberField",
    "Picture",
    "Popup",
    "ProgressLine",
    "Severity",
    "StatusDot",
    "hrule",
    "in_lines",
    "label",
    "push_button",
    "search_field",
]
