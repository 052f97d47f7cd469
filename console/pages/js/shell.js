// What stands around every page: who is signed in, where to go, whether what is shown is true now.
import { signal } from "@preact/signals";
import { html, useEffect, useRef, useState } from "./html.js";
import { LANGUAGES, language, said, texts } from "./lang.js";
import { controller, stale, stream } from "./live.js";
import { find, parts } from "./parts.js";
import { PhoneCorner } from "./phone/corner.js";
import { go, place } from "./router.js";
import { centre, me, role, signIn, signOut, unknown } from "./session.js";
import { elsewhere, zone } from "./times.js";
import { Field, Loading, Nothing, Problem, Toasts, tried } from "./ui.js";

const t = texts({
  es: {
    signIn: "Entrar", code: "Código", secret: "Clave", wrong: "El código o la clave no son correctos.", welcome: "Identifíquese para empezar",
    signOut: "Salir", menu: "Menú", skip: "Ir al contenido", light: "Claro", dark: "Oscuro", auto: "Automático", theme: "Tema", language: "Idioma",
    connecting: "Conectando…", live: "En directo", lost: "Sin conexión: se sigue intentando", nobody: "La centralita no responde: lo que se ve puede ser antiguo",
    unknown: "La centralita no responde; se sigue intentando.", nothing: "Esta dirección no existe.", home: "Ir al inicio", failed: "La página no se ha podido cargar.",
    again: "Intentar de nuevo", centreTime: "Todas las horas son las de {zone}, también donde su reloj marca otra.", operator: "Operador/a", team_leader: "Jefe/a de equipo", supervisor: "Supervisor/a", coordinator: "Coordinador/a", administrator: "Administrador/a",
  },
  en: {
    signIn: "Sign in", code: "Code", secret: "Secret", wrong: "Code or secret is wrong.", welcome: "Sign in to begin",
    signOut: "Sign out", menu: "Menu", skip: "Go to the content", light: "Light", dark: "Dark", auto: "Automatic", theme: "Theme", language: "Language",
    connecting: "Connecting…", live: "Live", lost: "No connection: still trying", nobody: "The telephone system does not answer: what is shown may be old",
    unknown: "The telephone system does not answer; still trying.", nothing: "There is no such page.", home: "Go to the start", failed: "The page could not be loaded.",
    again: "Try again", centreTime: "All times are those of {zone}, also where your clock shows another.", operator: "Operator", team_leader: "Team leader", supervisor: "Supervisor", coordinator: "Coordinator", administrator: "Administrator",
  },
});

const THEME = "centralita.theme";
const theme = signal(localStorage.getItem(THEME) ?? "auto");
const applyTheme = () => {
  if (theme.value === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
  localStorage.setItem(THEME, theme.value);
};
applyTheme();

/** Pages that fill the screen (a wall) set this true while they are shown. */
export const bare = signal(false);

export function App() {
  if (!me.value) return html`<${unknown.value ? Waiting : SignIn} /><${Toasts} />`;
  return html`<${Frame} /><${Toasts} />`;
}

const Waiting = () => html`<main class="sign-in"><p role="status">${t("unknown")}</p></main>`;

function SignIn() {
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const { code, secret } = Object.fromEntries(new FormData(event.target));
    setBusy(true);
    setError(null);
    try {
      await signIn(code.trim(), secret);
    } catch (refused) {
      setError(refused.code === "login_refused" ? t("wrong") : refused.message);
    }
    setBusy(false);
  };
  return html`<main class="sign-in">
    <form onSubmit=${submit} class="card">
      <h1><img src="/icon.svg" alt="" width="44" height="44" /> Centralita</h1>
      <p class="muted">${t("welcome")}</p>
      <${Field} label=${t("code")} name="code" autocomplete="username" inputmode="numeric" required autofocus />
      <${Field} label=${t("secret")} name="secret" type="password" autocomplete="current-password" required />
      ${error ? html`<p class="problem" role="alert">${error}</p>` : null}
      <button class="primary" disabled=${busy}>${t("signIn")}</button>
      <${Languages} />
    </form>
  </main>`;
}

const Languages = () => html`<div class="row" role="group" aria-label=${t("language")}>
  ${Object.entries(LANGUAGES).map(([id, name]) => html`<button key=${id} type="button" class="quiet small" lang=${id}
    aria-pressed=${language.value === id} onClick=${() => (language.value = id)}>${name}</button>`)}
</div>`;

