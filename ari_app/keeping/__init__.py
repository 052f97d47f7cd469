"""How does a call's raw audio become a stored recording? Everything that a worker does, apart from the libraries it uses."""
