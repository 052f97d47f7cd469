"""How does a leader without Redis show that it lives? In a global variable of Asterisk, which a standby reads (leadership.py)."""

from __future__ import annotations

from typing import Final

from ari_app.adapters.ari_http import AriHttp
from ari_app.telephony import ChannelGone, TelephonyError

VARIABLE: Final = "CENTRALITA_BEAT"
DEADLINE_S: Final = 1.0


async def read_beat(base_url: str, secret: str) -> str | None:
    """What the leader wrote last, empty if none has; None when Asterisk cannot be asked."""
    http = AriHttp("centralita", secret, DEADLINE_S)
    try:
        response = await http.request("GET", f"{base_url}ari/asterisk/variable", params={"variable": VARIABLE})
        return str((await response.json()).get("value", ""))
    except ChannelGone:  # 404: never set
        return ""
    except TelephonyError:
        return None
    finally:
        await http.close()
