"""An app that only the servers of the tests have: it lets tests look in, and kills on demand."""
