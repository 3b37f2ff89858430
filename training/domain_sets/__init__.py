"""FAQ corpora of one domain made from public text, to measure domain adaptation with: `python -m training.domain_sets --help`."""
