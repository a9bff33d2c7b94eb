"""Several questions answered in the same passes of one engine."""
