"""The history: entries as they are read, brought up to date, compared, exported and repeated."""
