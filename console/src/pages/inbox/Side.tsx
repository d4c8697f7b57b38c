/** Who the visitor is, why the agent said what it said, and what they asked before, on every channel. */
import { Modal, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api, ask, of } from "@/api/client";
import { useBarred } from "@/frame/me";
import { Button } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { Avatar, Chip } from "@/kit/marks";
import { Figures, Path } from "@/kit/inspect/Path";
import { refuse, say } from "@/kit/notice";
import { Empty, Loading, Trouble } from "@/kit/states";
import { Time } from "@/kit/time";
import "@/kit/inspect/answer.css";
import { channelOf, useBefore, useContact, useWhy, visitorOf, type Line } from "./data";
import { Proof, SamePerson } from "./SamePerson";

const KINDS: Record<string, { icon: "mail" | "phone" | "user"; says: string }> = { email: { icon: "mail", says: "E-mail" }, phone: { icon: "phone", says: "Telephone" }, account: { icon: "user", says: "Account" } };

export function Side({ line, chosen, children }: { line: Line; chosen: string | undefined; children?: React.ReactNode }) {
  return (
    <>
      <Who line={line} />
      <WhyThis line={line} message={chosen} />
      <Before line={line} />
      {children}
    </>
  );
}

function Who({ line }: { line: Line }) {
  const { client_id: client, contact_id: id } = line;
  const contact = useContact(client, id), card = contact.data;
  const [editing, setEditing] = useState(false), [forgetting, setForgetting] = useState(false);
  const writes = useBarred("conversations:write", client), erases = useBarred("contacts:erase", client);
  const name = card?.name || visitorOf(line);
  return (
    <section aria-label="Contact">
      <div className="row" style={{ padding: "12px 14px 10px", gap: 10, borderBottom: "1px solid var(--line)" }}>
        <Avatar name={name} large />
        <div className="sp" style={{ minWidth: 0 }}><h2 className="el lead">{name}</h2><p className="cap el">{id ? (card ? <>Known since <Time at={card.created_at} /></> : "Contact") : "Not known by name or address yet"}</p></div>
        {id && <Button size="s" icon="pen" barred={writes} onClick={() => setEditing(!editing)} aria-expanded={editing}>Edit</Button>}
      </div>
      {contact.error && !card && <div className="pad"><Trouble error={contact.error} onRetry={() => void contact.refetch()} /></div>}
      {editing && card && <Edit key={card.updated_at} client={client} id={card.contact_id} name={card.name ?? ""} onDone={() => setEditing(false)} />}
      <dl className="kvs">
        {(card?.addresses ?? []).map((address) => <div key={`${address.kind} ${address.shown}`} className="kv"><Icon name={KINDS[address.kind]?.icon ?? "tag"} size="m" /><dt>{KINDS[address.kind]?.says ?? address.kind}</dt><dd className="row"><span className="el tn" title={address.shown}>{address.shown}</span><span className="sp" /><Proof card={card!} address={address} /></dd></div>)}
        <div className="kv"><Icon name={channelOf(line.channel).icon} size="m" /><dt>Writes by</dt><dd className="el">{channelOf(line.channel).says}</dd></div>
        <div className="kv"><Icon name="clients" size="m" /><dt>Client</dt><dd className="el"><Link to="/clients/$client" params={{ client }}>{line.client_name ?? "Open the client"}</Link></dd></div>
        <div className="kv"><Icon name="branch" size="m" /><dt>Agent</dt><dd className="row"><Link to="/clients/$client/agents" params={{ client }} className="el">version {line.config_version}</Link><span className="sp" /><Button size="s" kind="risky" icon="stop" barred={erases} onClick={() => setForgetting(true)}>Forget</Button></dd></div>
      </dl>
      {!id && <p className="cap" style={{ padding: "0 14px 10px" }}>The agent notes a name, e-mail address or number as soon as the visitor gives one.</p>}
      {card && <SamePerson card={card} />}
      <Forget line={line} name={name} merged={card?.parts.length ?? 0} opened={forgetting} onClose={() => setForgetting(false)} />
    </section>
  );
}

