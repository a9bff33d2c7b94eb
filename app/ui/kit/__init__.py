"""What every page is built of: theme, icons, formats, jobs, dialogs, plain text."""
