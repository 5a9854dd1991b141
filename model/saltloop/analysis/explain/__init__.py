"""Questions to a finished run, answered from its files: what binds, what a product costs, what a waste is worth, what could be otherwise."""
