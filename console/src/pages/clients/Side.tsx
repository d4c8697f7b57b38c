/** At the right of a client's story: what waits for a person, what is known, who belongs to it, and whom it spoke with last. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, ask, of } from "@/api/client";
import { liveKey } from "@/api/live";
import { useBarred } from "@/frame/me";
import { Button } from "@/kit/Button";
import { Icon, type IconName } from "@/kit/Icon";
import { useInspect } from "@/kit/inspect/Inspector";
import { Avatar, Chip } from "@/kit/marks";
import { Shown } from "@/kit/states";
import { Since, Time } from "@/kit/time";
import { useNeeds, type Need } from "./board";
import { useDossier } from "./data";
import { Section } from "./Section";
import { sectionIcon, sectionName, textOf } from "./sections";

const FEW = 6;
const STATES: Record<string, { says: string; icon: IconName }> = { open: { says: "open", icon: "chat" }, waiting: { says: "waits for a person", icon: "flag" }, taken: { says: "a person talks", icon: "hand" }, ended: { says: "ended", icon: "ok" } };

export function Side({ client, onFold }: { client: string; onFold: () => void }) {
  const [section, setSection] = useState<string | null>(null);
  return (
    <>
      <Needs client={client} onFold={onFold} />
      <Dossier client={client} onOpen={setSection} />
      <People client={client} />
      <Conversations client={client} />
      <Section client={client} section={section} onClose={() => setSection(null)} />
    </>
  );
}

function Needs({ client, onFold }: { client: string; onFold: () => void }) {
  const needs = useNeeds(client);
  return (
    <section aria-label="What waits for a person">
      <div className="hd"><h2>What waits</h2>{needs.data && <span className="cap tn">{needs.data.length}</span>}<span className="sp" /><Button kind="quiet" size="s" icon="right" label="Fold this pane" onClick={onFold} /></div>
      <Shown query={needs} what="what waits" rows={1} height={52}>
        {(items) => items.length === 0 ? <p className="row small t2" style={{ padding: "12px 14px", borderBottom: "1px solid var(--line)" }}><span className="good" style={{ display: "inline-flex" }}><Icon name="ok" /></span>Nothing waits for a person here.</p>
          : <ol>{items.map((need, at) => <NeedLine key={need.need_id} need={need} at={at} client={client} />)}</ol>}
      </Shown>
    </section>
  );
}

function NeedLine({ need, at, client }: { need: Need; at: number; client: string }) {
  return (
    <li style={{ display: "grid", gridTemplateColumns: "16px 1fr", gap: "0 8px", padding: "10px 14px", borderBottom: "1px solid var(--line)", ...(at === 0 ? { background: "var(--selected)" } : {}) }}>
      <span className="cap tn b">{at + 1}</span>
      <div className="col" style={{ gap: 2 }}>
        <span className="row" style={{ alignItems: "flex-start" }}><span className="b">{need.title}</span><span className="sp" />{need.due_at ? <Chip tone="warn" icon="clock"><Time at={need.due_at} /></Chip> : <Chip icon="clock"><Since at={need.since} /></Chip>}</span>
        {need.detail && <span className="small t2">{need.detail}</span>}
        <div className="row" style={{ marginTop: 4 }}><Act need={need} first={at === 0} client={client} /></div>
      </div>
    </li>
  );
}

function Act({ need, first, client }: { need: Need; first: boolean; client: string }) {
  const inspect = useInspect();
  const barred = useBarred("research:write", client);
  const look = `btn s ${first ? "p" : ""}`;
  switch (need.kind) {
    case "approve_requirements": return <Link className={look} to="/clients/$client/requirements" params={{ client }}>Review</Link>;
    case "conversation_waiting": return <Link className={look} to="/inbox/$client/$conversation" params={{ client, conversation: need.subject_id }}>Open the conversation</Link>;
    case "research_failed": return <Link className={look} to="/clients/$client/research" params={{ client }} search={{ job: need.subject_id } as never} title={barred ?? undefined}>See why</Link>;
    case "event_parked": return <Link className={look} to="/develop/$tab" params={{ tab: "events" }}>See the error</Link>;
    default: return <Button size="s" onClick={() => inspect("event", client, need.subject_id)}>Open</Button>;
  }
}

function Dossier({ client, onOpen }: { client: string; onOpen: (section: string) => void }) {
  const dossier = useDossier(client);
  return (
    <section aria-label="Dossier">
      <div className="hd"><h2>Dossier</h2><span className="cap tn">facts / sources</span></div>
      <Shown query={dossier} what="the dossier" rows={2} height={40}>
        {(dossier) => (
          <div className="dossier">
            {Object.keys(dossier.sections).map((name) => {
              const { facts, sources } = dossier.counts[name] ?? { facts: 0, sources: 0 };
              return <button key={name} type="button" onClick={() => onOpen(name)} disabled={facts === 0}><Icon name={sectionIcon(name)} size="m" /><span className="el">{sectionName(name)}</span><span className="sp" /><span className="tn">{facts.toLocaleString()}{sources > 0 && <span className="t3"> / {sources}</span>}</span></button>;
            })}
          </div>
        )}
      </Shown>
    </section>
  );
}

function People({ client }: { client: string }) {
  const people = Object.entries(useDossier(client).data?.sections.people ?? {});
  const barred = useBarred("conversations:read", client);
  const contacts = Object.entries(useDossier(client).data?.sections.contacts ?? {}).slice(-FEW).reverse();
  if (people.length === 0 && contacts.length === 0) return null;
  return (
    <section aria-label="People">
      <div className="hd"><h2>People</h2></div>
      <ul style={{ padding: "6px 0" }}>
        {people.map(([role, fields]) => <li key={role} className="row" style={{ padding: "4px 14px" }}><Avatar name={textOf(fields.name) || "?"} /><span className="el">{textOf(fields.name) || "A colleague"}</span><span className="cap">{role.replaceAll("_", " ")}{fields.automatic === true && ", chosen by rule"}</span></li>)}
        {!barred && contacts.map(([id, fields]) => <li key={id} className="row" style={{ padding: "4px 14px" }}><Avatar name={textOf(fields.name) || "Visitor"} /><span className="el">{textOf(fields.name) || textOf(fields.email) || textOf(fields.phone) || "A visitor"}</span><span className="cap el">{textOf(fields.name) && (textOf(fields.email) || textOf(fields.phone))}</span></li>)}
      </ul>
    </section>
  );
}

function Conversations({ client }: { client: string }) {
  const barred = useBarred("conversations:read", client);
  const conversations = useQuery({
    queryKey: liveKey(client, "last conversations"), enabled: barred === null,
    queryFn: () => ask(() => api.GET("/api/v1/chat/conversations", { headers: of(client), params: { query: { limit: FEW } } })),
  });
  if (barred) return null;
  return (
    <section aria-label="Last conversations">
      <div className="hd"><h2>Last conversations</h2><span className="sp" /><Link className="small" to="/inbox" search={{ client } as never}>All</Link></div>
      <Shown query={conversations} what="the conversations" rows={2}>
        {({ items }) => items.length === 0 ? <p className="small t2" style={{ padding: "12px 14px" }}>Nobody has written yet. Try the agent yourself in <Link to="/clients/$client/agents" params={{ client }}>Agents</Link>, or put the widget on a page.</p> : (
          <ul>{items.map((conversation) => {
            const { says, icon } = STATES[conversation.status]!;
            return (
              <li key={conversation.conversation_id}>
                <Link className="item" to="/inbox/$client/$conversation" params={{ client, conversation: conversation.conversation_id }}>
                  <span className={conversation.status === "waiting" ? "warn" : "t2"} style={{ display: "inline-flex", marginTop: 2 }}><Icon name={icon} /></span>
                  <span style={{ flex: 1, minWidth: 0 }}><span className="row"><span className="el" style={{ fontWeight: 550 }}>{conversation.subject || conversation.visitor_name || "A visitor"}</span><span className="sp" /><span className="cap"><Time at={conversation.last_message_at} /></span></span>
                    <span className="cap tn">{says} · {conversation.messages} messages · version {conversation.config_version}</span></span>
                </Link>
              </li>
            );
          })}</ul>
        )}
      </Shown>
    </section>
  );
}
