"""The Shrink page: smaller versions of a model are made here."""
