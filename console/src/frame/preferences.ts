/** How this person wants to see the console; kept in this browser. */
import { useSyncExternalStore } from "react";

const DEFAULTS = { letters: "on", scale: "100", contrast: "normal", sound: "off", offline: "shown" } as const;
type Name = keyof typeof DEFAULTS;
const watchers = new Set<() => void>();
const KEY = "retinue.preferences";

function read(): Record<Name, string> {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    return { ...DEFAULTS };
  }
}
let now = read();

function apply(): void {
  document.documentElement.style.setProperty("--scale", String(Number(now.scale) / 100));
  document.documentElement.dataset.contrast = now.contrast;
}
apply();

export const preference = (name: Name): string => now[name];
export function prefer(name: Name, value: string): void {
  now = { ...now, [name]: value };
  try { localStorage.setItem(KEY, JSON.stringify(now)); } catch { /* a browser that keeps nothing still obeys for this page */ }
  apply();
  watchers.forEach((watcher) => watcher());
}
export function usePreference(name: Name): [string, (value: string) => void] {
  const value = useSyncExternalStore((watcher) => { watchers.add(watcher); return () => { watchers.delete(watcher); }; }, () => now[name]);
  return [value, (next) => prefer(name, next)];
}

/** A draft that survives an expired session, a reload and a crash. */
export const draft = {
  recall: <T>(name: string): T | null => { try { return JSON.parse(draft.read(name)) as T | null; } catch { return null; } },
  read: (name: string): string => { try { return localStorage.getItem(`retinue.draft.${name}`) ?? ""; } catch { return ""; } },
  keep: (name: string, text: string): void => { try { if (text) localStorage.setItem(`retinue.draft.${name}`, text); else localStorage.removeItem(`retinue.draft.${name}`); } catch { /* nothing is kept here */ } },
};
