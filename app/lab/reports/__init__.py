"""A ladder's document as files: HTML, Markdown, CSV, plots."""
