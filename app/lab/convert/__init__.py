"""Original weights (safetensors) made into model files by llama.cpp's own converter."""
