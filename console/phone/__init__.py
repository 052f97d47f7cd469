"""How does a phone in a browser come to Asterisk? By the console, in the name of whoever is logged in, and no other's."""
