"""From arrays to a certified solution; the only place that knows a solver."""
