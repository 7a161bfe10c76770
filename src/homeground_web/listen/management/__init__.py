"""Commands of LISTEN."""
