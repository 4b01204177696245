"""What the node can carry, measured beside a framework-free limit in the same run: `python -m benchmarks`."""
