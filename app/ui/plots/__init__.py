"""Live plots of memory, speed, CPU and GPU; `app.ui.plots.live` holds the widget."""
