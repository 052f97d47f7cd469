// In a corner of every page: the phone, when it needs a hand. Where the page shows the phone anyway, nothing.
import { html, useEffect, useState } from "../html.js";
import { phoneKind } from "./kind.js";

const SHOWN_BY = ["phone", "desk"];

export function PhoneCorner({ here }) {
  const [Dock, put] = useState(null);
  const kind = phoneKind.value;
  useEffect(() => {
    if (kind === "browser") import("../parts/phone.js").then((module) => put(() => module.PhoneDock), () => {});
    else put(null);
  }, [kind]);
  return Dock && !SHOWN_BY.includes(here) ? html`<${Dock} />` : null;
}
