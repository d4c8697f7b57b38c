/** The requirements that the machine drafted: read here, approved here, or changed on their own page. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, ask, of } from "@/api/client";
import { liveKey } from "@/api/live";
import { asProblem, type Problem } from "@/api/problem";
import { useKeys } from "@/frame/keys";
import { useBarred } from "@/frame/me";
import { Button } from "@/kit/Button";
import { Confidence, Machine } from "@/kit/marks";
import { say } from "@/kit/notice";
import { Shown, Trouble } from "@/kit/states";
import { plural } from "../clients/fields";

interface Item { text: string; source_claims?: string[] }
type Body = Record<string, unknown> & { business_summary?: Item };
const GROUPS: [string, string][] = [["goals", "Goals"], ["topics", "What it can answer"], ["data_to_capture", "What it asks for"], ["escalation_rules", "When a person takes over"], ["actions", "What it should do"], ["channels", "Where it talks"], ["languages", "Languages"], ["out_of_scope", "What it leaves alone"], ["success_measures", "How its success is measured"], ["open_questions", "Open questions"]];

export function Draft({ client, requirements }: { client: string; requirements: string }) {
  const queries = useQueryClient();
  const barred = useBarred("requirements:approve", client);
  const [error, setError] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const document = useQuery({ queryKey: liveKey(client, "requirements", requirements), queryFn: () => ask(() => api.GET("/api/v1/requirements/{requirements_id}", { params: { path: { requirements_id: requirements } }, headers: of(client) })) });
  const approve = async () => {
    if (!document.data || busy || barred) return;
    setBusy(true);
    setError(null);
    try {
      await ask(() => api.POST("/api/v1/requirements/{requirements_id}/approve", { params: { path: { requirements_id: requirements } }, headers: of(client), body: { version: document.data.version, automatic: false } }));
      say("Approved. The agent is being built.");
    } catch (failed) { setError(asProblem(failed)); }
    await queries.invalidateQueries({ queryKey: liveKey(client) }); // somebody else may have approved or changed it meanwhile
    setBusy(false);
  };
  useKeys([{ keys: "a", says: "Approve the draft", shown: true, run: () => void approve() }]);
  return (
    <section className="card reads" aria-label="Draft of the requirements">
      <Shown query={document} what="the draft">
        {({ body, answered_by, confidence, items }) => {
          const draft = body as Body;
          return (
            <>
              <div className="hd"><h2>What the agent is to do</h2><Machine>{answered_by === "rules" ? "drafted by rules" : `drafted by ${answered_by}`}</Machine><Confidence value={confidence} below="below 0.70: read it with care" /><span className="sp" /><span className="cap tn">{plural(items, "item")}</span></div>
              <div className="scroll pad" tabIndex={0} aria-label="The draft">
                <div className="ai" style={{ padding: "10px 14px" }}>
                  {draft.business_summary && <p className="ait lead">{draft.business_summary.text}</p>}
                  {GROUPS.map(([key, says]) => {
                    const its = (Array.isArray(draft[key]) ? draft[key] : []) as Item[];
                    return its.length > 0 && <div key={key} style={{ marginTop: 12 }}><h3>{says}</h3><ul className="ait draft">{its.map((item, at) => <li key={at}>{item.text}{(item.source_claims?.length ?? 0) > 0 && <span className="cap"> {plural(item.source_claims!.length, "source")}</span>}</li>)}</ul></div>;
                  })}
                </div>
              </div>
              <div className="foot col">
                {error && <Trouble error={error} />}
                <div className="row wrap"><Button kind="primary" size="l" icon="check" keys={["A"]} busy={busy} barred={barred} onClick={() => void approve()}>Approve now</Button><Link className="btn l" to="/clients/$client/requirements" params={{ client }}>Change it first</Link><span className="cap sp">Nothing of it takes effect before somebody approves it.</span></div>
              </div>
            </>
          );
        }}
      </Shown>
    </section>
  );
}
