"""What can be done to accounts: one verb a function, each in one transaction."""
