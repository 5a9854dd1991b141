"""Reductions of a programme: rows that go, and the way back."""
