"""The linear programme: case, equations, accounts, rules, arrays."""
