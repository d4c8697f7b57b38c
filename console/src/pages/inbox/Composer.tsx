/** Writing as a person: a reply with drafts to begin from, or a note that only colleagues see. What is written stays until it is sent. */
import { Textarea } from "@mantine/core";
import { useEffect, useImperativeHandle, useRef, useState, type KeyboardEvent, type Ref } from "react";
import { asProblem } from "@/api/problem";
import { useKeys } from "@/frame/keys";
import { draft } from "@/frame/preferences";
import { Button, Segments } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { useInspect } from "@/kit/inspect/Inspector";
import { Confidence, Machine } from "@/kit/marks";
import type { Schema } from "@/api/client";
import { Drafted, type Field } from "./Drafted";
import { useSuggestions } from "./data";

const MOST = 8000, NOTED = 4000;
export interface Writing { /** `open`: as soon as one may write there. */ focus: (kind?: "reply" | "note", open?: boolean) => void }
interface Props {
  client: string;
  conversation: string;
  /** The visitor's last message: what is drafted for. */
  asked: string | undefined;
  /** Whether the person here has the conversation. */
  mine: boolean;
  /** Whether the server knows that too. */
  held: boolean;
  /** Why a reply cannot be written; notes can. */
  closed: string | null;
  noting: string | null;
  onSend: (kind: "reply" | "note", content: string) => void;
  onTypes: (writing: boolean) => void;
  onTake?: () => void;
  ref?: Ref<Writing>;
}

export function Composer({ client, conversation, asked, mine, held, closed, noting, onSend, onTypes, onTake, ref }: Props) {
  const [kind, setKind] = useState<"reply" | "note">("reply");
  const kept = `inbox.${conversation}${kind === "note" ? ".note" : ""}`, keptDraft = `inbox.${conversation}.from`;
  const [text, setText] = useState(() => draft.read(kept));
  const [drafted, setDrafted] = useState(() => draft.read(keptDraft));
  const plain = useRef<HTMLTextAreaElement>(null), rich = useRef<Field>(null);
  const suggestions = useSuggestions(client, conversation, asked, held && kind === "reply");
  const items = mine && kind === "reply" ? (suggestions.data?.items ?? []) : [];
  const machine = kind === "reply" && drafted !== "";
  useEffect(() => { setText(draft.read(kept)); }, [kept]);
  useEffect(() => { setDrafted(draft.read(keptDraft)); setKind("reply"); }, [keptDraft]);

  const barred = kind === "note" ? noting : closed;
  const wanted = useRef<"now" | "open" | null>(null);
  const [, look] = useState({});
  const focus = (on: "reply" | "note" = kind, open = false) => { setKind(on); wanted.current = open ? "open" : "now"; look({}); };
  // After whatever was drawn: a field that cannot be written in yet takes no focus.
  useEffect(() => {
    if (!wanted.current || (barred && wanted.current === "open")) return;
    wanted.current = null;
    (rich.current ?? plain.current)?.focus();
  });
  useImperativeHandle(ref, () => ({ focus }));
  const write = (value: string) => {
    const bounded = value.slice(0, kind === "note" ? NOTED : MOST);
    setText(bounded);
    draft.keep(kept, bounded);
    if (kind === "reply") { onTypes(bounded !== ""); if (!bounded) from(""); }
  };
  const from = (words: string) => { setDrafted(words); draft.keep(keptDraft, words); };
  const use = (item: Schema["Suggestion"]) => { setKind("reply"); from(item.text); setText(item.text); draft.keep(kept, item.text); onTypes(true); requestAnimationFrame(() => rich.current?.focus()); };
  const send = () => {
    if (barred || !text.trim()) return;
    onSend(kind, text.trim());
    setText(""); draft.keep(kept, "");
    if (kind === "reply") { from(""); onTypes(false); }
    requestAnimationFrame(() => plain.current?.focus());
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); event.stopPropagation(); send(); }
    else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); (event.target as HTMLElement).blur(); document.getElementById("thread")?.focus(); }
  };
  useKeys([
    ...items.map((item, at) => ({ keys: String(at + 1), says: `Begin from suggestion ${at + 1}`, run: () => use(item), shown: at === 0 })),
    { keys: "r", says: "Reply", run: () => focus("reply"), shown: true },
    { keys: "Ctrl Enter", says: "Send", run: send },
  ]);

  return (
    <div className="composer">
      {mine && kind === "reply" && <Suggestions items={items} folded={text !== ""} query={suggestions} asked={asked} onUse={use} client={client} />}
      <div className="card writing" data-kind={kind}>
        {machine ? <Drafted ref={rich} drafted={drafted} value={text} onChange={write} label="Your reply, begun from a draft" onKeyDown={keys} />
          : <Textarea ref={plain} className="written" variant="unstyled" autosize minRows={2} maxRows={9} maxLength={kind === "note" ? NOTED : MOST} aria-label={kind === "note" ? "A note for colleagues" : "Your reply"} disabled={Boolean(barred)}
            placeholder={kind === "note" ? "Only colleagues see this." : (closed ?? "Write to the visitor.")} value={text} onChange={(event) => write(event.currentTarget.value)} onKeyDown={keys} />}
        <div className="row" style={{ marginTop: 6 }}>
          <Segments label="What is written" value={kind} options={[{ value: "reply", label: "Reply" }, { value: "note", label: <><Icon name="pen" size="s" /> Note</> }]} onChange={(value) => focus(value)} />
          {machine && <Button size="s" kind="quiet" icon="x" onClick={() => { write(""); requestAnimationFrame(() => plain.current?.focus()); }}>Without the draft</Button>}
          <span className="sp" />
          {text.length > (kind === "note" ? NOTED : MOST) * 0.9 && <span className="cap tn">{text.length.toLocaleString()} of {(kind === "note" ? NOTED : MOST).toLocaleString()}</span>}
          {kind === "reply" && closed && onTake ? <Button kind="primary" icon="hand" keys={["H"]} onClick={onTake}>Take over to write</Button>
            : <Button kind="primary" icon={kind === "note" ? "pen" : "send"} keys={["Ctrl", "⏎"]} barred={barred} disabled={!barred && !text.trim()} onClick={send}>{kind === "note" ? "Keep the note" : "Send"}</Button>}
        </div>
      </div>
    </div>
  );
}

