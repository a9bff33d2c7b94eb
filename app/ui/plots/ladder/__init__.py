"""Plots of a ladder; `app.ui.plots.ladder.panel` holds the widget."""
