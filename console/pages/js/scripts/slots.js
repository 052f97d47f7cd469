// What do scripts add to a call's page? Imported by it for its effect.
import { lazy } from "../figures/lazy.js";
import { slots } from "../wall/slots.js";

slots.call.unshift({ id: "answers", title: { es: "Respuestas del guion", en: "What was answered to the script" }, component: lazy(() => import("./answered.js"), "CallAnswers") });
