/** Conversations of every client: who waits, what is said, and taking over. */
import { Menu } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useCrumbs } from "@/frame/crumbs";
import { useKeys } from "@/frame/keys";
import { useBarred, useMe } from "@/frame/me";
import { draft } from "@/frame/preferences";
import { Button } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { useInspect } from "@/kit/inspect/Inspector";
import { Chip } from "@/kit/marks";
import { refuse, say } from "@/kit/notice";
import type { Walk } from "@/kit/Rows";
import { useSide } from "@/kit/side";
import { Empty, Loading, Trouble } from "@/kit/states";
import { Composer, type Writing } from "./Composer";
import { channelOf, useActs, useConversation, useNotes, useThread, visitorOf, type Box, type Filters, type Line } from "./data";
import { List, State } from "./List";
import { useOutbox, type Outgoing } from "./outbox";
import { Side } from "./Side";
import { Thread } from "./Thread";
import { useWatch } from "./watch";
import "./inbox.css";

const BOXES: Box[] = ["yours", "waiting", "all"];

export default function Inbox() {
  const { client = "", conversation = "" } = useParams({ strict: false }) as { client?: string; conversation?: string };
  const asked = useSearch({ strict: false }) as { box?: string; channel?: string; status?: string };
  const navigate = useNavigate();
  const me = useMe().data?.user_id;
  const [search, setSearch] = useState("");
  const filters: Filters = { box: BOXES.includes(asked.box as Box) ? (asked.box as Box) : "all", channel: asked.channel ?? "", status: asked.status ?? "", search };
  const walk = useRef<Walk>(null);
  const lines = useRef<Line[]>([]);
  const put = ({ search: words, ...change }: Partial<Filters>) => {
    if (words !== undefined) setSearch(words);
    if (Object.keys(change).length) void navigate({ to: ".", search: ((now: Record<string, unknown>) => { const next = { ...now, ...change }; return Object.fromEntries(Object.entries(next).filter(([key, value]) => value !== "" && !(key === "box" && value === "all"))); }) as never, replace: true });
  };
  const step = (by: number) => {
    const at = lines.current.findIndex((line) => line.conversation_id === conversation);
    const next = lines.current[at < 0 ? 0 : Math.max(0, Math.min(lines.current.length - 1, at + by))];
    if (next) { void navigate({ to: "/inbox/$client/$conversation", params: { client: next.client_id, conversation: next.conversation_id }, search: ((now: Record<string, unknown>) => { const { inspect: _, ...kept } = now; return kept; }) as never }); walk.current?.focus(lines.current.indexOf(next)); }
  };
  useKeys([
    { keys: "j", says: "Next conversation", run: () => step(1), shown: true },
    { keys: "k", says: "The conversation before", run: () => step(-1), shown: true },
  ]);
  return (
    <>
      <h1 className="hidden">Inbox</h1>
      <List filters={filters} onFilters={put} current={conversation} me={me} walk={walk} onLines={(now) => { lines.current = now; }} covered={Boolean(conversation)} />
      {conversation ? <Opened key={conversation} client={client} id={conversation} me={me} /> : <None />}
    </>
  );
}

function None() {
  useCrumbs("Inbox", [{ says: "Inbox" }]);
  return <section className="middle" data-absent="true"><div className="pad"><Empty icon="inbox" title="Choose a conversation.">It opens here, with who the visitor is and why the agent said what it said. <kbd>J</kbd> and <kbd>K</kbd> walk the list.</Empty></div></section>;
}

