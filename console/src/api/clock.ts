/** The server's time, so that a clock of this machine that is wrong does no harm. */
let ahead = 0; // milliseconds by which the server's clock is ahead of this one

/** From an answer's Date header, which is exact to a second: what is less than two is no difference. */
export function hearTime(date: string | null, now = Date.now()): void {
  const told = date ? Date.parse(date) : NaN;
  if (!Number.isNaN(told)) ahead = Math.abs(told - now) < 2000 ? 0 : told - now;
}
export const serverNow = (): number => Date.now() + ahead;
