// The beginning: what is rendered into the page.
import { html, render } from "./html.js";
import { App } from "./shell.js";
import "./router.js";

render(html`<${App} />`, document.getElementById("app"));
