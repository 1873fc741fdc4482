"""What `manage.py protocol_docs` writes: docs/protocol.schema.json, and the parts of
docs/protocol.md that the types tell better than a person could."""
