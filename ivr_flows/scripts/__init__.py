"""What does an operator say and ask, and in which order? Scripts (guiones): shapes, checks, and how one is gone through.
Pure."""
