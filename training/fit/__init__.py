"""The general training command, any loss on any rows: `python -m training.fit --help`."""
