"""Things to try: an invented district and the journey through it."""
