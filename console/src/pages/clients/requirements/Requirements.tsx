/** What a client needs: drafted by the machine, changed and approved by people. */
import { Menu } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { api, ask, of, type Schema } from "@/api/client";
import { liveKey } from "@/api/live";
import { useCrumbs } from "@/frame/crumbs";
import { useKeys } from "@/frame/keys";
import { useBarred } from "@/frame/me";
import { useNames, capital } from "@/frame/people";
import { Button } from "@/kit/Button";
import { Icon, type IconName } from "@/kit/Icon";
import { Chip, type Tone } from "@/kit/marks";
import { refuse, say } from "@/kit/notice";
import { useSide } from "@/kit/side";
import { Shown } from "@/kit/states";
import { Time } from "@/kit/time";
import { useClient } from "../data";
import { Head } from "../Head";
import { Approving } from "./Approving";
import { needsLook, newKey, removed, sectionOf, SECTIONS, whose, type Draft, type Entry as Item } from "./draft";
import Entry, { type Acts } from "./Entry";
import { Side } from "./Side";
import { useDraft, type Editing } from "./useDraft";
import { Waiting } from "./Waiting";
import "./requirements.css";

type Listed = Schema["RequirementsItem"];
const STATE: Record<Listed["status"], { icon: IconName; tone: Tone; says: string }> = {
  draft: { icon: "pen", tone: "ai", says: "draft" }, approved: { icon: "ok", tone: "good", says: "approved" }, superseded: { icon: "undo", tone: "", says: "replaced" },
};

export default function Requirements() {
  const { client = "" } = useParams({ strict: false }) as { client?: string };
  const { document } = useSearch({ strict: false }) as { document?: string };
  const shown = useClient(client).data;
  const list = useQuery({ queryKey: liveKey(client, "requirements"), queryFn: () => ask(() => api.GET("/api/v1/requirements", { headers: of(client), params: { query: { limit: 50 } } })) });
  useCrumbs(`Requirements of ${shown?.name ?? "a client"}`, [{ says: "Clients", to: "/clients" }, { says: shown?.name ?? "…", to: `/clients/${client}` }, { says: "Requirements" }]);
  const items = list.data?.items ?? [];
  const chosen = items.find(({ requirements_id }) => requirements_id === document) ?? items.find(({ status }) => status === "draft") ?? items.find(({ status }) => status === "approved") ?? items[0];
  return (
    <div className="middle">
      <Head client={client} />
      <Shown query={list} what="the requirements" empty={({ items }) => items.length === 0 && <Waiting client={client} />}>
        {() => chosen && <One key={chosen.requirements_id} client={client} chosen={chosen} items={items} />}
      </Shown>
    </div>
  );
}

