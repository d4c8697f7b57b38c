/** What happened since somebody last looked, in the machine's words, each with the events behind it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, ask, of } from "@/api/client";
import { Button } from "@/kit/Button";
import { useInspect } from "@/kit/inspect/Inspector";
import { Machine } from "@/kit/marks";
import { refuse } from "@/kit/notice";
import { lasted, useNow } from "@/kit/time";
import { plural } from "./fields";

const LOOKED_MS = 3000; // whoever stays this long has seen what was new when they leave

/** How far this person has read, kept by the server. What was new stays marked while they look at it. */
export function useAway(client: string, newest: number | undefined) {
  const queries = useQueryClient();
  const [read, setRead] = useState<number | null>(null);
  const away = useQuery({ queryKey: ["away", client], queryFn: () => ask(() => api.GET("/api/v1/away/{client_id}", { params: { path: { client_id: client } } })), staleTime: Infinity, gcTime: 0 });
  const tell = (number: number) => ask(() => api.POST("/api/v1/seen", { headers: of(client), body: { client_id: client, number } }));
  const mark = useMutation({ mutationFn: tell, onMutate: (number) => setRead(number), onError: (error) => { setRead(null); refuse(error); }, onSettled: () => queries.invalidateQueries({ queryKey: ["clients"] }) });
  const leaving = useRef({ newest, since: 0 });
  leaving.current.newest = newest;
  useEffect(() => {
    leaving.current.since = performance.now();
    return () => { // quietly: nobody waits for it
      const { newest, since } = leaving.current;
      if (newest !== undefined && performance.now() - since > LOOKED_MS) tell(newest).then(() => queries.invalidateQueries({ queryKey: ["clients"] }), () => undefined);
    };
  }, [client]);
  const first = useRef(newest); // who comes for the first time finds nothing marked as new but what comes then
  first.current ??= newest;
  return { seen: read ?? (away.data?.since ? away.data.number : first.current), news: read === null ? away.data : undefined, mark: () => { if (newest !== undefined) mark.mutate(newest); } };
}

export function Away({ client, away: { news, mark } }: { client: string; away: ReturnType<typeof useAway> }) {
  const inspect = useInspect();
  const now = useNow();
  if (!news || news.events === 0 || news.lines.length === 0) return null;
  return (
    <section className="ai" aria-label="While you were away" style={{ margin: "6px 20px 2px", padding: "9px 12px", display: "flex", gap: 10 }}>
      <div style={{ flex: 1, minWidth: 0 }}>
        <div className="row wrap"><Machine>{news.since ? `While you were away, ${lasted(now.getTime() - Date.parse(news.since))}` : "Before you came"}</Machine><span className="cap tn">{plural(news.events, "event")}, told by rules</span></div>
        <ul style={{ marginTop: 2 }}>
          {news.lines.map((line) => (
            <li key={line.text}><span className="ait">{line.text}</span> {line.event_ids.slice(0, 3).map((id, at) => <button key={id} type="button" className="cite" aria-label={`Source ${at + 1} of “${line.text}”`} onClick={() => inspect("event", client, id)}>{at + 1}</button>)}{line.event_ids.length > 3 && <span className="cap tn"> and {line.event_ids.length - 3} more</span>}</li>
          ))}
        </ul>
      </div>
      <span><Button size="s" kind="quiet" icon="check" onClick={mark}>Mark read</Button></span>
    </section>
  );
}
