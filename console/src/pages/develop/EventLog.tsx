/** The log of one organization by number, as the API tells it. */
import { NumberInput, Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, of } from "@/api/client";
import { headOf, useMoments } from "@/api/live";
import { TOPICS } from "@/api/topics";
import { useInspect } from "@/kit/inspect/Inspector";
import { Button } from "@/kit/Button";
import { download } from "@/kit/csv";
import { Empty, Shown } from "@/kit/states";
import { Time } from "@/kit/time";

const SIZE = 100;

export function EventLog({ client }: { client: string }) {
  const inspect = useInspect();
  const [topic, setTopic] = useState<string | null>(null);
  const [from, setFrom] = useState<number>(() => Math.max(0, headOf(client) - SIZE));
  const [news, setNews] = useState(0);
  const log = useInfiniteQuery({
    queryKey: ["log", client, topic, from], initialPageParam: from,
    queryFn: ({ pageParam }) => ask(() => api.GET("/api/v1/events", { params: { query: { client_id: client, after: pageParam, limit: SIZE, ...(topic ? { topic } : {}) } }, headers: of(client) })),
    getNextPageParam: (page) => (page.next_cursor ? page.items.at(-1)?.number : undefined),
  });
  useMoments((moment) => { if (moment.client_id === client) setNews((count) => count + 1); });
  const events = log.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="card col" style={{ gap: 0, minHeight: 0 }} aria-label="Events">
      <div className="hd row wrap">
        <h2>Events</h2><span className="cap">facts in the past tense, without gaps; personal fields stay closed here</span><span className="sp" />
        <Select aria-label="Topic" size="xs" placeholder="All topics" clearable data={TOPICS} value={topic} onChange={setTopic} />
        <NumberInput aria-label="After number" size="xs" w={110} min={0} allowDecimal={false} value={from} onChange={(value) => setFrom(Number(value) || 0)} />
        {news > 0 && <Button size="s" icon="dn" onClick={() => { setNews(0); void log.refetch(); }}>{news} new</Button>}
        <Button size="s" icon="down2" onClick={() => download(`events-${client}.jsonl`, "application/x-ndjson", events.map((event) => JSON.stringify(event)).join("\n"))} barred={events.length ? null : "There is nothing to export."}>Export</Button>
      </div>
      <Shown query={{ data: log.data, error: log.error, isPending: log.isPending, refetch: () => log.refetch() }} what="the log" empty={() => events.length === 0 ? <Empty icon="pulse" title={`Nothing after number ${from}`} action={from > 0 ? <Button onClick={() => setFrom(0)}>From the beginning</Button> : undefined}>Every change of this organization is told here as an event, numbered without gaps.</Empty> : null}>
        {() => (
          <div style={{ overflow: "auto", maxHeight: "calc(100vh - 220px)" }}>
            <table className="tbl">
              <thead><tr><th className="r">Number</th><th>Kind</th><th>Time</th><th>Body</th></tr></thead>
              <tbody>{events.map((event) => (
                <tr key={event.event_id}>
                  <td className="r">{event.number.toLocaleString()}</td>
                  <td><button type="button" className="acc" onClick={() => inspect("event", client, event.event_id)}>{event.kind}</button></td>
                  <td><Time at={event.occurred_at} seconds /></td>
                  <td className="mono t2" style={{ maxWidth: 520 }}><span className="el" style={{ display: "block" }}>{JSON.stringify(event.body)}</span></td>
                </tr>
              ))}</tbody>
            </table>
            {log.hasNextPage && <div className="pad"><Button busy={log.isFetchingNextPage} onClick={() => log.fetchNextPage()}>More</Button></div>}
          </div>
        )}
      </Shown>
    </section>
  );
}
