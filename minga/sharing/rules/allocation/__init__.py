"""Who gets what from a pool: pure rules on integers, standard library only."""
