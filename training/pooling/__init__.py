"""Poolings compared by what they find: `python -m training.pooling --help`."""
