/** What a page shows when there is nothing, not yet, or no way. */
import type { ReactNode } from "react";
import { asProblem } from "@/api/problem";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";

/** Says what will be here, and the one action that fills it. */
export function Empty({ icon, title, children, action }: { icon?: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
  return <div className="empty"><div className="row b">{icon && <Icon name={icon} />}{title}</div>{children && <p>{children}</p>}{action}</div>;
}

/** The reason first, then the nearest thing one may do. */
export function Trouble({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const found = asProblem(error);
  return (
    <div className="problem" role="alert">
      <Icon name={found.kind === "refused" ? "stop" : "alert"} />
      <div className="col" style={{ gap: 2 }}>
        <span className="b">{found.detail}</span>
        {found.next && <span>{found.next}</span>}
        {found.trace && found.kind === "failed" && <span className="cap">Trace <span className="mono">{found.trace}</span></span>}
        {onRetry && <span><Button size="s" icon="undo" onClick={onRetry}>Try again</Button></span>}
      </div>
    </div>
  );
}

/** The shape of what comes, after 200 ms, with what it waits for. */
export function Loading({ rows = 6, height = 40, what }: { rows?: number; height?: number; what: string }) {
  return (
    <div className="col pad" role="status" aria-label={`Reading ${what}`}>
      {Array.from({ length: rows }, (_, at) => <div key={at} className="skeleton" style={{ height }} />)}
    </div>
  );
}

interface Query<T> { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown }

/** The one way from a query to what is shown: loading, trouble, nothing, or the thing. What was read before stays while it is read again. */
export function Shown<T>({ query, what, empty, rows, height, children }: { query: Query<T>; what: string; empty?: (data: T) => ReactNode | null; rows?: number; height?: number; children: (data: T) => ReactNode }) {
  if (query.data === undefined) {
    if (query.error) return <div className="pad"><Trouble error={query.error} onRetry={() => query.refetch()} /></div>;
    return <Loading what={what} rows={rows} height={height} />;
  }
  const nothing = empty?.(query.data);
  return nothing ? <div className="pad">{nothing}</div> : <>{children(query.data)}</>;
}
