/** What the search finds for a question, as the agents see it: passages with their scores. */
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, ask, of, type Schema } from "@/api/client";
import { Button } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { Empty, Loading, Trouble } from "@/kit/states";
import { plural } from "../fields";

type Result = Schema["Result"];
const MOST = 10;

export function Ask({ client, onOpen, onFold }: { client: string; onOpen: (result: Result) => void; onFold: () => void }) {
  const [question, setQuestion] = useState("");
  const search = useMutation({ mutationFn: (query: string) => ask(() => api.POST("/api/v1/rag/query", { headers: of(client), body: { query, top_k: MOST, filters: {}, enable_graph_rag: false } })) });
  const submit = (event: FormEvent) => { event.preventDefault(); if (question.trim()) search.mutate(question.trim()); };
  const found = search.data?.results ?? [];
  return (
    <>
      <div className="hd"><Icon name="flask" /><h2>Test of the search</h2><span className="sp" /><Button kind="quiet" size="s" icon="right" label="Fold" onClick={onFold} /></div>
      <form className="row" style={{ padding: 12 }} onSubmit={submit}>
        <label className="find" style={{ flex: 1, minWidth: 0 }}><Icon name="search" /><input value={question} maxLength={2000} placeholder="Ask as a customer would" aria-label="A question to the documents" onChange={(event) => setQuestion(event.currentTarget.value)} /></label>
        <Button kind="primary" type="submit" busy={search.isPending} barred={question.trim() ? null : "Write a question first."}>Search</Button>
      </form>
      <div aria-live="polite" aria-busy={search.isPending}>
        {search.error && <div style={{ padding: "0 12px" }}><Trouble error={search.error} onRetry={() => search.mutate(question.trim())} /></div>}
        {search.isPending && <Loading what="the passages" rows={3} height={90} />}
        {!search.data && !search.isPending && !search.error && <div style={{ padding: "0 12px" }}><Empty title="See what an answer would rest on.">Write a question as a customer would. The passages that fit best come with their score; each opens in its document.</Empty></div>}
        {search.data && !search.isPending && found.length === 0 && <div style={{ padding: "0 12px" }}><Empty title="Nothing was found.">No passage has to do with it. A document that says it would help: send one.</Empty></div>}
        {search.data && !search.isPending && found.length > 0 && (
          <>
            <p className="cap tn" style={{ padding: "0 12px 8px" }}>{plural(found.length, "passage")} in {search.data.latency_ms} ms, by {search.data.embedder}</p>
            <ol aria-label="Passages">
              {found.map((result, at) => (
                <li key={result.chunk_id}>
                  <button type="button" className="item" style={{ display: "grid", gap: 3 }} onClick={() => onOpen(result)}>
                    <span className="row"><span className="cite">{at + 1}</span><span className="el b">{result.title || result.document_id}</span><span className="sp" /><Score value={result.score} best={found[0]!.score} /></span>
                    {(result.heading || result.page) && <span className="cap el">{result.heading}{result.page && ` · page ${result.page}`}</span>}
                    <span className="small t2" style={{ display: "-webkit-box", WebkitLineClamp: 4, WebkitBoxOrient: "vertical", overflow: "hidden", overflowWrap: "anywhere" }}>{result.content}</span>
                  </button>
                </li>
              ))}
            </ol>
          </>
        )}
      </div>
    </>
  );
}

/** The bar compares with the best of this search; the number is the search's own. */
function Score({ value, best }: { value: number; best: number }) {
  return <span className="row tn cap" style={{ gap: 6, flex: "none" }} title={`score ${value}`}><span className="bar" style={{ width: 40 }} aria-hidden="true"><i style={{ width: `${Math.max(4, Math.min(100, best > 0 ? (value / best) * 100 : 0))}%` }} /></span>{value.toFixed(2)}<span className="hidden"> score</span></span>;
}
