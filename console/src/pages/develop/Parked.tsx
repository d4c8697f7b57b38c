/** Events that a room could not handle: what failed, since when, and once more. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ask, of, type Schema } from "@/api/client";
import { liveKey } from "@/api/live";
import { useBarred } from "@/frame/me";
import { Button } from "@/kit/Button";
import { refuse, say } from "@/kit/notice";
import { Empty, Shown } from "@/kit/states";
import { Since } from "@/kit/time";

type Item = Schema["Parked"];

export function Parked() {
  const queries = useQueryClient();
  const barred = useBarred("events:replay");
  const key = liveKey("all", "parked");
  const parked = useQuery({ queryKey: key, queryFn: () => ask(() => api.GET("/api/v1/events/parked", { params: { query: { limit: 200 } } })), refetchInterval: 30_000 });
  const replay = useMutation({
    mutationFn: (item: Item) => ask(() => api.POST("/api/v1/events/parked/{room}/{number}/replay", { params: { path: { room: item.room, number: item.number } }, headers: of(item.client_id) })),
    onSuccess: (done, item) => { say(done.replayed ? `Event ${item.number} was handled by ${item.room}.` : `Event ${item.number} was no longer parked.`); void queries.invalidateQueries({ queryKey: key }); },
    onError: refuse,
  });
  return (
    <section className="card" aria-label="Parked events">
      <div className="hd"><h2>Parked events</h2><span className="cap">five tries failed; the rest of their organization went on without them</span></div>
      <Shown query={parked} what="parked events" rows={3} empty={(page) => (page.items.length === 0 ? <Empty icon="ok" title="Nothing is parked">When a room cannot handle an event five times, it lies here with its error until somebody replays it. Nothing behind it waits.</Empty> : null)}>
        {(page) => (
          <div style={{ overflowX: "auto" }}>
            <table className="tbl">
              <thead><tr><th>Room</th><th className="r">Number</th><th>Kind</th><th>Since</th><th>Error</th><th><span className="hidden">Actions</span></th></tr></thead>
              <tbody>{page.items.map((item) => (
                <tr key={`${item.room}${item.client_id}${item.number}`}>
                  <td className="b">{item.room}</td><td className="r">{item.number.toLocaleString()}</td><td>{item.kind}</td><td><Since at={item.parked_at} /></td>
                  <td className="mono t2" style={{ maxWidth: 420 }}><span className="clamp" title={item.error ?? ""}>{item.error}</span></td>
                  <td className="r"><Button size="s" icon="undo" barred={barred} busy={replay.isPending && replay.variables === item} onClick={() => replay.mutate(item)}>Replay</Button></td>
                </tr>
              ))}</tbody>
            </table>
          </div>
        )}
      </Shown>
    </section>
  );
}
