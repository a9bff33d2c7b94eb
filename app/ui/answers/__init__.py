"""Long texts as people read and write them: Markdown, code, parts, fields."""