interface SuggestionsProps { folded: boolean; items: Schema["Suggestion"][]; query: ReturnType<typeof useSuggestions>; asked: string | undefined; onUse: (item: Schema["Suggestion"]) => void; client: string }

function Suggestions({ folded, items, query, asked, onUse, client }: SuggestionsProps) {
  const inspect = useInspect();
  if (!asked) return null;
  return (
    <section aria-label="Suggested replies" className="suggested">
      <div className="row wrap" style={{ minHeight: 20 }}>
        <Machine>Suggested replies</Machine>
        <span className="cap" role="status">{query.isFetching ? "Reading the documents" : query.error ? asProblem(query.error).detail : items.length === 0 ? "Nothing in the documents answers this." : `press ${items.map((_, at) => at + 1).join(", ").replace(/, (\d)$/, " or $1")} to use${folded ? " it instead" : ", then edit"}`}</span>
        {query.error && <Button size="s" icon="undo" onClick={() => void query.refetch()}>Try again</Button>}
      </div>
      {items.length > 0 && !folded && (
        <div className="drafts">
          {items.map((item, at) => (
            <div key={item.text} className="ai draft">
              <button type="button" className="use" onClick={() => onUse(item)} aria-label={`Use suggestion ${at + 1}: ${item.text}`}><kbd aria-hidden="true">{at + 1}</kbd><span className="ait clamp">{item.text}</span></button>
              <span className="row" style={{ justifyContent: "flex-end", gap: 4 }}>
                {item.citations.map((citation, number) => <button key={`${citation.document_id} ${citation.start}`} type="button" className="cite" aria-label={`Source ${number + 1} of suggestion ${at + 1}: ${citation.title}`} title={citation.quote} onClick={() => inspect("document", client, citation.document_id, String(citation.start), String(citation.end))}>{number + 1}</button>)}
                <span className="sp" /><Confidence value={item.confidence} below="below 0.70: read it twice" />
              </span>
            </div>
          ))}
        </div>
      )}
    </section>
  );
}
