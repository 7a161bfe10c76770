"""Long work, done outside of a request: put down, seen at work, taken up again when a worker was killed."""
