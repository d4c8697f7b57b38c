/** The document being edited: what the server has, what was written here and is not saved yet, and how both come together. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { api, ask, of, type Schema } from "@/api/client";
import { liveKey } from "@/api/live";
import { asProblem } from "@/api/problem";
import { draft as kept } from "@/frame/preferences";
import { refuse, say } from "@/kit/notice";
import { changes, join, read, union, write, type Clash, type Draft } from "./draft";

export type Document = Schema["Requirements"];
interface Local { version: number; base: Draft; draft: Draft; clashes: Clash[] }

const UNDONE = 200; // steps back that are remembered
const recall = (name: string): Local | null => { try { return JSON.parse(kept.read(name)) as Local; } catch { return null; } };

export function useDraft(client: string, id: string) {
  const queries = useQueryClient();
  const path = { requirements_id: id };
  const key = liveKey(client, "requirements", id);
  const query = useQuery({ queryKey: key, enabled: id !== "", queryFn: () => ask(() => api.GET("/api/v1/requirements/{requirements_id}", { headers: of(client), params: { path } })) });
  const document = query.data;
  const name = `requirements.${id}`;
  const [local, setLocal] = useState<Local | null>(() => recall(name));
  const now = useRef(local);
  const steps = useRef<{ draft: Draft | null; about: string }[]>([]);
  const known = useRef<Draft>({});

  const drafted = useMemo(() => (document ? (document.drafted ? read(document.drafted) : document.version === 1 ? read(document.body) : null) : null), [document?.requirements_id]);
  const server = useMemo(() => {
    if (!document) return null;
    const found = read(document.body, union(known.current, union(local?.base ?? {}, drafted ?? {})));
    known.current = union(found, known.current);
    return found;
  }, [document?.version, document?.requirements_id, drafted]);

  const put = (next: Local | null) => { now.current = next; setLocal(next); kept.keep(name, next ? JSON.stringify(next) : ""); };
  const unsaved = local ? changes(local.base, local.draft) : 0;
  const shown = local?.draft ?? server;
  const behind = local !== null && document !== undefined && (document.version > local.version || document.status !== "draft");

  useEffect(() => { // what was written here is saved by now, by this page or by another tab of it
    if (local && server && document && !behind && local.clashes.length === 0 && unsaved === 0 && document.version !== local.version) put(null);
  }, [document?.version, unsaved]);

  /** `about` of two steps in a row that are one to whoever takes them back, such as typing in one item. */
  const edit = (change: (draft: Draft) => Draft, about = "") => {
    if (!server || !document) return;
    const before = now.current ?? { version: document.version, base: server, draft: server, clashes: [] };
    if (!about || steps.current.at(-1)?.about !== about) steps.current = [...steps.current, { draft: now.current?.draft ?? null, about }].slice(-UNDONE);
    const draft = change(before.draft);
    put(changes(before.base, draft) === 0 && before.clashes.length === 0 ? null : { ...before, draft });
  };
  const undo = () => {
    const last = steps.current.pop();
    if (!last) return false;
    const before = now.current ?? (server && document ? { version: document.version, base: server, draft: server, clashes: [] } : null);
    if (before) put(last.draft && changes(before.base, last.draft) > 0 ? { ...before, draft: last.draft } : before.clashes.length ? { ...before, draft: last.draft ?? before.base } : null);
    return true;
  };
  const discard = () => { const lost = now.current; steps.current = []; put(null); if (lost) say("Your unsaved changes are gone.", () => put(lost)); };

  /** Their changes and mine in one draft, on top of the newest version. */
  const meet = (with_ = document, theirs = server) => {
    const mine = now.current;
    if (!mine || !with_ || !theirs) return;
    const { draft, clashes } = join(mine.base, mine.draft, theirs);
    steps.current = [];
    put({ version: with_.version, base: theirs, draft, clashes });
  };
  const settle = (clash: Clash, take: "mine" | "theirs") => {
    const before = now.current;
    if (!before) return;
    const list = before.draft[clash.section] ?? [];
    const chosen = take === "theirs" ? clash.theirs : clash.mine;
    const place = list.findIndex((entry) => entry.key === clash.key);
    const next = chosen === null ? list.filter((entry) => entry.key !== clash.key) : take === "mine" && place >= 0 && clash.mine ? list : list.map((entry) => (entry.key === clash.key ? chosen : entry));
    put({ ...before, draft: { ...before.draft, [clash.section]: next }, clashes: before.clashes.filter((other) => other !== clash) });
  };

  const send = (version: number, draft: Draft) => ask(() => api.PUT("/api/v1/requirements/{requirements_id}", { headers: of(client), params: { path }, body: { version, body: write(draft) as Schema["RequirementsDraft"] } }));
  const took = (document: Document) => { queries.setQueryData(key, document); void queries.invalidateQueries({ queryKey: liveKey(client, "requirements") }); };
  const saving = useMutation({
    mutationFn: (sent: Local) => send(sent.version, sent.draft),
    onSuccess: (saved, sent) => {
      const later = now.current; // written while it was being saved
      const found = read(saved.body, sent.draft);
      known.current = union(found, known.current);
      took(saved);
      put(later && later.draft !== sent.draft && changes(sent.draft, later.draft) > 0 ? { version: saved.version, base: sent.draft, draft: later.draft, clashes: [] } : null);
      say(`Version ${saved.version} is saved.`, () => send(saved.version, sent.base).then(took, refuse));
    },
    onError: (error) => { if (asProblem(error).status === 409) void query.refetch(); else refuse(error); },
  });
  const save = async (): Promise<Document | null> => {
    const mine = now.current;
    if (!mine) return document ?? null;
    if (saving.isPending || behind || mine.clashes.length) return null;
    return saving.mutateAsync(mine).catch(() => null);
  };

  return { query, document, drafted, shown, unsaved, behind, saving: saving.isPending, clashes: local?.clashes ?? [], theirs: behind && local && server ? changes(local.base, server) : 0, canUndo: steps.current.length > 0, edit, undo, discard, meet, settle, save, took };
}
export type Editing = ReturnType<typeof useDraft>;