const mine = () => parts.filter((part) => part.title && part.menu !== false && (part.shows?.() ?? true) && part.roles.includes(role.value));

function Frame() {
  const found = find(place.value.path);
  const home = mine()[0]?.path;
  useEffect(() => {
    if (place.value.path === "/" && home) go(home, { replace: true });
  }, [place.value.path, home]);
  const here = found?.part.roles.includes(role.value) ? found : null;
  useEffect(() => {
    document.title = here?.part.title ? `${said(here.part.title)} · Centralita` : "Centralita";
  }, [here?.part.id, language.value]);
  return html`<div class=${bare.value ? "frame bare" : "frame"}>
    <a class="skip" href="#content" onClick=${(event) => { event.preventDefault(); document.getElementById("content").focus(); }}>${t("skip")}</a>
    ${bare.value ? null : html`<${Top} here=${here} />`}
    <${Truth} />
    <main id="content" tabindex="-1">
      ${here ? html`<${Page} key=${here.part.id} part=${here.part} params=${here.params} query=${place.value.query} />`
        : place.value.path === "/" && home ? null : html`<${Nothing}>${t("nothing")} ${home ? html`<a href=${home}>${t("home")}</a>` : null}<//>`}
    </main>
    <${PhoneCorner} here=${here?.part.id} />
  </div>`;
}

function Top({ here }) {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [place.value.path]);
  return html`<header class="top">
    <button type="button" class="quiet icon burger" aria-expanded=${open} aria-controls="menu" aria-label=${t("menu")} onClick=${() => setOpen(!open)}>☰</button>
    <a class="brand" href="/"><img src="/icon.svg" alt="" width="28" height="28" /><span>${said(centre.value?.name) || "Centralita"}</span></a>
    <nav id="menu" class=${open ? "open" : ""} aria-label=${t("menu")}>
      ${mine().map((part) => html`<a key=${part.id} href=${part.path} aria-current=${here?.part.id === part.id ? "page" : undefined}>
        <span aria-hidden="true">${part.icon}</span> ${said(part.title)}</a>`)}
    </nav>
    <span class="grow"></span>
    <${Account} />
  </header>`;
}

function Account() {
  const ref = useRef();
  useEffect(() => {
    const close = (event) => !ref.current?.contains(event.target) && ref.current?.removeAttribute("open");
    document.addEventListener("click", close);
    return () => document.removeEventListener("click", close);
  }, []);
  const choose = (value) => { theme.value = value; applyTheme(); };
  return html`<details class="account" ref=${ref}>
    <summary><span class=${`dot ${stale.value ? "bad" : "good"}`} title=${t(stream.value)}></span> <span class="who">${me.value.name}</span></summary>
    <div class="card">
      <p><strong>${me.value.name}</strong><br /><span class="muted">${me.value.code} · ${t(me.value.role)}</span></p>
      ${elsewhere() ? html`<p class="small">${t("centreTime", { zone: zone() })}</p>` : null}
      <p class="muted small">${t("language")}</p><${Languages} />
      <p class="muted small">${t("theme")}</p>
      <div class="row" role="group" aria-label=${t("theme")}>
        ${["auto", "light", "dark"].map((one) => html`<button key=${one} type="button" class="quiet small" aria-pressed=${theme.value === one} onClick=${() => choose(one)}>${t(one)}</button>`)}
      </div>
      <button type="button" onClick=${() => tried(signOut)}>${t("signOut")}</button>
    </div>
  </details>`;
}

/** Says so when what is shown may be old. */
function Truth() {
  const text = stream.value === "lost" ? t("lost") : !controller.value.here ? t("nobody") : null;
  return html`<div class="truth" role="status" aria-live="assertive">${text ? html`<p>${text}</p>` : null}</div>`;
}

function Page({ part, params, query }) {
  const [module, setModule] = useState(null);
  const [error, setError] = useState(null);
  const load = () => {
    setError(null);
    part.load().then(setModule, setError);
  };
  useEffect(load, [part.id]);
  if (error) return html`<${Problem} error=${{ message: t("failed") }} /><button type="button" onClick=${load}>${t("again")}</button>`;
  return module ? html`<${module.default} ...${params} query=${query} />` : html`<${Loading} />`;
}
