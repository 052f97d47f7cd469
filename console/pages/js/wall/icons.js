// The few pictures of the supervisor's pages, drawn by us: a font's may be missing on a machine.
import { html } from "../html.js";

const PATHS = {
  ear: "M4 14v-2a8 8 0 0 1 16 0v2M4 14a2 2 0 0 1 2-2h1v7H6a2 2 0 0 1-2-2zm16 0a2 2 0 0 0-2-2h-1v7h1a2 2 0 0 0 2-2z",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4",
  full: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  alarm: "M12 3 2 20h20zM12 10v4M12 17v.5",
  play: "M7 4v16l13-8z",
  stop: "M7 5v14M17 5v14",
};

export const Icon = ({ name }) => html`<svg class="icon-svg" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>`;
