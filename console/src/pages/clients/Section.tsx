/** One section of the dossier: every fact with its quote, its source and how certain it is. */
import { Modal } from "@mantine/core";
import { useMemo, useRef, useState } from "react";
import { Icon } from "@/kit/Icon";
import { useInspect } from "@/kit/inspect/Inspector";
import { Confidence } from "@/kit/marks";
import { Rows } from "@/kit/Rows";
import { Search } from "@/kit/Search";
import { Empty, Shown } from "@/kit/states";
import { Time } from "@/kit/time";
import { useDossier } from "./data";
import { fieldName, pathOf, plural } from "./fields";
import { sectionIcon, sectionName, textOf } from "./sections";

interface Quoted { value: string; quote?: string; source_url?: string; confidence?: number; basis?: string | null }
/** A claim with its quote, or a thing with its fields. */
type Line = { id: string; field: string; quoted: Quoted } | { key: string; fields: [string, unknown][] };
const ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

export function Section({ client, section, onClose }: { client: string; section: string | null; onClose: () => void }) {
  return (
    <Modal opened={section !== null} onClose={onClose} size="xl" title={section && <h2 className="row"><Icon name={sectionIcon(section)} />{sectionName(section)}</h2>}>
      {section && <Facts client={client} section={section} onClose={onClose} />}
    </Modal>
  );
}

function Facts({ client, section, onClose }: { client: string; section: string; onClose: () => void }) {
  const dossier = useDossier(client);
  const [query, setQuery] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const inspect = useInspect();
  const lines = useMemo(() => {
    const asked = query.trim().toLowerCase();
    const things = Object.entries((dossier.data?.sections[section] ?? {}) as Record<string, Record<string, unknown>>);
    const claims = things.flatMap(([field, fields]) => Object.entries(fields).flatMap(([id, value]): Line[] => (isQuoted(value) ? [{ id, field, quoted: value }] : [])));
    const others = things.map(([key, fields]): Line => ({ key, fields: Object.entries(fields).filter(([, value]) => !isQuoted(value)) })).filter((line) => "fields" in line && line.fields.length > 0);
    return [...claims, ...others].filter((line) => !asked || JSON.stringify(line).toLowerCase().includes(asked));
  }, [dossier.data, section, query]);
  const open = (id: string) => { onClose(); inspect("claim", client, id); };
  return (
    <Shown query={dossier} what="the dossier">
      {(dossier) => {
        const counts = dossier.counts[section] ?? { facts: 0, sources: 0 };
        return (
          <div className="col" style={{ height: "min(600px, 70vh)" }}>
            <div className="row"><Search ref={field} value={query} onChange={setQuery} placeholder="Find a fact" wide /><span className="cap tn">{plural(counts.facts, "fact")}{counts.sources > 0 && `, ${plural(counts.sources, "source")}`}</span></div>
            {lines.length === 0 ? <Empty title={`No fact has “${query}”.`} /> : <Rows items={lines} keyOf={(line) => ("id" in line ? line.id : line.key)} label={sectionName(section)} height={72} row={(line) => ("id" in line ? <Claim {...line} onOpen={open} /> : <Thing key_={line.key} fields={line.fields} />)} />}
          </div>
        );
      }}
    </Shown>
  );
}

const isQuoted = (value: unknown): value is Quoted => typeof value === "object" && value !== null && "source_url" in value;

function Claim({ id, field, quoted, onOpen }: { id: string; field: string; quoted: Quoted; onOpen: (id: string) => void }) {
  return (
    <button type="button" className="item" style={{ display: "grid", gridTemplateColumns: "124px minmax(0, 1fr)", gap: "2px 8px" }} onClick={() => onOpen(id)}>
      <span className="cap" style={{ paddingTop: 2 }}>{fieldName(field)}</span>
      <span className="row" style={{ alignItems: "flex-start" }}><span className="b" style={{ overflowWrap: "anywhere" }}>{quoted.value}</span><span className="sp" />{quoted.confidence !== undefined && <Confidence value={quoted.confidence} below="below 0.70: a person should look" />}</span>
      <span /><span className="col" style={{ gap: 2 }}>{quoted.quote && <span className="quote small clamp">{quoted.quote}</span>}{quoted.source_url && <span className="cap el">{pathOf(quoted.source_url)}</span>}</span>
    </button>
  );
}

const NAMING = ["title", "name", "source", "key"];
function Thing({ key_, fields }: { key_: string; fields: [string, unknown][] }) {
  const naming = NAMING.find((name) => fields.some(([field]) => field === name));
  const title = key_.startsWith("refused ") ? `Not read: ${key_.slice(8)}` : naming ? textOf(fields.find(([field]) => field === naming)![1]) : ID.test(key_.split(" ").at(-1)!) ? null : fieldName(key_);
  return (
    <div className="item" tabIndex={-1} style={{ display: "grid", gap: 4 }}>
      {title && <h3 style={{ overflowWrap: "anywhere" }}>{title}</h3>}
      <dl className="pairs">{fields.filter(([field]) => field !== naming).map(([field, value]) => <Pair key={field} field={field} value={textOf(value)} />)}</dl>
    </div>
  );
}

function Pair({ field, value }: { field: string; value: string }) {
  return <><dt>{fieldName(field)}</dt><dd className={ID.test(value) ? "mono" : "tn"}>{MOMENT.test(value) ? <Time at={value} /> : value}</dd></>;
}
