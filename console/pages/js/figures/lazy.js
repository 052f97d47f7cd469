// A component whose module is only loaded when it is first shown.
import { html, useEffect, useState } from "../html.js";

export const lazy = (load, name) => (properties) => {
  const [found, setFound] = useState(null);
  useEffect(() => {
    load().then((module) => setFound(() => module[name]), () => {});
  }, []);
  return found ? html`<${found} ...${properties} />` : null;
};
