"""Who loads, who answers and in which order: the engines of a comparison are driven."""
