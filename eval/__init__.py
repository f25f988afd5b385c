"""Evaluation sets, metrics, runner and report.  Nothing yet; docs/benchmarks.md holds what was measured by hand."""
