"""Runs: attempts at a test by its tester, and what counts."""
