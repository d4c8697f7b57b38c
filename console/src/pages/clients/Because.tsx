/** An opened card: at most four numbers, then why it happened and where it leads. */
import { Link } from "@tanstack/react-router";
import type { Moment } from "@/api/live";
import { hrefOf } from "@/frame/subjects";
import { Figures } from "@/kit/Figures";
import { useInspect } from "@/kit/inspect/Inspector";
import { Shown } from "@/kit/states";
import { Time } from "@/kit/time";
import { reasonOf, useTold } from "./told";

const PLACES: Record<string, string> = { conversation: "Open the conversation", requirements: "Open the requirements", configuration: "Open the configuration", document: "Open the document", research: "Open the research", contact: "Open the contact", key: "Open the keys" };

export function Because({ moment, onLineage }: { moment: Moment; onLineage: (id: string) => void }) {
  const told = useTold(moment.client_id, moment.event_id);
  const inspect = useInspect();
  const open = (other: Moment) => inspect("event", other.client_id, other.event_id);
  return (
    <Shown query={told} what="why" rows={1} height={48}>
      {(told) => {
        const because = reasonOf(told), { body, effects } = told;
        return (
          <>
            <Figures kind={moment.kind} body={body} />
            <div className="row wrap small t2">
              {because ? <><span>{because.word}</span><button type="button" className="link el" onClick={() => open(because.moment)}>{because.moment.title}</button><span className="cap"><Time at={because.moment.occurred_at} /></span></> : moment.actor_name ? <span>{moment.actor_name} did it.</span> : <span className="t3">Nothing before it caused it.</span>}
              <span className="sp" />
              {effects.length > 0 && <button type="button" className="link" onClick={() => open(moment)}>{effects.length} {effects.length === 1 ? "effect" : "effects"}</button>}
              {moment.lineage_id && <button type="button" className="link" onClick={() => onLineage(moment.lineage_id!)}>Lineage</button>}
              {moment.subject && <Link {...(hrefOf({ type: moment.subject.type, id: moment.subject.id, client_id: moment.client_id }) as { to: string })}>{PLACES[moment.subject.type] ?? "Open"}</Link>}
            </div>
          </>
        );
      }}
    </Shown>
  );
}
