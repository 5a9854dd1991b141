"""How far the ranges of weak numbers move the objective, and whether they change the plan."""
