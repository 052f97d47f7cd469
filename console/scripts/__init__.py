"""What does the operator say and ask, and what was answered? Scripts in the console: versions, answers, routes."""
