/** What the console says for a moment: done, undone, refused. All of it stays in the bell's history. */
import { notifications } from "@mantine/notifications";
import { useSyncExternalStore } from "react";
import { asProblem } from "@/api/problem";
import { Button } from "./Button";

export interface Said { id: number; at: string; tone: "good" | "bad" | "plain"; text: string; next?: string | null }
const CLOSE = { "aria-label": "Close" };
const UNDO_MS = 8000;
let history: Said[] = [];
let count = 0;
const watchers = new Set<() => void>();

function keep(tone: Said["tone"], text: string, next?: string | null): void {
  history = [{ id: ++count, at: new Date().toISOString(), tone, text, next }, ...history].slice(0, 100);
  watchers.forEach((watcher) => watcher());
}
export function useHistory(): Said[] {
  return useSyncExternalStore((watcher) => { watchers.add(watcher); return () => { watchers.delete(watcher); }; }, () => history);
}

export function say(text: string, undo?: () => unknown, closed?: () => unknown): void {
  keep("good", text);
  const id = `said-${count}`;
  notifications.show({
    id, closeButtonProps: CLOSE, autoClose: undo ? UNDO_MS : 6000, color: "petrol", onClose: closed,
    message: <span className="row"><span>{text}</span>{undo && <Button size="s" icon="undo" onClick={() => { undo(); notifications.hide(id); }}>Undo</Button>}</span>,
  });
}

/** An act that cannot be taken back once done: it is done when its notice closes without an undo, or at once when the page is left. */
export function sayThenDo(text: string, act: () => unknown, undone: () => unknown): void {
  let decided = false;
  const decide = (how: () => unknown) => () => {
    if (decided) return;
    decided = true;
    window.removeEventListener("pagehide", now);
    how();
  };
  const now = decide(act);
  window.addEventListener("pagehide", now);
  say(text, decide(undone), now);
}

/** A refusal or failure of something the person did; critical ones stay until closed. */
export function refuse(error: unknown): void {
  const found = asProblem(error);
  keep("bad", found.detail, found.next);
  notifications.show({ closeButtonProps: CLOSE, autoClose: found.kind === "failed" ? false : 10_000, color: "var(--bad)", title: found.detail, message: found.next ?? "" });
}
