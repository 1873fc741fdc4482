"""Rooms and the live conversation in them. `docs/architecture.md` has a map of the modules."""
