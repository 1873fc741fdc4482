"""How the parts of Parley are put together: settings, doors, server, commands."""
