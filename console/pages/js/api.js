// How is the server asked? With the token, in JSON; every refusal is one kind of error with words for a person.
import { signal } from "@preact/signals";

const KEY = "centralita.token";
export const token = signal(sessionStorage.getItem(KEY));

export function keepToken(value) {
  if (value) sessionStorage.setItem(KEY, value);
  else sessionStorage.removeItem(KEY);
  token.value = value;
}

/** A refusal. status 0: nobody answered. code and message as docs/http-api.md says; retryAfter in seconds. */
export class Refused extends Error {
  constructor(status, code, message, more = {}) {
    super(message);
    Object.assign(this, { status, code, ...more });
  }
}

/** The Response, whatever it says; Refused only when nobody answers. For uploads, downloads and streams.
 * keepalive: it is still sent when the page is closed. */
export async function request(path, { method = "GET", body, headers = {}, signal: stop, keepalive } = {}) {
  const sent = { ...headers };
  if (token.value) sent.Authorization = `Bearer ${token.value}`;
  const plain = body === undefined || body instanceof Blob || body instanceof FormData || typeof body === "string";
  if (!plain) sent["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers: sent, body: plain ? body : JSON.stringify(body), signal: stop, keepalive, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, "unreachable", "The server cannot be reached.");
  }
  if (response.status === 401 && token.value && !path.endsWith("/login")) keepToken(null);
  return response;
}

/** Ask, and give the answer's JSON (null without one). Throws Refused. */
export async function ask(method, path, body, options = {}) {
  const response = await request(path.startsWith("/") ? path : `/api/v1/${path}`, { method, body, ...options });
  if (response.status === 204) return null;
  const said = await json(response);
  if (response.ok) return said;
  const error = said?.error ?? {};
  throw new Refused(response.status, error.code ?? "refused", error.message ?? response.statusText, {
    field: error.field, problems: error.problems ?? [], retryAfter: Number(response.headers.get("Retry-After")) || null, body: said,
  });
}

/** An answer's JSON, null where there is none. One that breaks off (the page is leaving, the line was cut) and one that is well but no
 * JSON (somebody's proxy speaks) are none at all. */
async function json(response) {
  let text;
  try {
    text = await response.text();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, "unreachable", "The server's answer broke off.");
  }
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    if (response.ok) throw new Refused(0, "unreachable", "That is no answer of the server's.");
    return null;
  }
}

export const get = (path, options) => ask("GET", path, undefined, options);
export const post = (path, body, options) => ask("POST", path, body, options);
export const put = (path, body, options) => ask("PUT", path, body, options);
export const del = (path, options) => ask("DELETE", path, undefined, options);
