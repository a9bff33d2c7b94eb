"""Plots of a ladder; `app.ui.ladder.plots.panel` holds the widget."""
