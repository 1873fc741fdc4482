"""The HTTP API: one resource a file, one shape for every error."""
