"""Plans made before the state of the world is known: capacities first, operation after."""
