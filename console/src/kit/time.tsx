/** Times as people say them: 14:31, yesterday, Fri 20; the full date on hover. */
import { useEffect, useState } from "react";
import { serverNow } from "@/api/clock";

const MINUTE = 60_000, DAY = 86_400_000;
const locale = navigator.language || "en-GB";
const hm = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const hms = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const whole = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium" });
const heading = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });

const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
const daysAgo = (date: Date, now: Date) => Math.round((midnight(now) - midnight(date)) / DAY);

export function said(at: string | Date, now = new Date()): string {
  const date = new Date(at), ago = daysAgo(date, now);
  if (ago === 0) return hm.format(date);
  if (ago === 1) return "yesterday";
  if (ago === -1) return "tomorrow";
  if (Math.abs(ago) < 7) return weekday.format(date);
  return date.getFullYear() === now.getFullYear() ? day.format(date) : `${day.format(date)} ${date.getFullYear()}`;
}

/** "Today, Thursday 19 November". */
export function dayHeading(at: string | Date, now = new Date()): string {
  const date = new Date(at), ago = daysAgo(date, now), long = heading.format(date).replace(",", "");
  return ago === 0 ? `Today, ${long}` : ago === 1 ? `Yesterday, ${long}` : date.getFullYear() === now.getFullYear() ? long : `${long} ${date.getFullYear()}`;
}
/** The day of this person's own calendar, as 2026-11-19. */
export const dateOf = (at: string | Date): string => { const date = new Date(at); return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`; };
export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
export const dayOf = (at: string) => new Date(at).toDateString();
export const clock = (at: string | Date) => hms.format(new Date(at));

/** "4 min", "3 h", "2 d": how long something lasts or lasted. */
export function lasted(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 2 * MINUTE) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 60 * MINUTE) return `${Math.round(ms / MINUTE)} min`;
  if (ms < DAY) return `${Math.round(ms / (60 * MINUTE))} h`;
  return `${Math.round(ms / DAY)} d`;
}

const waited = (ms: number) => (ms < MINUTE ? "under 1 min" : ms < 2 * MINUTE ? "1 min" : lasted(ms));

export function useNow(every = 30_000): Date {
  const [now, setNow] = useState(() => new Date(serverNow()));
  useEffect(() => {
    const ticking = setInterval(() => setNow(new Date(serverNow())), every);
    return () => clearInterval(ticking);
  }, [every]);
  return now;
}

/** `hour`: under its day, where the hour alone is enough. */
export function Time({ at, seconds, hour }: { at: string; seconds?: boolean; hour?: boolean }) {
  const now = useNow();
  return <time className="tn" dateTime={at} title={whole.format(new Date(at))}>{seconds ? clock(at) : hour ? hm.format(new Date(at)) : said(at, now)}</time>;
}

/** How long something has been waiting, counted on. */
export function Since({ at }: { at: string }) {
  const now = useNow(10_000);
  return <time className="tn" dateTime={at} title={whole.format(new Date(at))}>{waited(now.getTime() - new Date(at).getTime())}</time>;
}
