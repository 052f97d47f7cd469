"""What became of the customer's request? Tickets: their life, their levels, and how one is passed on with everything known."""
