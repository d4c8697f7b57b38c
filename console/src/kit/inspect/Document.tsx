/** A document as the agents read it, at the sentence that was quoted, and which facts rest on it. `rest` is the quote's start and end. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useDossier, useText, type DocumentText as Read } from "@/pages/clients/data";
import { fieldName, kindName, plural } from "@/pages/clients/fields";
import { Button } from "../Button";
import { Icon } from "../Icon";
import { Chip } from "../marks";
import { indexOf } from "../quote";
import { Empty, Shown } from "../states";
import { Time } from "../time";
import { useInspect, type Inspected } from "./Inspector";

interface Part { text: string; start: number }
const LONGEST = 1200; // characters drawn as one part

/** Paragraphs, and long ones in pieces, so that a book is as quick as a page. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  for (let start = 0; start < text.length; ) {
    const line = text.indexOf("\n", start), end = line < 0 ? text.length : line + 1;
    for (let from = start; from < end; ) {
      let to = Math.min(end, from + LONGEST);
      if (to < end) { const space = text.lastIndexOf(" ", to); if (space > from) to = space + 1; }
      parts.push({ text: text.slice(from, to), start: from });
      from = to;
    }
    start = end;
  }
  return parts;
}

export default function Document({ client, id, rest: [start, end] }: Inspected) {
  const query = useText(client, id);
  return (
    <Shown query={query} what="the document" rows={8} empty={(document) => document.text === "" && <Empty title="There is no text in this document." />}>
      {(document) => <Body client={client} document={document} quoted={start && end ? [indexOf(document.text, Number(start)), indexOf(document.text, Number(end))] : null} />}
    </Shown>
  );
}

function Body({ client, document, quoted }: { client: string; document: Read; quoted: [number, number] | null }) {
  const box = useRef<HTMLDivElement>(null);
  const parts = useMemo(() => partsOf(document.text), [document.text]);
  const quotedIn = quoted ? parts.findIndex((part) => part.start + part.text.length > quoted[0]) : -1;
  const headings = useMemo(() => new Set(document.sections.map((section) => indexOf(document.text, Number(section.start)))), [document]);
  const blank = (at: number) => parts[at]!.text.trim() === "";
  const rows = useVirtualizer({ count: parts.length, getScrollElement: () => box.current, estimateSize: (at) => blank(at) ? 8 : 6 + 20 * Math.max(1, Math.ceil(parts[at]!.text.length / 58)), overscan: 6 });
  const show = () => { if (quotedIn >= 0) rows.scrollToIndex(quotedIn, { align: "center" }); };
  useEffect(() => { show(); }, [quotedIn]);
  return (
    <div className="col" style={{ height: "100%", gap: 0 }}>
      <div className="col" style={{ padding: "0 20px 12px", gap: 4, flex: "none" }}>
        <span className="lead b">{document.title || document.document_id}</span>
        <span className="row wrap cap"><Chip icon="file">{kindName(document.kind)}</Chip><span className="tn">version {document.version} · {plural(document.characters, "character")}</span><span>read <Time at={document.updated_at} /></span></span>
        {document.url && <a className="small el" href={document.url} target="_blank" rel="noreferrer">{document.url}</a>}
        {quoted && quotedIn >= 0 && <span className="row"><span className="cap">The quoted sentence is marked.</span><span className="sp" /><Button size="s" icon="ret" onClick={show}>To the quote</Button></span>}
        {quoted && quotedIn < 0 && <span className="cap row"><Icon name="alert" size="m" />The document has changed since it was quoted: the sentence is not at its place any more.</span>}
      </div>
      <div ref={box} className="scroll" tabIndex={0} role="region" aria-label="Text of the document" style={{ borderTop: "1px solid var(--line)", borderBottom: "1px solid var(--line)" }}>
        <div style={{ height: rows.getTotalSize(), position: "relative" }}>
          {rows.getVirtualItems().map((item) => (
            <p key={item.key} ref={rows.measureElement} data-index={item.index} style={{ position: "absolute", insetInline: 0, transform: `translateY(${item.start}px)`, padding: "3px 20px", overflowWrap: "anywhere", whiteSpace: "pre-wrap", ...(blank(item.index) ? { height: 8, padding: 0 } : {}), ...(headings.has(parts[item.index]!.start) ? { fontWeight: 600 } : {}) }}>
              {!blank(item.index) && <Marked part={parts[item.index]!} quoted={quoted} />}
            </p>
          ))}
        </div>
      </div>
      <Quoting client={client} document={document} />
    </div>
  );
}

function Marked({ part, quoted }: { part: Part; quoted: [number, number] | null }): ReactNode {
  const text = part.text.replace(/\n$/, "");
  if (!quoted) return text;
  const from = Math.max(0, quoted[0] - part.start), to = Math.min(text.length, quoted[1] - part.start);
  return from < to ? <>{text.slice(0, from)}<mark data-quote>{text.slice(from, to)}</mark>{text.slice(to)}</> : text;
}

/** The facts that were read here. */
function Quoting({ client, document }: { client: string; document: Read }) {
  const research = useDossier(client).data?.sections.research;
  const inspect = useInspect();
  const [open, setOpen] = useState(false);
  const facts = useMemo(() => Object.entries(research ?? {}).flatMap(([field, claims]) => Object.entries(claims).flatMap(([id, claim]) => {
    const found = claim as { source_url?: string; value?: string } | null;
    return typeof found === "object" && found?.source_url && (found.source_url === document.document_id || found.source_url === document.url) ? [{ id, field, value: found.value ?? "" }] : [];
  })), [research, document]);
  if (facts.length === 0) return null;
  return (
    <section style={{ flex: "none", maxHeight: "40%", overflowY: "auto" }}>
      <button type="button" className="row b small" style={{ width: "100%", padding: "10px 20px" }} aria-expanded={open} onClick={() => setOpen(!open)}><Icon name={open ? "down" : "right"} size="m" />{plural(facts.length, "fact rests on it", "facts rest on it")}</button>
      {open && <ul>{facts.map((fact) => <li key={fact.id}><button type="button" className="item row" style={{ padding: "6px 20px" }} onClick={() => inspect("claim", client, fact.id)}><span className="cap" style={{ flex: "none", width: 110 }}>{fieldName(fact.field)}</span><span className="el">{fact.value}</span></button></li>)}</ul>}
    </section>
  );
}
