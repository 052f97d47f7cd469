"""How fast is it, measured side by side in one run? Each module is one benchmark; `make bench-acd` runs the ACD's."""
