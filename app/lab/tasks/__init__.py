"""Questions with checkable answers, asked and kept."""
