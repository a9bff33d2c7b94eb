"""The child process: the only importer of llama_cpp."""