function Opened({ client, id, me }: { client: string; id: string; me: string | undefined }) {
  const navigate = useNavigate(), inspect = useInspect();
  const { query, line, acting } = useConversation(client, id);
  const { query: read, items, handovers, more } = useThread(client, id);
  const notes = useNotes(client, id).data?.items ?? [];
  const messages = useMemo(() => [...items].reverse(), [items]);
  const takes = useBarred("conversations:take", client), writes = useBarred("conversations:write", client);
  const side = useSide();
  const watched = useWatch(client, id, line !== undefined && writes === null);
  const acts = useActs(client, id, me);
  const { outgoing, add, retry, drop } = useOutbox(client, id);
  const writing = useRef<Writing>(null);
  const [picked, setPicked] = useState<string>();
  const visitor = line ? visitorOf(line) : "Visitor";
  useCrumbs(line ? `${visitor} · Inbox` : "Inbox", [{ says: "Inbox", to: "/inbox" }, { says: visitor }], line?.client_name);

  const answers = messages.filter((message) => message.role === "assistant" && message.why);
  const chosen = picked && messages.some((message) => message.message_id === picked) ? picked : answers.at(-1)?.message_id;
  const mine = line?.status === "taken" && line.taken_by === me;
  const other = line?.status === "taken" && !mine ? (line.taken_by_name ?? "A colleague") : null;
  const barred = takes ?? (line?.status === "ended" ? "This conversation has ended." : other ? `${other} has this conversation; ask them to hand it back.` : null);
  const last = [...messages].reverse().find((message) => message.role === "visitor");

  const run = async (act: () => Promise<unknown>, done: string, undo?: () => Promise<unknown>) => {
    try { await act(); say(done, undo && (() => void run(undo, "Undone."))); } catch (error) { refuse(error); }
  };
  const take = () => { if (barred) { refuse(new Error(barred)); return; } writing.current?.focus("reply", true); void run(acts.take, `You took over from the agent. ${visitor} is yours.`, acts.giveBack); };
  const giveBack = () => void run(acts.giveBack, "You handed back. The agent answers from the next message on.", acts.take);
  const why = (message: string | undefined) => {
    if (!message) return;
    setPicked(message);
    if (side.folded) inspect("answer", client, message, id);
    else requestAnimationFrame(() => { const at = document.getElementById("why-this"); at?.scrollIntoView({ block: "nearest" }); at?.focus({ preventScroll: true }); });
  };
  const back = useCallback(() => void navigate({ to: "/inbox", search: ((now: Record<string, unknown>) => { const { inspect: _, ...kept } = now; return kept; }) as never }), [navigate]);
  useKeys([
    { keys: "h", says: mine ? "Hand back" : "Take over", run: () => (mine ? giveBack() : take()), shown: true },
    { keys: "w", says: "Why the last answer", run: () => why(chosen), shown: true },
    { keys: "Escape", says: "Back to the list", run: () => { if (!document.querySelector("[role=dialog], [role=menu], .mantine-Popover-dropdown")) back(); } },
  ]);
  useEffect(() => { if (read.error || query.error) document.getElementById("main")?.focus({ preventScroll: true }); }, [read.error, query.error]);

  const takeBack = (one: Outgoing) => {
    const kept = `inbox.${id}${one.kind === "note" ? ".note" : ""}`;
    draft.keep(kept, [draft.read(kept), one.content].filter(Boolean).join("\n\n"));
    drop(one.key);
    setRewritten((now) => now + 1);
    requestAnimationFrame(() => writing.current?.focus(one.kind));
  };
  const [rewritten, setRewritten] = useState(0);

  if (query.error && !line) return <section className="middle"><div className="pad col"><Trouble error={query.error} onRetry={() => void query.refetch()} /><span><Button icon="left" onClick={back}>Back to the list</Button></span></div></section>;
  if (!line) return <section className="middle"><Loading what="the conversation" rows={5} height={56} /></section>;
  const channel = channelOf(line.channel);
  return (
    <>
      <section className="middle conversation" aria-label={`Conversation with ${visitor}`}>
        <header className="hd" style={{ minHeight: 48, background: "var(--surface)", padding: "0 16px 0 20px" }}>
          <span className="back"><Button kind="quiet" icon="left" label="Back to the list" onClick={back} /></span>
          <Icon name={channel.icon} label={channel.says} size="l" /><h2 className="el">{visitor}</h2><span className="small t2 el wide">{channel.says}{line.client_name ? ` · ${line.client_name}` : ""}</span>
          <span className="sp" />
          {mine ? <Chip tone="acc" icon="hand">You are answering</Chip> : <span className="cap"><State line={line} me={me} /></span>}
          {line.status !== "ended" && (mine ? <Button icon="agents" keys={["H"]} onClick={giveBack}>Hand back</Button> : <Button icon="hand" keys={["H"]} kind={line.status === "waiting" ? "primary" : "plain"} barred={barred} onClick={take}>Take over</Button>)}
          <Menu position="bottom-end" width={230}>
            <Menu.Target><Button kind="quiet" icon="dots" label="More" /></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<Icon name="check" />} disabled={line.status === "ended" || writes !== null} onClick={() => void run(acts.end, "The conversation was ended.")}>End the conversation</Menu.Item>
              <Menu.Item leftSection={<Icon name="pen" />} disabled={writes !== null} onClick={() => writing.current?.focus("note")}>Write a note</Menu.Item>
              <Menu.Item leftSection={<Icon name="cols" />} onClick={side.toggle}>{side.folded ? "Show" : "Fold"} the right pane</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </header>
        {read.error && !read.data ? <div className="pad"><Trouble error={read.error} onRetry={() => void read.refetch()} /></div>
          : !read.data ? <Loading what="what was said" rows={5} height={56} />
          : <Thread client={client} line={line} messages={messages} handovers={Object.values(handovers)} notes={notes} outgoing={outgoing} piece={watched.piece} agentTypes={watched.agentTypes} visitorTypes={watched.visitorTypes} visitor={visitor} me={me} chosen={side.folded ? undefined : chosen} more={more} onWhy={why} onRetry={retry} onDrop={takeBack} />}
        <Composer key={rewritten} ref={writing} client={client} conversation={id} asked={last?.message_id} mine={mine} held={mine && !acting} noting={writes}
          closed={mine ? null : line.status === "ended" ? "This conversation has ended." : other ? `${other} is answering.` : (takes ?? "The agent is answering.")}
          onTake={line.status !== "ended" && !other && !takes ? take : undefined} onSend={add} onTypes={watched.types} />
      </section>
      <aside className="pane right" aria-label="Contact and reasons" {...side.props}><Side line={line} chosen={chosen} /></aside>
    </>
  );
}
