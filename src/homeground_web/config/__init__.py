"""How the parts of the platform are put together: settings, addresses, server entry."""
