/** Talking with an agent: what it said, from where, how sure, why; and a field to ask. */
import { Textarea } from "@mantine/core";
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";
import { useTalk, type Message, type Place } from "@/api/chat";
import { draft } from "@/frame/preferences";
import { Button, Keys } from "./Button";
import { Icon } from "./Icon";
import { Avatar, Confidence } from "./marks";
import { Trouble } from "./states";
import { lasted, Time } from "./time";
import { useInspect } from "./inspect/Inspector";

interface Props extends Place {
  /** Who answers. */
  name: string;
  about?: ReactNode;
  /** Offered until the conversation offers its own. */
  suggestions?: string[];
  /** What stands here before anything was said. */
  hint?: ReactNode;
  placeholder?: string;
  tools?: ReactNode;
  /** Why nothing can be asked now. */
  barred?: string | null;
  /** The field, for a page that has a key for it. */
  field?: RefObject<HTMLTextAreaElement | null>;
}

export function Chat({ client, conversation, channel = "test", config, version, name, about, suggestions = [], hint, placeholder, tools, barred, field: given }: Props) {
  const { talk, ...now } = useTalk({ client, conversation, channel, config, version });
  const drafted = `chat.${client}.${conversation ?? channel}`;
  const [text, setText] = useState(() => draft.read(drafted));
  const own = useRef<HTMLTextAreaElement>(null);
  const field = given ?? own;
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => { if (atEnd.current && log.current) log.current.scrollTop = log.current.scrollHeight; }, [now.messages, now.unsent, now.piece, now.typing]);
  useEffect(() => draft.keep(drafted, text), [drafted, text]);

  const send = (said: string) => { atEnd.current = true; talk.send(said); };
  const submit = () => { if (!text.trim() || barred) return; send(text); setText(""); };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  const last = now.messages.at(-1);
  const offered = last && last.role !== "visitor" ? (last.rich_content?.suggested_questions ?? []) : [];
  const asked = new Set([...now.messages.filter((message) => message.role === "visitor").map((message) => message.content), ...now.unsent.map((unsent) => unsent.content)]);
  const offers = (offered.length ? offered : suggestions).filter((question) => !asked.has(question)).slice(0, 4);
  const waiting = now.unsent.some((unsent) => !unsent.problem);

  return (
    <section className="chat card" aria-label={`Chat with ${name}`}>
      <header className="hd" style={{ minHeight: 52 }}>
        <Avatar name={name} bot large />
        <div className="sp" style={{ minWidth: 0 }}><h2 className="el">{name}</h2>{about && <p className="cap el">{about}</p>}</div>
        {tools}
        {now.conversation && !conversation && <Button size="s" icon="undo" label="Begin a new conversation" onClick={() => { talk.restart(); field.current?.focus(); }} />}
      </header>
      <div ref={log} className="log" role="log" aria-label="What was said" tabIndex={0} onScroll={(event) => { const box = event.currentTarget; atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < 40; }}>
        {now.messages.length === 0 && now.unsent.length === 0 && hint && <p className="t2" style={{ margin: "auto 0", textAlign: "center" }}>{hint}</p>}
        {now.messages.map((message) => <Said key={message.message_id} message={message} client={client} conversation={now.conversation ?? ""} name={name} took={now.took[message.message_id]} live={message === last} onPress={send} />)}
        {now.unsent.map((unsent) => (
          <div key={unsent.id} className="bub mine" data-waits={!unsent.problem}>
            <span className="hidden">You: </span>{unsent.content}
            {unsent.problem && <div className="not"><span className="bad small"><Icon name="alert" size="s" /> Not sent. {unsent.problem.detail} {unsent.problem.next}</span><span className="row"><Button size="s" icon="undo" onClick={() => talk.retry(unsent.id)}>Send again</Button><Button size="s" kind="quiet" onClick={() => { setText(unsent.content); talk.drop(unsent.id); field.current?.focus(); }}>Change</Button></span></div>}
          </div>
        ))}
        {now.piece ? <div className="bub agent" aria-hidden="true">{now.piece}</div> : now.typing && <div className="bub agent dots" role="img" aria-label={`${name} is writing`}><i /><i /><i /></div>}
        {now.trouble && <Trouble error={now.trouble} />}
      </div>
      <footer className="ask">
        {now.link === "broken" && <p className="cap row" role="status"><span className="pulse off" />The line broke. It is being opened again{waiting ? "; your message waits and goes out by itself" : ""}.</p>}
        {offers.length > 0 && !barred && <div className="offers">{offers.map((question) => <button key={question} type="button" className="pill" onClick={() => send(question)}>{question}</button>)}</div>}
        <div className="field">
          <Textarea ref={field} className="sp" variant="unstyled" autosize minRows={1} maxRows={6} maxLength={8000} aria-label={`Ask ${name}`} placeholder={placeholder ?? `Ask ${name} anything`} value={text} disabled={now.ended || Boolean(barred)} onChange={(event) => setText(event.currentTarget.value)} onKeyDown={keys} />
          <Button kind="primary" icon="send" barred={barred ?? (now.ended ? "This conversation has ended." : null)} disabled={!text.trim() && !barred && !now.ended} onClick={submit}>Ask <Keys of={["⏎"]} /></Button>
        </div>
      </footer>
    </section>
  );
}