function One({ client, chosen, items }: { client: string; chosen: Listed; items: Listed[] }) {
  const queries = useQueryClient();
  const names = useNames(client);
  const editing = useDraft(client, chosen.requirements_id);
  const { document, shown, drafted, unsaved, behind, clashes } = editing;
  const barred = useBarred("requirements:write", client), noApproval = useBarred("requirements:approve", client);
  const [open, setOpen] = useState<string | null>(null);
  const [approving, setApproving] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const side = useSide();
  const draft = document?.status === "draft";
  const id = chosen.requirements_id;
  const refresh = () => queries.invalidateQueries({ queryKey: liveKey(client, "requirements") });

  const reopen = useMutation({
    mutationFn: () => ask(() => api.POST("/api/v1/requirements/{requirements_id}/reopen", { headers: of(client), params: { path: { requirements_id: id } }, body: { version: document!.version } })),
    onSuccess: async (row) => { await refresh(); say(`It is a draft again, as version ${row.version}. The agent goes on with the configuration that came of it.`); },
    onError: (error) => { refuse(error); void refresh(); },
  });

  const focus = (key: string) => {
    const line = box.current?.querySelector<HTMLElement>(`[data-entry="${CSS.escape(key)}"]`);
    line?.scrollIntoView({ block: "nearest" });
    line?.focus({ preventScroll: true });
  };
  const lines = () => [...(box.current?.querySelectorAll<HTMLElement>("[data-entry]") ?? [])];
  const walk = (by: number, among: HTMLElement[] = lines()) => {
    const all = lines(), at = all.findIndex((line) => line.contains(window.document.activeElement));
    const order = by > 0 ? among : [...among].reverse();
    const next = order.find((line) => at < 0 || (by > 0 ? all.indexOf(line) > at : all.indexOf(line) < at)) ?? order[0];
    if (next) focus(next.dataset.entry!);
  };
  const unsure = useMemo(() => SECTIONS.flatMap(({ name }) => (shown?.[name] ?? []).filter((entry) => draft && needsLook(entry, name, drafted)).map((entry) => ({ section: name, entry }))), [shown, drafted, draft]);
  const toUnsure = (by: number) => { const keys = new Set(unsure.map(({ entry }) => entry.key)); walk(by, lines().filter((line) => keys.has(line.dataset.entry!))); };

  const acts = useMemo<Acts & { add: (section: string) => void }>(() => {
    const list = (section: string, change: (entries: Item[]) => Item[], about?: string) => editingRef.current.edit((draft) => ({ ...draft, [section]: change(draft[section] ?? []) }), about);
    return {
      change: (section, entry) => list(section, (entries) => entries.map((other) => (other.key === entry.key ? entry : other)), `words ${entry.key}`),
      move: (section, key, by) => {
        list(section, (entries) => { const at = entries.findIndex((entry) => entry.key === key), to = at + by; if (at < 0 || to < 0 || to >= entries.length) return entries; const next = [...entries]; next.splice(to, 0, ...next.splice(at, 1)); return next; });
        requestAnimationFrame(() => focus(key));
      },
      remove: (section, key) => {
        const all = lines(), at = all.findIndex((line) => line.dataset.entry === key), next = all[at + 1] ?? all[at - 1];
        list(section, (entries) => entries.filter((entry) => entry.key !== key));
        say("Taken out of the draft.", () => editingRef.current.undo());
        if (next) requestAnimationFrame(() => focus(next.dataset.entry!));
      },
      settle: (clash, take) => editingRef.current.settle(clash, take),
      add: (section) => { const entry = { ...sectionOf(section).empty, key: newKey(), text: "", source_claims: [], sources: [] } as Item; list(section, (entries) => [...entries, entry]); setOpen(entry.key); },
    };
  }, []);
  const editingRef = useRef<Editing>(editing);
  editingRef.current = editing;
  const putBack = (section: string, entry: Item) => editing.edit((draft) => {
    const order = (drafted?.[section] ?? []).map(({ key }) => key), next = [...(draft[section] ?? [])];
    const before = next.findLastIndex(({ key }) => order.includes(key) && order.indexOf(key) < order.indexOf(entry.key));
    next.splice(before + 1, 0, entry);
    return { ...draft, [section]: next };
  });

  const approve = () => { if (draft && !noApproval && !behind && clashes.length === 0) setApproving(true); };
  const undo = () => { if (!editing.undo()) say("There is nothing to take back here."); };
  useKeys([
    { keys: "j", says: "Next item", run: () => walk(1) },
    { keys: "k", says: "The item before", run: () => walk(-1) },
    ...(draft ? [
      { keys: "n", says: "next uncertain", run: () => toUnsure(1), shown: true }, { keys: "p", says: "previous", run: () => toUnsure(-1), shown: true },
      { keys: "a", says: "approve", run: approve, shown: true }, { keys: "z", says: "undo", run: undo, shown: true },
      { keys: "Ctrl s", says: "Save", run: () => void editing.save() },
    ] : []),
  ]);
  useEffect(() => { if (open) requestAnimationFrame(() => box.current?.querySelector(`[data-entry="${CSS.escape(open)}"]`)?.scrollIntoView({ block: "nearest" })); }, [open]);
  const stopEditing = (key: string | null) => { setOpen(key); if (key === null && open) requestAnimationFrame(() => focus(open)); };

  const other = names(document?.updated_by, "the machine");
  const state = STATE[document?.status ?? chosen.status];
  return (
    <>
      <div className="hd wrap" style={{ background: "var(--surface)", padding: "4px 20px" }}>
        <Chooser items={items} chosen={chosen} names={names} />
        <Chip tone={state.tone} icon={state.icon}>{state.says}</Chip>
        {document && <span className="cap el">{document.status === "approved" ? <>{document.automatic ? "by rule, nobody read it" : `by ${names(document.approved_by)}`}, <Time at={document.approved_at ?? document.updated_at} /></> : document.updated_by ? <>changed by {other}, <Time at={document.updated_at} /></> : <>drafted <Time at={document.created_at} /></>}</span>}
        <span className="sp" />
        {draft ? (
          <>
            {unsaved > 0 && <span className="cap tn" role="status">{unsaved} unsaved {unsaved === 1 ? "change" : "changes"}, kept in this browser</span>}
            {unsaved > 0 && <Button kind="quiet" onClick={editing.discard}>Discard</Button>}
            <Button icon="undo" label="Undo" keys={["Z"]} disabled={!editing.canUndo} onClick={undo} />
            <Button busy={editing.saving} disabled={unsaved === 0} barred={barred ?? (behind ? "Bring in the newer version first." : clashes.length ? "Choose one of two texts first." : null)} keys={["Ctrl", "S"]} onClick={() => void editing.save()}>Save</Button>
            <Button kind="primary" icon="check" keys={["A"]} barred={noApproval ?? (behind ? "Bring in the newer version first." : clashes.length ? "Choose one of two texts first." : null)} onClick={approve}>Approve</Button>
          </>
        ) : <Button icon="pen" barred={barred} busy={reopen.isPending} onClick={() => reopen.mutate()}>Reopen to change</Button>}
        {!side.wide && <Button kind="quiet" icon="cols" label="Sources and what follows" aria-expanded={!side.folded} onClick={side.toggle} />}
      </div>
      {behind && document && <Behind document={document} theirs={editing.theirs} who={document.status === "draft" ? other : names(document.approved_by)} busy={reopen.isPending} barred={barred} onMeet={() => { editing.meet(); say("Their changes are in. Nothing of yours is lost."); }} onReopen={() => reopen.mutateAsync().then(() => editing.query.refetch()).catch(() => null)} onDiscard={editing.discard} />}
      {clashes.length > 0 && !behind && <div className="met" role="status"><Icon name="swap" /><span className="sp">{clashes.length === 1 ? "One item was changed by both of you." : `${clashes.length} items were changed by both of you.`} Both texts are shown; choose, then save.</span><Button size="s" onClick={() => focus(clashes[0]!.key)}>Go there</Button></div>}
      <div style={{ display: "flex", flex: 1, minHeight: 0, position: "relative" }}>
        <Shown query={editing.query} what="the document" rows={10}>
          {(document) => (
            <div className="reqs" style={{ flex: 1, minWidth: 0 }}>
              <Outline draft={shown ?? {}} unsure={unsure} onGo={(name) => box.current?.querySelector(`#part-${name}`)?.scrollIntoView({ block: "start" })} />
              <div ref={box} tabIndex={-1} style={{ outline: "none", boxShadow: "none" }}>
                {SECTIONS.map(({ name, title, about, single }) => {
                  const entries = shown?.[name] ?? [], gone = draft ? removed(name, shown ?? {}, drafted) : [];
                  if (entries.length === 0 && gone.length === 0 && !draft) return null;
                  return (
                    <section key={name} id={`part-${name}`} className="part" aria-labelledby={`title-${name}`}>
                      <header><h2 id={`title-${name}`}>{title}</h2>{!single && <span className="cap tn">{entries.length}</span>}<span className="cap el">{about}</span><span className="sp" />{draft && !single && <Button kind="quiet" size="s" icon="plus" barred={barred} label={`Add to “${title}”`} onClick={() => acts.add(name)}>Add</Button>}</header>
                      <ul aria-label={title}>
                        {entries.map((entry, at) => <Entry key={entry.key} entry={entry} section={name} first={drafted?.[name]?.find(({ key }) => key === entry.key)} whose={whose(entry, name, drafted)} draft={draft} barred={barred} editing={draft && open === entry.key}
                          clash={clashes.find((clash) => clash.key === entry.key)} other={other} client={client} job={document.research_job_id} ends={{ top: at === 0, bottom: at === entries.length - 1 }} acts={acts} onEdit={stopEditing} />)}
                      </ul>
                      {gone.map((entry) => <p key={entry.key} className="gone"><Icon name="minus" size="s" /><s>{entry.text}</s><span className="sp" /><Button kind="quiet" size="s" icon="undo" barred={barred} onClick={() => putBack(name, entry)}>Put back</Button></p>)}
                    </section>
                  );
                })}
              </div>
            </div>
          )}
        </Shown>
        <aside className="pane right" {...side.props} aria-label="Sources and what follows">{document && <Side client={client} document={document} unsure={unsure} draft={draft} onGo={focus} />}</aside>
      </div>
      {document && <Approving opened={approving} client={client} document={document} editing={editing} unsure={unsure.length} names={(id) => capital(names(id))} onClose={() => setApproving(false)} onDone={refresh} />}
    </>
  );
}

