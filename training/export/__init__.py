"""A sentence-transformers folder in, a model folder of this project out: `python -m training.export --help`."""