const WHO = { visitor: "You", assistant: "Agent", person: "A person", system: "Notice" };

interface SaidProps { message: Message; client: string; conversation: string; name: string; took?: number; live: boolean; onPress: (text: string) => void }

export function Said({ message, client, conversation, name, took, live, onPress }: SaidProps) {
  const inspect = useInspect();
  const [open, setOpen] = useState<number | null>(null);
  const { role, citations } = message;
  if (role === "system") return <p className="cap" style={{ textAlign: "center" }}>{message.content}</p>;
  if (role === "visitor") return <div className="bub mine"><span className="hidden">You: </span>{message.content}</div>;
  const unsure = role === "assistant" && message.grounded === false;
  const cite = (number: number) => <button key={`cite ${number}`} type="button" className="cite" aria-expanded={open === number} aria-label={`Source ${number}: ${citations[number - 1]?.title}`} onClick={() => setOpen(open === number ? null : number)}>{number}</button>;
  const parts = message.content.split(/\s?\[(\d{1,2})\]/);
  const marked = new Set<number>();
  const words = parts.map((part, at) => {
    if (at % 2 === 0) return part;
    const number = Number(part);
    if (!citations[number - 1]) return `[${part}]`;
    marked.add(number);
    return cite(number);
  });
  const rest = citations.map((_, at) => at + 1).filter((number) => !marked.has(number));
  const shown = open === null ? undefined : citations[open - 1];
  return (
    <div className="said">
      <div className={`bub ${role === "person" ? "person" : unsure ? "unsure" : "agent"}`}>
        <span className="hidden">{role === "assistant" ? name : WHO[role]}: </span>{words}{rest.length > 0 && <> {rest.map(cite)}</>}
        {live && (message.rich_content?.buttons.length ?? 0) > 0 && <div className="row wrap" style={{ marginTop: 6 }}>{message.rich_content!.buttons.map((button) => <Button key={button.value} size="s" onClick={() => onPress(button.value)}>{button.label}</Button>)}</div>}
      </div>
      {role === "assistant" && message.answered_by && (
        <div className="meta">
          <span className="b t2">{message.answered_by === "rules" ? "Rules" : message.answered_by}</span>
          {message.confidence != null && <Confidence value={message.confidence} below={unsure ? "below 0.70: it does not guess" : undefined} />}
          {message.config_version != null && <span>version {message.config_version}</span>}
          {took !== undefined && <span className="tn">{lasted(took)}</span>}
          <button type="button" className="acc" onClick={() => inspect("answer", client, message.message_id, conversation)}>Why</button>
        </div>
      )}
      {role === "person" && <div className="meta"><span className="b t2">A person</span><Time at={message.created_at} /></div>}
      {shown && (
        <div className="card source">
          <div className="row cap"><span className="cite">{open}</span><span className="el sp">{shown.title}</span><button type="button" className="acc" onClick={() => inspect("document", client, shown.document_id)}>Open</button></div>
          <p style={{ marginTop: 3 }}><mark>{shown.quote}</mark></p>
        </div>
      )}
    </div>
  );
}
