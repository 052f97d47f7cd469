"""Limits of the wallboard's alarms: the centre's, and everybody's own."""
