"""What stands in SIP headers and SDP lines that no proper phone sends?"""

from __future__ import annotations

from typing import Final

ODD_VALUES: Final = (
    *("", " ", ",", ";", ";;;", "<>", "<", '"', '"\\', "*", "0", "-1", "4294967296", "99999999999999999999"),
    *("1 1 1", "\x00", "\x7f", "ñ", "\ud83d", "sip:", "sip:@", "sip:%00@127.0.0.1", "sip:a@[::1]", "sip:a@["),
    *("<sip:a@127.0.0.1:99999>", "<sip:a@127.0.0.1:-1>", "tel:", "sips:a@127.0.0.1", "x" * 300, "x" * 5000),
    *("a," * 400, ";p" * 400, "(" * 200, '"a"<' * 50, "\r\n folded", "%s%n", "${EXTEN}", "SIP/2.0/UDP"),
    *("SIP/2.0/XXX h;branch=", "SIP/9.9/UDP 127.0.0.1;branch=z9hG4bK", "1 INVITE", "0 BYE", "4294967295 INVITE"),
    *("1 inVITE", "application/sdp;x", "multipart/mixed;boundary=x", "message/sipfrag", "Digest", "Digest x"),
    *('Digest username="a', "Digest " + "a=b," * 300, "timer,100rel,nonsense", "0;refresher=x", "1;refresher=uac"),
    *("active;expires=-1", "refer;id=x"),
)
ODD_HEADERS: Final = (
    *("Require: nonsense", "Proxy-Require: x", "Supported: " + "a," * 500, "Session-Expires: 1"),
    *("Min-SE: 99999999999", "Replaces: x;to-tag=;from-tag=", "Join: x", "Route: <sip:127.0.0.1;lr>"),
    *("Record-Route: <sip:127.0.0.9:1;lr>", "Path: <sip:x>", "P-Asserted-Identity: <sip:", "Remote-Party-ID: ;;"),
    *("Privacy: id;x", 'Diversion: <sip:a@b>;reason="', "History-Info: <sip:a?Reason=x>;index=1.1.1"),
    *("Identity: x", "Date: yesterday", "Timestamp: -1", "Expires: -1", "RSeq: 0", "RAck: x"),
    *("Event: " + "x" * 999, "Content-Encoding: gzip", "Content-Disposition: session;handling=x"),
    *("Content-Length: 9999999", "Content-Length: -5", "l: 1", "Max-Forwards: 0", "Max-Forwards: -1"),
    *("Max-Forwards: 999", "Via: SIP/2.0/UDP 127.0.0.9", "v: SIP/2.0/UDP a;maddr=127.0.0.9", "Call-ID: twice"),
    *("CSeq: 5 BYE", "t: <sip:x>", "Contact: *", "Contact: <sip:x>;expires=99999999999", "X-" + "h" * 500 + ": v"),
    *(": no name", "no colon", " continuation", "Target-Dialog: x", "Refer-To: <sip:x>", "Reason: Q.850;cause=x"),
)
ODD_SDP: Final = (
    *("v=1", "v=", "o=", "o=- 99999999999999999999 -1 IN IP4 x", "s=", "c=IN IP4", "c=IN IP6 ::1"),
    *("c=IN IP4 0.0.0.0", "c=IN IP4 127.0.0.1/127/3", "c=XX YY zz", "t=", "t=-1 -1", "m=audio 0 RTP/AVP 8"),
    *("m=audio 70000 RTP/AVP 8", "m=audio -1 RTP/AVP 8", "m=audio 4000/99 RTP/AVP 8", "m=audio 4000 RTP/AVP"),
    *("m=audio 4000 RTP/AVP 8" + " 8" * 300, "m=", "m=audio", "m=video 4002 RTP/AVP 31", "m=image 4004 udptl t38"),
    *("m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "m=audio 4000 RTP/SAVP 8"),
    *("m=audio 4000 UDP/TLS/RTP/SAVPF 8 111", "m=text 4000 RTP/AVP 98", "a=rtpmap:8", "a=rtpmap:999 X/8000"),
    *("a=rtpmap:8 PCMA/0", "a=rtpmap:8 PCMA/99999999999", "a=rtpmap:-1 /", "a=rtpmap:101 telephone-event/48000"),
    *("a=fmtp:101", "a=fmtp:8 " + "x=y;" * 300, "a=ptime:0", "a=ptime:-1", "a=ptime:99999999999", "a=maxptime:1"),
    *("a=sendonly", "a=inactive", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:", "a=crypto:x"),
    *("a=fingerprint:sha-256 00", "a=setup:x", "a=candidate:1 1 UDP 1 127.0.0.1 9 typ host", "a=candidate:x"),
    *("a=ice-ufrag:", "a=rtcp:0", "a=rtcp-mux", "a=group:BUNDLE 0 1", "a=mid:" + "x" * 500, "a=ssrc:x cname:y"),
    *("a=" + "z" * 3000, "a=extmap:0 x", "b=AS:-1", "k=clear:x", "r=", "z=", "i=" + "x" * 2000, "e=x", "nonsense"),
    *("=", "\x00", "m=audio 1 RTP/AVP 8\r\nm=audio 2 RTP/AVP 8"),
)