function Behind({ document, theirs, who, busy, barred, onMeet, onReopen, onDiscard }: { document: { status: string; version: number; updated_at: string; approved_at: string | null }; theirs: number; who: string; busy: boolean; barred: string | null; onMeet: () => void; onReopen: () => void; onDiscard: () => void }) {
  const what = document.status === "approved" ? <>{capital(who)} approved version {document.version} at <Time at={document.approved_at ?? document.updated_at} /> while you were writing.</>
    : document.status === "superseded" ? <>A later draft replaced this one while you were writing.</>
      : <>{capital(who)} saved version {document.version} at <Time at={document.updated_at} /> while you were writing: {theirs} {theirs === 1 ? "change" : "changes"}.</>;
  return (
    <div className="met" role="alert">
      <Icon name="swap" /><span style={{ flex: "1 1 320px" }}>{what} Nothing of yours is lost; it waits in this browser.</span>
      <Button kind="quiet" onClick={onDiscard}>Drop mine</Button>
      {document.status === "draft" ? <Button kind="primary" onClick={onMeet}>Bring in what they changed</Button> : <Button kind="primary" busy={busy} barred={barred} onClick={onReopen}>Reopen with my changes</Button>}
    </div>
  );
}

function Chooser({ items, chosen, names }: { items: Listed[]; chosen: Listed; names: ReturnType<typeof useNames> }) {
  const navigate = useNavigate();
  const one = (item: Listed) => `Version ${item.version}`;
  if (items.length === 1) return <span className="b tn">{one(chosen)}</span>;
  return (
    <Menu position="bottom-start" width={320}>
      <Menu.Target><Button icon="list">{one(chosen)} <Icon name="down" /></Button></Menu.Target>
      <Menu.Dropdown>
        {items.map((item) => (
          <Menu.Item key={item.requirements_id} onClick={() => void navigate({ to: ".", search: (now: Record<string, unknown>) => ({ ...now, document: item.requirements_id }) } as never)}
            leftSection={<Icon name={STATE[item.status].icon} size="m" />} rightSection={<span className="cap"><Time at={item.updated_at} /></span>} aria-current={item === chosen || undefined}>
            {one(item)}, {STATE[item.status].says}{item.approved_by ? ` by ${names(item.approved_by)}` : ""}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Outline({ draft, unsure, onGo }: { draft: Draft; unsure: { section: string }[]; onGo: (section: string) => void }) {
  return (
    <nav aria-label="Parts of the document">
      {SECTIONS.filter(({ name }) => (draft[name] ?? []).length > 0).map(({ name, title, single }) => {
        const looks = unsure.filter(({ section }) => section === name).length;
        return <a key={name} href={`#part-${name}`} onClick={(event) => { event.preventDefault(); onGo(name); }}><span className="el sp">{title}</span>{looks > 0 ? <span className="conf low" title={`${looks} to look at`}><i><b className="on" /></i><span className="tn">{looks}</span><span className="hidden"> to look at</span></span> : !single && <span className="cap tn">{draft[name]!.length}</span>}</a>;
      })}
    </nav>
  );
}
