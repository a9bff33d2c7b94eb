"""Samples memory, CPU and GPU: the only importer of psutil and NVML."""
