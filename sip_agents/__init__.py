"""SIP and RTP phones in asyncio: who hears whom, measured against a real telephone exchange.

``SipAgent`` is the phone; the demo, the self-check, the end-to-end tests and the benchmarks drive it. The parts below
it are usable alone: ``message``, ``digest``, ``sdp``, ``sdes``, ``g711``, ``tones``, ``rtp``, ``dtmf`` and ``inband`` do no I/O.
"""

from sip_agents.agent import SipAgent
from sip_agents.call import Call
from sip_agents.dtmf import Dtmf
from sip_agents.ears import Ears
from sip_agents.errors import (
    CallOver,
    CallRefused,
    DigitsNotNegotiated,
    KeyRefused,
    MalformedMessage,
    NotHeard,
    NotInTime,
    Refused,
    RegistrationRefused,
    SipError,
)
from sip_agents.g711 import LAWS, Law
from sip_agents.incoming import IncomingCall
from sip_agents.leg import EndReason, Milestone
from sip_agents.listener import Listener
from sip_agents.outgoing import OutgoingCall
from sip_agents.referral import Referral
from sip_agents.tones import loudest_hz, share_of_tone, tones_in
from sip_agents.transactions import Timing

__all__ = [
    "LAWS",
    "Call",
    "CallOver",
    "CallRefused",
    "DigitsNotNegotiated",
    "Dtmf",
    "Ears",
    "EndReason",
    "IncomingCall",
    "KeyRefused",
    "Law",
    "Listener",
    "MalformedMessage",
    "Milestone",
    "NotHeard",
    "NotInTime",
    "OutgoingCall",
    "Referral",
    "Refused",
    "RegistrationRefused",
    "SipAgent",
    "SipError",
    "Timing",
    "loudest_hz",
    "share_of_tone",
    "tones_in",
]
