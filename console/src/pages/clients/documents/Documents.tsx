/** What a client's agents may quote: every document and what was read of it, sending more, taking some away, and a test of the search. */
import { useDebouncedValue } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMemo, useRef, useState, type DragEvent } from "react";
import { raw, of } from "@/api/client";
import { useCrumbs } from "@/frame/crumbs";
import { useKeys } from "@/frame/keys";
import { useBarred } from "@/frame/me";
import { Button, Pill } from "@/kit/Button";
import { Icon, type IconName } from "@/kit/Icon";
import { useInspect } from "@/kit/inspect/Inspector";
import { refuse, sayThenDo } from "@/kit/notice";
import { Rows, type Walk } from "@/kit/Rows";
import { Search } from "@/kit/Search";
import { useSide } from "@/kit/side";
import { Empty, Shown } from "@/kit/states";
import { Time } from "@/kit/time";
import { useClient, useDocuments, useDossier, type Document } from "../data";
import { kindName, pathOf } from "../fields";
import { Head } from "../Head";
import { Ask } from "./Ask";
import { send } from "./queue";
import { Sending } from "./Sending";

const ICONS: Record<string, IconName> = { html: "globe", page: "globe", pdf: "file", docx: "file", xlsx: "cols", csv: "cols", pptx: "img", markdown: "file", text: "file" };
const READ = ".pdf,.docx,.xlsx,.pptx,.csv,.tsv,.html,.htm,.md,.markdown,.txt";

