/** Where am I: each page says it in words. */
import { Link } from "@tanstack/react-router";
import { Fragment, useEffect, useSyncExternalStore, type ReactNode } from "react";
import { Icon } from "@/kit/Icon";

export interface Crumb { says: ReactNode; to?: string }
let crumbs: Crumb[] = [];
const watchers = new Set<() => void>();

/** The last crumb is the page; `title` is the tab's. */
export function useCrumbs(title: string, path: Crumb[], note?: ReactNode): void {
  useEffect(() => {
    document.title = `${title} · Retinue`;
    crumbs = note ? [...path, { says: note, to: "" }] : path;
    watchers.forEach((watcher) => watcher());
  }, [title, note, JSON.stringify(path.map((crumb) => [typeof crumb.says === "string" ? crumb.says : "", crumb.to]))]);
}

export function Crumbs() {
  const shown = useSyncExternalStore((watcher) => { watchers.add(watcher); return () => { watchers.delete(watcher); }; }, () => crumbs);
  return (
    <nav className="crumb" aria-label="Where you are">
      {shown.map((crumb, at) => crumb.to === "" ? <Fragment key={at}><span className="t3">·</span><span className="el wide">{crumb.says}</span></Fragment> : (
        <Fragment key={at}>{at > 0 && <Icon name="right" size="s" />}{crumb.to ? <Link to={crumb.to} className="el">{crumb.says}</Link> : <b className="el" aria-current="page">{crumb.says}</b>}</Fragment>
      ))}
    </nav>
  );
}
