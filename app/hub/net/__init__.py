"""How bytes come from a Hub: clients, ways, proxies, certificates."""