export default function Documents() {
  const { client = "" } = useParams({ strict: false }) as { client?: string };
  const name = useClient(client).data?.name;
  const [query, setQuery] = useState("");
  const [asked] = useDebouncedValue(query.trim(), 150);
  const [kind, setKind] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const [gone, setGone] = useState<Set<string>>(new Set()); // taken away, may be undone
  const documents = useDocuments(client, asked);
  const dossier = useDossier(client).data;
  const barred = useBarred("library:write", client);
  const queries = useQueryClient();
  const inspect = useInspect();
  const side = useSide();
  const picker = useRef<HTMLInputElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<Walk>(null);
  useCrumbs(`Documents of ${name ?? "a client"}`, [{ says: "Clients", to: "/clients" }, { says: name ?? "…", to: `/clients/${client}` }, { says: "Documents" }]);
  useKeys([
    { keys: "/", says: "Find a document", run: () => search.current?.focus() },
    { keys: "j", says: "Into the list", run: () => list.current?.focus(0) },
    { keys: "u", says: "Send files", run: () => { if (!barred) picker.current?.click(); }, shown: true },
  ]);

  const items = useMemo(() => (documents.data?.pages ?? []).flatMap((page) => page.items).filter(({ id }) => !gone.has(id)), [documents.data, gone]);
  const kinds = useMemo(() => { const found = new Map<string, number>(); for (const document of items) found.set(document.kind, (found.get(document.kind) ?? 0) + 1); return [...found]; }, [items]);
  const shown = kind && kinds.some(([name]) => name === kind) ? items.filter((document) => document.kind === kind) : items;
  const passages = (document: Document) => dossier?.sections.knowledge?.[document.id]?.chunks as number | undefined;
  const more = { has: documents.hasNextPage, busy: documents.isFetchingNextPage, read: () => void documents.fetchNextPage() };
  const take = (files: FileList | File[]) => { if (files.length && !barred) send(client, [...files]); };

  const away = (document: Document) => {
    setGone((now) => new Set(now).add(document.id));
    const back = () => setGone((now) => { const next = new Set(now); next.delete(document.id); return next; });
    sayThenDo(`“${document.title || document.document_id}” is taken away. Agents stop quoting it in a moment.`, async () => {
      try {
        await raw(`/api/v1/documents?${new URLSearchParams({ document_id: document.document_id, namespace: document.namespace })}`, { method: "DELETE", headers: of(client), keepalive: true });
        await queries.invalidateQueries({ queryKey: ["documents", client] });
      } catch (error) { back(); refuse(error); }
    }, back);
  };
  const drop = (event: DragEvent) => { event.preventDefault(); setOver(false); take(event.dataTransfer.files); };

  return (
    <>
      <div className="middle" data-over={over || undefined} style={over ? { boxShadow: "inset 0 0 0 2px var(--accent)" } : undefined}
        onDragOver={(event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); setOver(true); } }} onDragLeave={(event) => { if (!event.currentTarget.contains(event.relatedTarget as Node)) setOver(false); }} onDrop={drop}>
        <Head client={client}>
          <input ref={picker} type="file" multiple hidden accept={READ} aria-label="Files to send" onChange={(event) => { take([...(event.currentTarget.files ?? [])]); event.currentTarget.value = ""; }} />
          {side.folded && <Button icon="flask" onClick={side.toggle}>Test the search</Button>}
          <Button kind="primary" icon="up" keys={["U"]} barred={barred} onClick={() => picker.current?.click()}>Send files</Button>
        </Head>
        <div className="row wrap" style={{ padding: "12px 20px", gap: 6 }}>
          <Search ref={search} value={query} onChange={setQuery} placeholder="Find a document" onKeyDown={(event) => { if (event.key === "ArrowDown" || event.key === "Enter") { event.preventDefault(); list.current?.focus(0); } }} />
          {kinds.length > 0 && <Pill on={kind === null} count={items.length} onClick={() => setKind(null)}>All{documents.hasNextPage ? " read so far" : ""}</Pill>}
          {kinds.length > 1 && kinds.map(([name, count]) => <Pill key={name} on={kind === name} count={count} onClick={() => setKind(kind === name ? null : name)}>{kindName(name)}</Pill>)}
        </div>
        <Sending client={client} />
        {over && <p className="row acc" style={{ padding: "0 20px 8px" }} role="status"><Icon name="up" />Drop them: PDF, Word, Excel, PowerPoint, tables, pages, Markdown and text are read.</p>}
        <Shown query={documents} what="the documents" height={44} empty={() => items.length === 0 && (asked ? <Empty icon="search" title={`No document is called “${asked}”.`} action={<Button onClick={() => setQuery("")}>Show all</Button>}>The test of the search at the right looks into their text.</Empty> : (
          <Empty icon="book" title="The agents have nothing to quote yet." action={<Button kind="primary" icon="up" barred={barred} onClick={() => picker.current?.click()}>Send files</Button>}>Drop files here: price lists, policies, manuals, as PDF, Word, Excel, PowerPoint, tables, pages, Markdown or text. Research of the website adds its pages by itself.</Empty>
        ))}>
          {() => (
            <>
              <div className="docs cap" aria-hidden="true" style={{ padding: "0 20px 4px" }}><span /><span>Document</span><span>Kind</span><span className="r">Passages</span><span className="r">Characters</span><span className="r">Version</span><span className="r">Read</span><span /></div>
              <Rows ref={list} items={shown} keyOf={(document) => document.id} label="Documents" height={49} more={more}
                row={(document) => <Line document={document} passages={passages(document)} barred={barred} onOpen={() => inspect("document", client, document.document_id)} onAway={() => away(document)} />} />
            </>
          )}
        </Shown>
      </div>
      <aside className="pane right" {...side.props} aria-label="Test of the search"><Ask client={client} onFold={side.toggle} onOpen={(result) => inspect("document", client, result.document_id, String(result.start), String(result.end))} /></aside>
    </>
  );
}

function Line({ document, passages, barred, onOpen, onAway }: { document: Document; passages?: number; barred: string | null; onOpen: () => void; onAway: () => void }) {
  const title = document.title || document.document_id, address = document.url ?? document.document_id;
  return (
    <div className="docs item" style={{ padding: "0 20px" }}>
      <Icon name={ICONS[document.kind] ?? "file"} />
      <button type="button" className="col" style={{ gap: 0, padding: "5px 0" }} onClick={onOpen}><span className="el b">{title}</span><span className="el cap" title={address}>{pathOf(address)}</span></button>
      <span className="small t2">{kindName(document.kind)}</span>
      <span className="small tn r">{passages?.toLocaleString() ?? ""}<span className="hidden"> passages</span></span>
      <span className="small tn r t2">{document.characters.toLocaleString()}<span className="hidden"> characters</span></span>
      <span className="small tn r t2"><span className="hidden">version </span>{document.version}</span>
      <span className="cap r"><Time at={document.updated_at} /></span>
      <Button kind="quiet" size="s" icon="x" label={`Take away ${title}`} barred={barred} onClick={onAway} />
    </div>
  );
}
