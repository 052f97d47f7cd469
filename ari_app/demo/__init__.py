"""Does a whole call work? One caller and one operator with real SIP and RTP, played against the running stack."""

from ari_app.demo.run import run_demo

__all__ = ["run_demo"]
