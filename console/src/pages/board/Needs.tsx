/** What waits for a person, the most urgent first; Review leads to it. */
import { Link } from "@tanstack/react-router";
import { Icon } from "@/kit/Icon";
import { Chip } from "@/kit/marks";
import { Empty, Shown } from "@/kit/states";
import { Since, Time } from "@/kit/time";
import { MOST } from "../clients/data";
import { useNeeds } from "../clients/board";
import { placeOf } from "./data";

export function Needs() {
  const needs = useNeeds();
  const count = needs.data?.length ?? 0, more = count < MOST ? "" : "+";
  return (
    <section className="card pane-b" aria-label="Needs you">
      <div className="hd"><h2>Needs you</h2>{count > 0 && <Chip tone="warn" icon="flag">{count}{more}</Chip>}<span className="sp" />{count > 0 && <Link className="small" to="/clients" search={{ needs: "1" } as never} aria-label={`All ${count}${more} that need someone`} style={{ minHeight: 24, display: "inline-flex", alignItems: "center" }}>All {count}{more}</Link>}</div>
      <Shown query={needs} what="what waits" rows={3} height={44} empty={(items) => items.length === 0 && <Empty icon="ok" title="Nothing waits for you">Drafts to approve, visitors who ask for a person, and what failed come here.</Empty>}>
        {(items) => (
          <ol className="scroll" aria-label="What needs somebody">
            {items.map((need) => {
              const place = placeOf(need);
              return (
                <li key={need.need_id} className="need">
                  <span className="el b" title={need.title}>{need.title}</span>
                  <span className={`chip tn ${need.due_at ? "warn" : ""}`}><Icon name="clock" />{need.due_at ? <>due <Time at={need.due_at} /></> : <Since at={need.since} />}</span>
                  <span className="small t2 el" title={need.detail ?? ""}>{need.client_name ?? "This house"}{need.detail && `, ${need.detail}`}</span>
                  <Link className="btn s" to={place.to} search={place.search as never} aria-label={`Review: ${need.title}, ${need.client_name ?? "this house"}`}>Review</Link>
                </li>
              );
            })}
          </ol>
        )}
      </Shown>
    </section>
  );
}
