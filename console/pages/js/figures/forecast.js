// What do the next minutes bring to a queue? As ranges, or why nothing can be said; never a guess dressed as a number.
import { html, useEffect, useState } from "../html.js";
import { get } from "../api.js";
import { number, percent } from "../lang.js";
import { t } from "./words.js";

const AGAIN_MS = 60_000;

/** The forecasts of a queue, asked again every minute: null while unknown. */
function useForecast(queue) {
  const [items, setItems] = useState(null);
  useEffect(() => {
    let over = false;
    const look = () => get(`queues/${encodeURIComponent(queue)}/forecast`).then((found) => !over && setItems(found.items), () => !over && setItems(null));
    look();
    const timer = setInterval(look, AGAIN_MS);
    return () => { over = true; clearInterval(timer); };
  }, [queue]);
  return items;
}

const arrivals = (one) => t("arrivals", { minutes: one.minutes, low: number(one.arrivals.low), high: number(one.arrivals.high), expected: number(one.arrivals.expected, 1) });

/** In a queue's panel: in whole sentences. */
export function PanelForecast({ queue }) {
  const items = useForecast(queue ?? "");
  if (!queue || !items?.length) return null;
  return html`<section class="forecast"><h3>${t("forecast")}</h3>
    ${items.map((one) => html`<p key=${one.minutes} data-minutes=${one.minutes}>${one.arrivals ? arrivals(one) : t(one.why_not)}${one.sl ? html`; ${t("level", { low: percent(one.sl.low), high: percent(one.sl.high) })}${one.shared ? ` (${t("shared")})` : ""}` : one.arrivals ? `; ${t(one.why_not)}` : ""}</p>`)}
    ${items[0].arrivals ? html`<p class="muted small">${t("forecastHow", items[0])}</p>` : null}</section>`;
}

/** In a queue's row of the wallboard: the next quarter of an hour, where it can be told. */
export function RowForecast({ queue }) {
  const one = useForecast(queue)?.[0];
  if (!one?.arrivals) return null;
  const words = `${t("forecast")}. ${arrivals(one)}${one.sl ? `; ${t("level", { low: percent(one.sl.low), high: percent(one.sl.high) })}` : ""}`;
  return html`<span class="forecast-row muted small number" title=${words} aria-label=${words}>+${one.minutes}′ ${number(one.arrivals.low)}–${number(one.arrivals.high)}</span>`;
}
