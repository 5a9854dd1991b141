"""Thousands of cases of one study: planned, solved in chunks, stored, summarised."""
