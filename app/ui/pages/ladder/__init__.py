"""The Ladder page: what each shrunken version costs and loses, and which one to run."""
