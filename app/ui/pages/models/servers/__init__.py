"""The tab *Servers*: engines elsewhere, added, tested, and chosen from."""
