"""What may be attached to a message: names, kinds of files, pictures made harmless."""
