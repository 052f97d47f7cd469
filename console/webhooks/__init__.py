"""How does a company's own system hear of what happens here? By signed HTTP requests that are sent until they are taken."""
