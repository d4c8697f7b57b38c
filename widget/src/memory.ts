// What outlives a reload: the conversation, and messages that are not confirmed yet. Kept apart for each key and account.
import type { Pending } from "./types";

interface Kept {
  id?: string;
  token?: string;
  pending: Pending[];
  open: boolean;
  at: number;
}

const LIVELY = 3600_000; // ms after which a closed chat is not connected to just to count what is new

export class Memory {
  kept: Kept = { pending: [], open: false, at: 0 };

  #place: string;

  constructor(place: string) {
    this.#place = place;

    try {
      this.kept = { ...this.kept, ...JSON.parse(localStorage.getItem(place) ?? "{}") };
    } catch {
      // Storage is refused in some browsers' #windows: the chat then lasts as long as the page.
    }
  }

  keep(changes: Partial<Kept>): void {
    Object.assign(this.kept, changes, { at: Date.now() });
    try {
      localStorage.setItem(this.#place, JSON.stringify(this.kept));
    } catch {
      // as above
    }
  }

  forget(): void {
    const { open, pending } = this.kept;
    this.kept = { open, pending, at: 0 };
    this.keep({});
  }

  get lively(): boolean {
    return !!this.kept.id && Date.now() - this.kept.at < LIVELY;
  }
}

/** Whose conversation it is, unverified: two accounts in one browser must not see each other's. The server verifies it. */
export function account(identity: string | undefined): string {
  try {
    const [, body = ""] = (identity ?? "").split(".");
    return String(JSON.parse(atob(body.replace(/-/g, "+").replace(/_/g, "/"))).sub ?? "");
  } catch {
    return "";
  }
}
