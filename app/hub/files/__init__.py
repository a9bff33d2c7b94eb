"""Files in Hugging Face's cache: taken in, put together, removed."""
