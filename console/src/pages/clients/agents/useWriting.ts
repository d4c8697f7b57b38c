/** What is being written and is no version yet: kept in this browser, checked by the server, saved on top of what it was based on. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useDebouncedValue } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { api, ask, of } from "@/api/client";
import { liveKey } from "@/api/live";
import { asProblem } from "@/api/problem";
import { draft } from "@/frame/preferences";
import { refuse, say } from "@/kit/notice";
import { useChecked, type Whole } from "./data";
import { placeOf, unreadable } from "./faults";
import type { Mark } from "./Code";

export interface Written { based_on: number; text: string; message: string }

export function useWriting(client: string, config_id: string, newest: number) {
  const queries = useQueryClient();
  const name = `configuration.${config_id}`;
  const [written, setWritten] = useState(() => draft.recall<Written>(name));
  const put = (next: Written | null) => { setWritten(next); draft.keep(name, next ? JSON.stringify(next) : ""); };
  const [asked] = useDebouncedValue(written?.text ?? "", 350);
  const broken = useMemo(() => (written ? unreadable(written.text) : null), [written?.text]);
  const checked = useChecked(client, asked, written !== null && asked !== "" && !broken);
  const verdict = broken ? null : checked.data ?? null;
  const faults = broken ? [{ path: "YAML", reason: broken.says }] : verdict?.faults ?? [];
  const marks = useMemo<Mark[]>(() => {
    if (!written) return [];
    if (broken) return [{ ...broken.place, severity: "error", says: broken.says }];
    return [...(verdict?.faults ?? []).map((fault) => ({ ...placeOf(written.text, fault.path), severity: "error" as const, says: `${fault.path}: ${fault.reason}` })),
      ...(verdict?.blockers ?? []).map((fault) => ({ ...placeOf(written.text, fault.path), severity: "warning" as const, says: `It could not be deployed: ${fault.reason}` }))];
  }, [broken, verdict, written?.text]);

  const saving = useMutation({
    mutationFn: (sent: Written) => ask(() => api.POST("/api/v1/configurations/{config_id}/versions", { headers: of(client), params: { path: { config_id } }, body: { body: sent.text, message: sent.message.trim(), based_on: sent.based_on } })),
    onSuccess: async (made: Whole, sent) => {
      queries.setQueryData(["version", client, config_id, made.version], made);
      put(null);
      say(made.version === sent.based_on ? `It says what version ${made.version} says; nothing was saved.` : `Version ${made.version} is saved. Nobody talks with it until it is deployed.`);
      await Promise.all([queries.invalidateQueries({ queryKey: liveKey(client, "versions", config_id) }), queries.invalidateQueries({ queryKey: liveKey(client, "configurations") })]);
    },
    onError: (error) => { if (asProblem(error).status === 409) { void queries.invalidateQueries({ queryKey: liveKey(client, "versions", config_id) }); void queries.invalidateQueries({ queryKey: liveKey(client, "configurations") }); } else refuse(error); },
  });
  return {
    written, faults, marks, verdict, checking: checked.isFetching || (written !== null && written.text !== asked), behind: written !== null && newest > written.based_on, saving: saving.isPending,
    begin: (based_on: number, text: string) => put({ based_on, text, message: "" }),
    write: (text: string) => { const now = draft.recall<Written>(name) ?? written; if (now) put({ ...now, text }); },
    name: (message: string) => { if (written) put({ ...written, message }); },
    onTop: (based_on: number, text = written?.text) => { if (written && text !== undefined) put({ ...written, based_on, text }); },
    discard: () => { const lost = written; put(null); if (lost) say("What you wrote is gone.", () => put(lost)); },
    save: () => (written && !saving.isPending ? saving.mutateAsync(written).catch(() => null) : Promise.resolve(null)),
  };
}
export type Writing = ReturnType<typeof useWriting>;
