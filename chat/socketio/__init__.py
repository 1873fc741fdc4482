"""The door for Socket.IO: `/socket.io/`, by WebSocket and by long polling.

python-engineio carries the connections; what is said on them is the native protocol, in
Socket.IO's packets (docs/protocol.md, "Over Socket.IO").
"""
