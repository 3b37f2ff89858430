"""Offline model work in Python: export, parity and tiny test models. The service never runs any of it."""
