/** Every AI step by name: what it takes, how good its rules are, and what a model changes. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { useEngine } from "@/frame/Frame";
import { Icon } from "@/kit/Icon";
import { Chip } from "@/kit/marks";
import { Shown } from "@/kit/states";

export function Tasks() {
  const engine = useEngine().data;
  const tasks = useQuery({ queryKey: ["tasks"], queryFn: () => ask(() => api.GET("/api/v1/tasks", {})), staleTime: Infinity });
  const [open, setOpen] = useState("");
  return (
    <>
      <section className={`card pad ${engine?.mode === "rules" ? "" : ""}`} aria-label="What answers">
        <div className="row"><Icon name={engine?.mode === "model" ? "ok" : "plug"} /><h2>{engine?.mode === "model" ? `Answered by ${engine.providers.join(", ")}` : "Answered by rules: the offline engine"}</h2></div>
        <p className="t2" style={{ marginTop: 4, maxWidth: "80ch" }}>{engine?.mode === "model"
          ? "A model answers; its answer is checked, and rules stand in when it fails."
          : <>Without a model, answers are extracts with their source, or “I don't know”. Set <code className="mono">OPENAI_API_KEY</code> (with <code className="mono">OPENAI_BASE_URL</code> for a server of your own) or <code className="mono">ANTHROPIC_API_KEY</code> and start again: the same tasks are then answered by the model, and the figures below say what the rules alone reach.</>}</p>
      </section>
      <section className="card" aria-label="AI tasks">
        <div className="hd"><h2>AI tasks</h2><span className="cap">scores of the rules on cases that they were not tuned on, beside the dumbest baseline</span></div>
        <Shown query={tasks} what="tasks" rows={5}>
          {({ items: list }) => (
            <div style={{ overflowX: "auto" }}>
              <table className="tbl">
                <thead><tr><th>Task</th><th>Without a model</th><th className="r">To a person under</th><th>Measured</th><th className="r">Rules</th><th className="r">Baseline</th><th className="r">Cases</th></tr></thead>
                <tbody>{list.flatMap((task) => {
                  const rows = task.scores.length ? task.scores : [null];
                  return rows.map((score, at) => (
                    <tr key={`${task.name}${at}`}>
                      {at === 0 ? <td rowSpan={rows.length}><button type="button" className="mono acc" aria-expanded={open === task.name} onClick={() => setOpen(open === task.name ? "" : task.name)}>{task.name}</button></td> : null}
                      {at === 0 ? <td rowSpan={rows.length}>{task.by_rules ? <Chip tone="good" icon="ok">rules answer</Chip> : <Chip tone="warn" icon="plug">needs a model</Chip>}</td> : null}
                      {at === 0 ? <td rowSpan={rows.length} className="r">{task.threshold.toFixed(2)}</td> : null}
                      <td>{score ? <>{score.measure}{score.of && <span className="t3"> · {score.of}</span>}</> : <span className="t3">read by hand, no key</span>}</td>
                      <td className="r b">{score?.value ?? ""}</td><td className="r t2">{score?.baseline ?? ""}</td><td className="r">{score?.cases ?? ""}</td>
                    </tr>
                  ));
                })}</tbody>
              </table>
            </div>
          )}
        </Shown>
      </section>
      {tasks.data?.items.filter((task) => task.name === open).map((task) => (
        <section key={task.name} className="card pad" aria-label={task.name}>
          <h2 className="mono">{task.name}</h2><p className="cap">prompt version {task.prompt_version}; run it over a file: <code className="mono">retinue tasks run {task.name} --in IN.jsonl --out OUT.jsonl</code></p>
          <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(280px, 1fr))", gap: 16, marginTop: 12 }}>
            {(["input", "output"] as const).map((side) => <div key={side}><h3>{side}</h3><pre className="mono" tabIndex={0} style={{ overflow: "auto", maxHeight: 320, background: "var(--sunken)", padding: 8, borderRadius: 6 }}>{JSON.stringify(task[side], null, 1)}</pre></div>)}
          </div>
        </section>
      ))}
    </>
  );
}
