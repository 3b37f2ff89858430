"""Texts that a model takes for right and that are not: `python -m training.mining --help`."""
