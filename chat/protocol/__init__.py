"""The wire between a client and this chat, as types. Pure: no Django, no I/O.

`inbound` are the events a client may send, `outbound` those it may hear, `codec` turns both into
frames and back. `docs/protocol.md` is generated from here.
"""
