"""What was computed, from what: every figure on a page leads back to a run."""
