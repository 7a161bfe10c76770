"""The open interface for machines: read-only, versioned, apart from the pages."""
