"""A ladder while it is measured: plan, steps, results, what is kept."""
