// What do the figures add to the supervisor's pages? Imported by them for its effect; each component is loaded when it is first shown.
import { slots } from "../wall/slots.js";
import { lazy } from "./lazy.js";

const curve = lazy(() => import("./curve.js"), "WallCurve");
slots.below.push({ id: "day-curve", component: curve });
slots.full.push({ id: "day-curve", component: curve });
slots.panel.push({ id: "forecast", component: lazy(() => import("./forecast.js"), "PanelForecast") });
slots.queue.push({ id: "forecast", component: lazy(() => import("./forecast.js"), "RowForecast") });
slots.call.push({ id: "past", title: { es: "Historial", en: "History" }, component: lazy(() => import("./past.js"), "PastCall") });
