"""How the parts of Parley are put together: settings, doors, server, commands."""

__version__ = "0.1.0"
