"""The Compare page: panes side by side, one prompt to all of them."""
