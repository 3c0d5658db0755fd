"""Figures of how fast it is, each beside a floor or a peer of the same run: `make bench` writes docs/benchmarks.md."""
