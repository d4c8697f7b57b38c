/** A long list is read again after things happened, but not at each of them, and not while somebody points at it. */
import { useEffect, useRef } from "react";
import { useBack, useMoments } from "@/api/live";

const EVERY_MS = 3000;

export function useCalmly(again: () => unknown, client?: string, held: () => boolean = () => false): void {
  const changed = useRef(false);
  const latest = useRef({ again, held });
  latest.current = { again, held };
  useMoments((moment) => { if (client === undefined || moment.client_id === client) changed.current = true; });
  useBack(() => { changed.current = true; });
  useEffect(() => {
    const ticking = setInterval(() => { if (changed.current && !latest.current.held()) { changed.current = false; void latest.current.again(); } }, EVERY_MS);
    return () => clearInterval(ticking);
  }, []);
}
