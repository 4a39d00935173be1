"""What the benchmarks share: running programs apart, settings, goals, tables and pictures."""
