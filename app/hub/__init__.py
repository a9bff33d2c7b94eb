"""The Hub: search, listings, downloads; the only part that imports huggingface_hub."""
