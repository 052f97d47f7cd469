// One import for every component: markup, state and effects.
import { h } from "preact";
import htm from "htm";

export const html = htm.bind(h);
export { render, Fragment, createContext } from "preact";
export { useEffect, useLayoutEffect, useMemo, useRef, useState, useCallback, useId, useContext } from "preact/hooks";
export { signal, computed, effect, batch, useSignal, useComputed, useSignalEffect } from "@preact/signals";
