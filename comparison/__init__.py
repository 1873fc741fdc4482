"""Parley measured from outside, in processes of its own, beside what it is compared with."""
