"""The settings editors, in one place to import from."""

from __future__ import annotations

from app.ui.candidate_settings import CandidateSettings
from app.ui.engine_editor import EngineEditor
from app.ui.preferences import PreferencesPage
from app.ui.sampling_editor import SamplingEditor

__all__ = ["CandidateSettings", "EngineEditor", "PreferencesPage", "SamplingEditor"]
