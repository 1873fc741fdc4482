"""The chat's pages: whole without JavaScript. Doors only: they parse, call, answer."""
