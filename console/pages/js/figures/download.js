// A file from the API onto the person's disk: it needs the token, so it is no plain link.
import { request } from "../api.js";
import { toast, tried } from "../ui.js";

const NAME = /filename="([^"]+)"/;

export const download = (path, name) => tried(async () => {
  const response = await request(`/api/v1/${path}`);
  if (!response.ok) {
    const said = await response.json().catch(() => null);
    toast(said?.error?.message ?? response.statusText, "bad");
    return;
  }
  const url = URL.createObjectURL(await response.blob());
  const link = Object.assign(document.createElement("a"), { href: url, download: NAME.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
});
