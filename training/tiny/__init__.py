"""Random-weight model folders of about 100 kB for tests: `python -m training.tiny --help`."""
