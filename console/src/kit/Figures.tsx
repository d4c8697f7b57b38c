/** At most four numbers of one event, side by side. */
import { figuresOf } from "./told";

export function Figures({ kind, body }: { kind: string; body: Record<string, unknown> }) {
  const figures = figuresOf(kind, body);
  if (figures.length === 0) return null;
  return <dl className="figures">{figures.map(({ says, value, note }) => <div key={says}><dt className="el">{says}</dt><dd>{value}</dd>{note && <dd className="cap el">{note}</dd>}</div>)}</dl>;
}
