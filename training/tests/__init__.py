"""Tests of the training commands: tiny random weights, seconds. `python -m pytest training/tests`."""
