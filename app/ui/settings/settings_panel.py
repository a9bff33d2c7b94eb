"""The settings editors, in one place to import from."""

from __future__ import annotations

from app.ui.settings.candidate_settings import CandidateSettings
from app.ui.settings.engine_editor import EngineEditor
from app.ui.settings.preferences import PreferencesPage
from app.ui.settings.sampling_editor import SamplingEditor

__all__ = ["CandidateSettings", "EngineEditor", "PreferencesPage", "SamplingEditor"]
