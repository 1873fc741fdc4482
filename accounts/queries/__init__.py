"""Every read of accounts, a module a subject. Nothing here writes or decides what may change."""
