"""Who is offered the next call, and why? The automatic call distributor (ACD), without any I/O.

``acd.Acd`` takes events (events.py) and the time, and returns effects (effects.py) for the shell to carry out.
"""
