"""The child process: the only importer of llama_cpp. Nobody imports it; it is started."""
