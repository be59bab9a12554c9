"""How fast leaflets are made, beside other programs that make the same leaflet: python -m tests.benchmarks."""
