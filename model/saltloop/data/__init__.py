"""Data packs: tables, units, checks."""
