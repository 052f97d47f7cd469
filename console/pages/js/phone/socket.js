// How does JsSIP come to Asterisk? By a websocket of the console, for which each connection needs a ticket of its own.
import { post } from "../api.js";

export const LOGGED_OUT = 4401;

/** JsSIP's Socket interface. failed(error) hears of a refusal to give a line. JsSIP tries again by itself, later each time. */
export class TicketSocket {
  constructor(failed) {
    this.url = "wss://phones.invalid/";
    this.via_transport = "WS";
    this.sip_uri = "sip:phones.invalid;transport=ws";
    this.onconnect = this.ondisconnect = this.ondata = () => {};
    this._failed = failed;
    this._socket = null;
    this._attempt = 0;
  }

  connect() {
    this._open(++this._attempt); // not async itself: JsSIP takes only plain functions
  }

  async _open(attempt) {
    let line;
    try {
      line = await post("me/phone/line");
    } catch (error) {
      if (attempt !== this._attempt) return;
      this._failed(error);
      this.ondisconnect(true, error.status, error.code);
      return;
    }
    if (attempt !== this._attempt) return;
    const url = new URL(line.socket, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = (this._socket = new WebSocket(url, "sip"));
    socket.onopen = () => attempt === this._attempt && this.onconnect();
    socket.onmessage = (event) => attempt === this._attempt && this.ondata(event.data);
    socket.onclose = (event) => {
      if (attempt !== this._attempt) return;
      this._socket = null;
      if (event.code === LOGGED_OUT) this._failed({ status: 401 });
      this.ondisconnect(!event.wasClean, event.code, event.reason);
    };
  }

  disconnect() {
    this._attempt++;
    this._socket?.close();
    this._socket = null;
  }

  /** The connection may be dead without knowing: take it for lost. */
  renew() {
    if (!this._socket) return;
    this.disconnect();
    this.ondisconnect(true, 0, "renewed");
  }

  send(message) {
    if (this._socket?.readyState !== WebSocket.OPEN) return false;
    this._socket.send(message);
    return true;
  }
}
