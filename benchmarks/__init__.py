"""Benchmarks: ratios side by side in one run. Never tests; `make bench` writes results.md."""
