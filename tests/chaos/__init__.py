"""What becomes of the centre when its parts die, stall or are attacked? Experiments with figures; ``make chaos`` runs them all."""
