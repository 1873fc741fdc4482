"""Every verb of the chat, one function each, called alike by sockets, pages, API, admin and shell.

All are synchronous, run in one transaction that first locks the room's head, and announce what
they changed once it is committed. They raise `ChatError`.
"""
