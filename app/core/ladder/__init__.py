"""A ladder as it is read: its rows, and the columns that all of its tables have."""
