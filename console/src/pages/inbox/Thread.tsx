/** What was said, as it is said: bubbles, handovers and notes in their place, older ones above, and what is on its way below. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { Button } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { Confidence } from "@/kit/marks";
import { useInspect } from "@/kit/inspect/Inspector";
import { modelName, money, reasonOf } from "@/kit/inspect/Path";
import { dayHeading, dayOf, lasted, Time } from "@/kit/time";
import type { Schema } from "@/api/client";
import type { Handover, Line, Said } from "./data";
import type { Outgoing } from "./outbox";

interface Props {
  client: string;
  line: Line;
  messages: Said[]; // oldest first
  handovers: Handover[];
  notes: Schema["Note"][];
  outgoing: Outgoing[];
  piece: string;
  agentTypes: boolean;
  visitorTypes: boolean;
  visitor: string;
  me: string | undefined;
  chosen: string | undefined;
  more: { has: boolean; busy: boolean; read: () => void };
  onWhy: (message: string) => void;
  onRetry: (one: Outgoing) => void;
  onDrop: (one: Outgoing) => void;
}
type Entry = { at: string; order: number; key: string } & ({ said: Said } | { handover: Handover } | { note: Schema["Note"] });

export function Thread(props: Props) {
  const { line, messages, handovers, notes, outgoing, piece, agentTypes, visitorTypes, visitor, more } = props;
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true), height = useRef(0), first = useRef<string | undefined>(undefined), last = useRef<number>(0), shownFor = useRef("");
  const [unseen, setUnseen] = useState(0);
  const entries = useMemo(() => {
    const positions = new Map(messages.map((message) => [message.position, message]));
    const from = messages[0]?.created_at ?? "";
    const found: Entry[] = messages.map((said) => ({ at: said.created_at, order: said.position, key: said.message_id, said }));
    for (const handover of handovers) if (handover.after_position === 0 || positions.has(handover.after_position) || handover.after_position >= (messages.at(-1)?.position ?? 0)) found.push({ at: handover.created_at, order: handover.after_position + 0.5, key: handover.handover_id, handover });
    for (const note of notes) if (!more.has || note.created_at >= from) {
      const before = [...messages].reverse().find((message) => message.created_at <= note.created_at);
      found.push({ at: note.created_at, order: (before?.position ?? 0) + 0.7, key: note.note_id, note });
    }
    return found.sort((a, b) => a.order - b.order || a.at.localeCompare(b.at));
  }, [messages, handovers, notes, more.has]);

  useLayoutEffect(() => {
    const at = box.current;
    if (!at) return;
    const newest = messages.at(-1)?.position ?? 0, oldest = messages[0]?.message_id;
    if (shownFor.current !== line.conversation_id) { shownFor.current = line.conversation_id; atEnd.current = true; last.current = newest; setUnseen(0); }
    if (atEnd.current) { at.scrollTop = at.scrollHeight; setUnseen(0); last.current = newest; }
    else if (first.current && oldest !== first.current && messages.some((message) => message.message_id === first.current)) at.scrollTop += at.scrollHeight - height.current; // older ones came above
    else if (newest > last.current) setUnseen(messages.filter((message) => message.position > last.current).length);
    height.current = at.scrollHeight;
    first.current = oldest;
  }, [entries, outgoing, piece, agentTypes, visitorTypes, line.conversation_id]);

  useEffect(() => { // the field below grows and shrinks
    const at = box.current!, watching = new ResizeObserver(() => { if (atEnd.current) at.scrollTop = at.scrollHeight; });
    watching.observe(at);
    return () => watching.disconnect();
  }, []);

  const scrolled = () => {
    const at = box.current!;
    atEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < 48;
    if (atEnd.current && unseen) { setUnseen(0); last.current = messages.at(-1)?.position ?? 0; }
    if (at.scrollTop < 400 && more.has && !more.busy) { height.current = at.scrollHeight; more.read(); }
  };
  let day = "";
  return (
    <div className="thread">
      <div ref={box} id="thread" className="msgs" role="log" aria-label={`Conversation with ${visitor}`} tabIndex={0} onScroll={scrolled}>
        {more.has ? <p className="cap top-of" role="status">{more.busy ? "Reading older messages" : <Button size="s" onClick={more.read}>Older messages</Button>}</p>
          : messages.length > 0 && <p className="cap top-of">The conversation began here.</p>}
        {entries.map((entry) => {
          const its = dayOf(entry.at), separator = its !== day;
          day = its;
          return (
            <div key={entry.key} className="entry">
              {separator && <div className="sep"><h3 className="small">{dayHeading(entry.at)}</h3></div>}
              {"said" in entry ? <Bubble {...props} said={entry.said} /> : "handover" in entry ? <HandedOver handover={entry.handover} me={props.me} visitor={visitor} /> : <NoteCard note={entry.note} me={props.me} line={line} />}
            </div>
          );
        })}
        {outgoing.map((one) => <Sent key={one.key} one={one} onRetry={() => props.onRetry(one)} onDrop={() => props.onDrop(one)} />)}
        {agentTypes && (piece ? <div className="msg out" aria-hidden="true"><div className="bub agent">{piece}<span className="caret" /></div></div> : <Typing out says="The agent is writing" />)}
        {visitorTypes && <Typing says={`${visitor} is typing`} />}
      </div>
      {unseen > 0 && <Button kind="primary" size="s" icon="dn" className="unseen" onClick={() => { box.current!.scrollTop = box.current!.scrollHeight; }}>{unseen} new</Button>}
    </div>
  );
}

function Typing({ says, out }: { says: string; out?: boolean }) {
  return <div className={`row small t2 ${out ? "typing out" : "typing"}`} role="status"><span className="dots" aria-hidden="true"><i /><i /><i /></span>{says}</div>;
}

function Bubble({ said, client, me, chosen, onWhy, visitor }: Props & { said: Said }) {
  const inspect = useInspect();
  const { role, citations } = said;
  if (role === "system") return <p className="cap" style={{ textAlign: "center" }}>{said.content}</p>;
  const out = role !== "visitor", unsure = role === "assistant" && said.grounded === false;
  const open = (at: number) => { const one = citations[at]!; inspect("document", client, one.document_id, String(one.start), String(one.end)); };
  const offered = [...(said.rich_content?.buttons ?? []).map((button) => button.label), ...(said.rich_content?.suggested_questions ?? [])];
  const files = (said as unknown as { attachments?: { attachment_id: string; name: string; bytes: number }[] }).attachments ?? [];
  const who = role === "person" ? (said.author === me ? "You" : (said.author_name ?? "A colleague")) : role === "assistant" ? "Agent" : visitor;
  return (
    <article className={`msg ${out ? "out" : ""}`} aria-label={who} data-chosen={said.message_id === chosen || undefined}>
      <div className={`bub ${role === "person" ? "person" : unsure ? "unsure" : out ? "agent" : ""}`}>
        {said.content || <span className="t3">(erased)</span>}
        {citations.map((citation, at) => <button key={`${citation.document_id} ${citation.start}`} type="button" className="cite" aria-label={`Source ${at + 1}: ${citation.title}`} onClick={() => open(at)}>{at + 1}</button>)}
        {citations.length > 0 && (
          <ul className="src">{citations.map((citation, at) => <li key={`${citation.document_id} ${citation.start}`} className="row"><span className="cite" aria-hidden="true">{at + 1}</span><span className="el sp t2" title={citation.quote}>{citation.title || citation.document_id}</span><button type="button" className="acc" onClick={() => open(at)} aria-label={`Open ${citation.title} at the sentence`}>Open</button></li>)}</ul>
        )}
        {files.length > 0 && <ul className="src">{files.map((file) => <li key={file.attachment_id} className="row"><Icon name="file" size="m" /><span className="el sp">{file.name}</span><span className="cap tn">{Math.ceil(file.bytes / 1000).toLocaleString()} kB</span></li>)}</ul>}
        {offered.length > 0 && <ul className="row wrap offered" aria-label="Offered to the visitor">{offered.map((label) => <li key={label} className="chip">{label}</li>)}</ul>}
      </div>
      <div className="mt">
        {role === "assistant" && said.answered_by && (
          <>
            <span className="b t2">{said.answered_by === "rules" ? "Rules" : said.model ? modelName(said.model) : said.answered_by}</span>
            {said.confidence != null && <Confidence value={said.confidence} below={unsure ? "below 0.70: it says that it does not know and offers a person" : "below 0.70"} />}
            {unsure && <span>I don't know</span>}
            {said.config_version != null && <span>config v{said.config_version}</span>}
            {said.cost_usd != null && <span className="tn">{money(said.cost_usd)}</span>}
            {said.ms != null && <span className="tn">{lasted(said.ms)}</span>}
            <button type="button" className="acc" onClick={() => onWhy(said.message_id)}>Why this answer</button>
          </>
        )}
        {role === "person" && <span className="b t2">{who}</span>}
        <Time at={said.created_at} />
      </div>
    </article>
  );
}

function HandedOver({ handover, me, visitor }: { handover: Handover; me: string | undefined; visitor: string }) {
  const who = handover.actor === me ? "You" : (handover.actor_name ?? "A colleague");
  const says: ReactNode = handover.what === "requested" ? <>A person was asked for{handover.reason ? `: ${reasonOf(handover.reason).replace("the visitor", visitor)}` : ""}</> : handover.what === "taken" ? <>{who} took over. The agent is silent and suggests</> : <>{who} handed back. The agent answers</>;
  return <div className="sep"><Icon name={handover.what === "requested" ? "flag" : handover.what === "taken" ? "hand" : "agents"} size="s" /><span>{says}, <Time at={handover.created_at} /></span></div>;
}

function NoteCard({ note, me, line }: { note: Schema["Note"]; me: string | undefined; line: Line }) {
  const who = note.author === me ? "You" : note.author === line.taken_by ? (line.taken_by_name ?? "A colleague") : "A colleague";
  return <div className="notecard" role="note"><div className="row cap"><Icon name="pen" size="s" /><span className="b">{who} noted</span><span>only colleagues see this</span><span className="sp" /><Time at={note.created_at} /></div><p>{note.content}</p></div>;
}

function Sent({ one, onRetry, onDrop }: { one: Outgoing; onRetry: () => void; onDrop: () => void }) {
  return (
    <div className="msg out" data-waits={!one.problem || undefined}>
      <div className={one.kind === "note" ? "notecard" : "bub person"}>{one.content}</div>
      <div className="mt" role="status">
        {one.problem ? <><span className="bad row" style={{ gap: 4 }}><Icon name="alert" size="s" />Not sent. {one.problem.detail} {one.problem.next}</span><Button size="s" icon="undo" onClick={onRetry}>Send again</Button><Button size="s" kind="quiet" onClick={onDrop}>Back to the field</Button></> : <span>Being sent</span>}
      </div>
    </div>
  );
}
