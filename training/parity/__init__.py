"""How close a model folder is to sentence-transformers: `python -m training.parity --help`."""
