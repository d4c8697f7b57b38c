/** The keyboard map: single letters and two-letter ways, off inside fields, the newest page's meaning first. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { preference } from "./preferences";

export interface Key { keys: string; says: string; run: () => void; /** Shown in the strip. */ shown?: boolean; always?: boolean }

let layers: { id: number; keys: Key[] }[] = [];
let count = 0, pending = "", pendingUntil = 0;
const watchers = new Set<() => void>();
const tell = () => watchers.forEach((watcher) => watcher());

const inField = (target: EventTarget | null) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
const inOverlay = () => document.querySelector(".mantine-Modal-content, .mantine-Spotlight-content, [role='menu']") !== null;

export function nameOf(event: KeyboardEvent): string {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) return `Ctrl ${key}`;
  return event.shiftKey && /^[a-z]$/.test(key) ? `Shift ${key}` : key;
}

function heard(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || event.isComposing || /^(Shift|Control|Meta)$/.test(event.key)) return;
  const name = nameOf(event), plain = !name.startsWith("Ctrl ") && event.key !== "Escape";
  if (plain && (inField(event.target) || inOverlay() || preference("letters") === "off")) return;
  const way = pending && performance.now() < pendingUntil ? `${pending} ${name}` : name;
  pending = "";
  for (const { keys } of [...layers].reverse()) {
    const found = keys.find((key) => key.keys.toLowerCase() === way.toLowerCase());
    if (found) { event.preventDefault(); found.run(); return; }
  }
  if (plain && layers.some(({ keys }) => keys.some((key) => key.keys.toLowerCase().startsWith(`${name.toLowerCase()} `)))) { pending = name; pendingUntil = performance.now() + 1200; }
}

export function listenToKeys(): () => void {
  document.addEventListener("keydown", heard);
  return () => document.removeEventListener("keydown", heard);
}

/** Keys that work while this is on the page; those of the frame lie under every page's, whichever came first. */
export function useKeys(keys: Key[], frame = false): void {
  const latest = useRef(keys);
  latest.current = keys;
  const signature = keys.map((key) => `${key.keys}:${key.says}`).join("|");
  useEffect(() => {
    const id = ++count;
    const layer = { id, keys: latest.current.map((key, at) => ({ ...key, run: () => latest.current[at]?.run() })) };
    layers = frame ? [layer, ...layers] : [...layers, layer];
    tell();
    return () => { layers = layers.filter((layer) => layer.id !== id); tell(); };
  }, [signature, frame]);
}

export function useAllKeys(): Key[] {
  const all = useSyncExternalStore((watcher) => { watchers.add(watcher); return () => { watchers.delete(watcher); }; }, () => layers);
  const seen = new Set<string>();
  return [...all].reverse().flatMap(({ keys }) => keys).filter((key) => !seen.has(key.keys) && seen.add(key.keys));
}
