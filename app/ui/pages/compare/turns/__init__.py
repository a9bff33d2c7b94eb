"""Questions and their answers within a pane."""
