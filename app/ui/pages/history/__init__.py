"""The History page: everything that was asked and measured here."""
