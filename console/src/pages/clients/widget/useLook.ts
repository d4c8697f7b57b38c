/** What is being changed of the chat's look: kept in this browser, checked by the server, saved as a version and put live in one press. */
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api, ask, of } from "@/api/client";
import { liveKey } from "@/api/live";
import { draft } from "@/frame/preferences";
import { refuse, say } from "@/kit/notice";
import { useChecked, useVersion, type Configuration, type Whole } from "../agents/data";
import { bodyOf, changed, listed, lookOf, type Body, type Look } from "./look";

const ENVIRONMENT = "production";
type List = { items: Configuration[] };
/** As things stood when it was pressed: what is shown by then says otherwise. `to`: the version to go back to. */
interface Sent { body: Body; message: string; edits: Partial<Look>; newest: number; to: number | null }

/** `onLive`: visitors see something else from now on. */
export function useLook(client: string, configuration: Configuration, onLive: () => void) {
  const queries = useQueryClient();
  const config_id = configuration.config_id, newest = configuration.newest_version;
  const live = configuration.deployments.find(({ environment }) => environment === ENVIRONMENT);
  const base = live?.version ?? newest;
  const name = `widget.${config_id}`;
  const [edits, setEdits] = useState(() => draft.recall<Partial<Look>>(name) ?? {});
  const put = (next: Partial<Look>) => { setEdits(next); draft.keep(name, Object.keys(next).length ? JSON.stringify(next) : ""); };
  const version = useVersion(client, config_id, base);
  const body = version.data?.body as Body | undefined;
  const before = useMemo(() => (body ? lookOf(body) : null), [body]);
  const look = before && { ...before, ...edits };
  const differs = before && look ? changed(before, look) : [];
  const next = useMemo(() => (body && look ? bodyOf(body, look) : null), [body, edits]);

  const [asked] = useDebouncedValue(next, 300);
  const checked = useChecked(client, asked, differs.length > 0);
  const faults = differs.length > 0 ? checked.data?.faults ?? [] : [];
  const blockers = differs.length > 0 ? checked.data?.blockers ?? [] : [];

  const key = liveKey(client, "configurations"), versionKey = (number: number) => ["version", client, config_id, number];
  /** Shown at once, put right by what the server says. */
  const show = (number: number, newest_version = newest) => queries.setQueryData<List>(key, (list) => list && { ...list, items: list.items.map((item) => item.config_id !== config_id ? item : {
    ...item, newest_version, deployed: { ...item.deployed, [ENVIRONMENT]: number },
    deployments: [...item.deployments.filter(({ environment }) => environment !== ENVIRONMENT), { environment: ENVIRONMENT, version: number, previous_version: live?.version ?? null, deployed_by: null, deployed_at: new Date().toISOString() }],
  }) });
  const settled = () => Promise.all([queries.invalidateQueries({ queryKey: key }), queries.invalidateQueries({ queryKey: liveKey(client, "versions", config_id) })]);
  const path = { path: { config_id } };

  const back = useMutation({
    networkMode: "always", // a page that is offline says so at once, and keeps what was written
    mutationFn: ({ from }: { from: number; to: number; look: Partial<Look> }) => ask(() => api.POST("/api/v1/configurations/{config_id}/rollback", { headers: of(client), params: path, body: { environment: ENVIRONMENT, from_version: from } })),
    onMutate: ({ to, look }) => { const list = queries.getQueryData<List>(key); show(to); put(look); return list; },
    onSuccess: (_, { to }) => { say(`Visitors see version ${to} again. What you wrote is back in the form.`); onLive(); },
    onError: (error, _, list) => { if (list) queries.setQueryData(key, list); put({}); refuse(error); },
    onSettled: settled,
  });
  const save = useMutation({
    networkMode: "always",
    mutationFn: async (sent: Sent) => {
      const made = await ask(() => api.POST("/api/v1/configurations/{config_id}/versions", { headers: of(client), params: path, body: { body: sent.body, message: sent.message, based_on: sent.newest } })) as Whole;
      await ask(() => api.POST("/api/v1/configurations/{config_id}/deploy", { headers: of(client), params: path, body: { version: made.version, environment: ENVIRONMENT } }));
      return made;
    },
    onMutate: ({ body, newest }) => {
      const list = queries.getQueryData<List>(key), number = newest + 1;
      if (version.data) queries.setQueryData(versionKey(number), { ...version.data, version: number, body });
      show(number, number);
      put({});
      return list;
    },
    onSuccess: (made, { edits, to }) => {
      queries.setQueryData(versionKey(made.version), made);
      show(made.version, made.version);
      say(`Version ${made.version} is live: new visitors see it. Chats that run keep theirs.`, to !== null && to !== made.version ? () => back.mutate({ from: made.version, to, look: edits }) : undefined);
      onLive();
    },
    onError: (error, { edits, newest }, list) => {
      if (list) queries.setQueryData(key, list);
      queries.removeQueries({ queryKey: versionKey(newest + 1) });
      put(edits);
      refuse(error);
    },
    onSettled: settled,
  });
  return {
    look, differs, faults, blockers, live, base, newest, query: version, busy: save.isPending || back.isPending,
    set: (change: Partial<Look>) => put({ ...edits, ...change }),
    discard: () => { const lost = edits; put({}); say("What you changed is gone.", () => put(lost)); },
    save: () => { if (next && differs.length > 0 && !save.isPending) save.mutate({ body: next, message: `Chat: ${listed(differs)}`, edits, newest, to: live?.version ?? null }); },
  };
}
export type Looking = ReturnType<typeof useLook>;
