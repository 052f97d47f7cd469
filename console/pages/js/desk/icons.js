// The desk's few signs, drawn as lines; beside each stands a word, so they are hidden from screen readers.
import { html } from "../html.js";

const PATHS = {
  hold: "M9 5v14M15 5v14", resume: "M7 4l13 8-13 8z", consult: "M8 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2 20c0-3.3 2.700-6 6-6 1.200 0 2.300.3 3.200.9M17 12v6M14 15h6",
  transfer: "M4 12h15M13 6l6 6-6 6", hangup: "M3 14c5-5 13-5 18 0l-2.500 2.500-3.500-1.500v-2.600a11 11 0 0 0-6 0V15l-3.500 1.500z", recording: "M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10z",
  swap: "M5 8h13M14 4l4 4-4 4M19 16H6M10 12l-4 4 4 4", complete: "M4 12.500l5 5L20 6.500", conference: "M7.500 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM16.500 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 20c0-3 2.500-5.500 5.500-5.500S13 17 13 20M14 14.900c.8-.3 1.600-.4 2.500-.4 3 0 5.500 2.500 5.500 5.500",
  cancel: "M6 6l12 12M18 6L6 18", phone: "M5 4h4l2 5-2.500 1.500a11 11 0 0 0 5 5L15 13l5 2v4a1.500 1.500 0 0 1-1.500 1.500A15 15 0 0 1 3.500 5.500 1.500 1.500 0 0 1 5 4z",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4", clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.500 2",
};
const FILLED = new Set(["resume", "hangup", "recording"]);

export const Icon = ({ name }) => html`<svg class=${FILLED.has(name) ? "sign filled" : "sign"} viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
