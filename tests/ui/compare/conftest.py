"""A scriptable session and its signals, for the Compare page's tests."""

from __future__ import annotations

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.ui.compare.session_adapter import SessionSignals
from tests.ui.compare.fake_session import FakeSession


@pytest.fixture
def session() -> FakeSession:
    """Three ready panes, no turns."""
    return FakeSession().with_panes("Q8_0", "Q4_K_M", "Q2_K")


@pytest.fixture
def signals(qapp: object, session: FakeSession) -> SessionSignals:
    """The session's changes as signals."""
    made = SessionSignals()
    session.listener = made.listener
    return made
