"""Plots of a ladder; `app.ui.pages.ladder.plots.panel` holds the widget."""
