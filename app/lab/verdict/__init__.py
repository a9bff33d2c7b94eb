"""A ladder as it is read: what may be said of its rows, and how alike they were treated."""
