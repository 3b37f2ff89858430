"""An encoder adapted to one FAQ corpus or domain, and measured before and after: `python -m training.adapt --help`."""