function Edit({ client, id, name, onDone }: { client: string; id: string; name: string; onDone: () => void }) {
  const queries = useQueryClient();
  const [given, setGiven] = useState({ name, email: "", phone: "" });
  const [error, setError] = useState<unknown>(null), [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const changed = { ...(given.name.trim() && given.name.trim() !== name ? { name: given.name.trim() } : {}), ...(given.email.trim() ? { email: given.email.trim() } : {}), ...(given.phone.trim() ? { phone: given.phone.trim() } : {}) };
    if (Object.keys(changed).length === 0) { onDone(); return; }
    setBusy(true);
    try {
      await ask(() => api.PATCH("/api/v1/contacts/{contact_id}", { headers: of(client), params: { path: { contact_id: id } }, body: changed }));
      void queries.invalidateQueries({ queryKey: ["live"] });
      say("The contact was corrected.");
      onDone();
    } catch (found) { setError(found); } finally { setBusy(false); }
  };
  const field = (key: keyof typeof given, label: string, type = "text") => <TextInput size="xs" label={label} type={type} value={given[key]} onChange={(event) => setGiven({ ...given, [key]: event.currentTarget.value })} />;
  return (
    <form className="col" style={{ padding: "10px 14px", borderBottom: "1px solid var(--line)" }} onSubmit={submit} aria-label="Edit the contact">
      {error !== null && <Trouble error={error} />}
      {field("name", "Name")}{field("email", "Another e-mail address", "email")}{field("phone", "Another telephone number", "tel")}
      <div className="row"><span className="sp" /><Button size="s" onClick={onDone}>Leave it</Button><Button size="s" kind="primary" type="submit" busy={busy}>Save</Button></div>
    </form>
  );
}

function Forget({ line, name, merged, opened, onClose }: { line: Line; name: string; merged: number; opened: boolean; onClose: () => void }) {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const forget = async () => {
    setBusy(true);
    try {
      const { conversations } = await ask(() => api.POST("/api/v1/chat/conversations/{id}/forget", { headers: of(line.client_id), params: { path: { id: line.conversation_id } } }));
      queries.removeQueries({ queryKey: ["why"] });
      void queries.invalidateQueries({ queryKey: ["live"] });
      say(`${name} was forgotten, with ${conversations} ${conversations === 1 ? "conversation" : "conversations"}.`);
      onClose();
    } catch (error) { refuse(error); } finally { setBusy(false); }
  };
  return (
    <Modal opened={opened} onClose={onClose} title={<h2>Forget {name}</h2>}>
      <div className="col" style={{ gap: 12 }}>
        <p>What this visitor said to {line.client_name ?? "this client"}, their name and addresses, and every copy of them are erased, in all their conversations{merged > 0 && <>, and in those of the {merged === 1 ? "contact that was" : `${merged} contacts that were`} merged into this one</>}. The conversations end. Times and figures stay; nobody can tell whose they were.</p>
        <p className="b">This cannot be undone.</p>
        <div className="row"><span className="sp" /><Button onClick={onClose} data-autofocus>Keep them</Button><Button kind="risky" icon="stop" busy={busy} onClick={forget}>Forget for good</Button></div>
      </div>
    </Modal>
  );
}

function WhyThis({ line, message }: { line: Line; message: string | undefined }) {
  const why = useWhy(line.client_id, line.conversation_id, message);
  return (
    <section aria-label="Why this answer" id="why-this" tabIndex={-1} style={{ borderTop: "1px solid var(--line)" }}>
      <div className="row" style={{ padding: "10px 14px 4px" }}><h2>Why this answer</h2>{why.data && <Chip><Time at={why.data.created_at} /></Chip>}</div>
      {!message ? <p className="small t2" style={{ padding: "0 14px 12px" }}>The agent has not answered anything here yet.</p>
        : why.error && !why.data ? <div style={{ padding: "0 14px 12px" }}><Trouble error={why.error} onRetry={() => void why.refetch()} /></div>
        : !why.data ? <Loading what="the path of the answer" rows={4} height={22} />
        : <><div style={{ padding: "0 14px 8px" }}><Figures why={why.data} /></div><Path why={why.data} client={line.client_id} /></>}
    </section>
  );
}

function Before({ line }: { line: Line }) {
  const before = useBefore(line.client_id, line.contact_id);
  const others = (before.data?.items ?? []).filter((one) => one.conversation_id !== line.conversation_id);
  return (
    <section aria-label="Before, on every channel" style={{ borderTop: "1px solid var(--line)" }}>
      <div className="row" style={{ padding: "10px 14px 6px" }}><h2>Before, on every channel</h2><span className="cap tn">{others.length}</span></div>
      {line.contact_id && before.error && !before.data ? <div style={{ padding: "0 14px 12px" }}><Trouble error={before.error} onRetry={() => void before.refetch()} /></div>
        : others.length === 0 ? <div style={{ padding: "0 14px 14px" }}><Empty title={line.contact_id ? "This is the first time." : "Nobody knows yet."}>{line.contact_id ? undefined : "Once the visitor says who they are, their other conversations stand here."}</Empty></div>
        : <ul style={{ paddingBottom: 10 }}>{others.map((one) => <li key={one.conversation_id}><Link className="kv past" to="/inbox/$client/$conversation" params={{ client: one.client_id, conversation: one.conversation_id }}><Icon name={channelOf(one.channel).icon} size="m" /><span className="el">{one.subject || one.last_line || "(erased)"}</span><span className="cap"><Time at={one.last_message_at} /></span></Link></li>)}</ul>}
    </section>
  );
}
