/** First run: how the newest client came from stranger to agent, a chat with that agent, and what to do next. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { api, ask } from "@/api/client";
import { liveKey } from "@/api/live";
import { useCrumbs } from "@/frame/crumbs";
import { useEngine } from "@/frame/Frame";
import { useKeys } from "@/frame/keys";
import { Icon } from "@/kit/Icon";
import { Ring } from "@/kit/marks";
import { Empty, Loading, Trouble } from "@/kit/states";
import { lasted } from "@/kit/time";
import { Agent } from "../journey/Agent";
import { Steps } from "../journey/Steps";
import { steps } from "../journey/steps";
import { useJourney, type Journey } from "../journey/useJourney";
import { Next } from "./Next";
import { Real } from "./Real";
import "./welcome.css";

export default function Welcome() {
  const navigate = useNavigate();
  const { client: asked } = useSearch({ strict: false }) as { client?: string };
  const newest = useQuery({ queryKey: liveKey("all", "newest"), enabled: !asked, queryFn: () => ask(() => api.GET("/api/v1/clients", { params: { query: { limit: 1 } } })).then((page) => page.items[0] ?? null) });
  const client = asked ?? newest.data?.client_id;
  const journey = useJourney(client);
  const field = useRef<HTMLTextAreaElement>(null);
  useCrumbs("Welcome", [{ says: "Welcome" }], journey.client?.name);
  useKeys([{ keys: "t", says: "Talk to the agent", shown: true, run: () => field.current?.focus() }, { keys: "c", says: "Your company", shown: true, run: () => void navigate({ to: "/new" }) }]);

  if (newest.error) return <div className="page"><Trouble error={newest.error} onRetry={() => newest.refetch()} /></div>;
  if (!asked && newest.isPending) return <div className="page"><Loading what="the first client" rows={8} height={56} /></div>;
  if (!client) return <Nobody />;
  return (
    <div className="welcome">
      <section className="way" aria-labelledby="way">
        <Head journey={journey} />
        {journey.error ? <Trouble error={journey.error} onRetry={journey.retry} /> : journey.loading ? <Loading what="how far it has come" rows={8} height={52} /> : <Steps steps={journey.steps} under={{ account: !journey.job && <p><Link to="/new" search={{ client, from: "client" } as never}>Give an address, a folder or files</Link></p> }} />}
        <Real journey={journey} />
      </section>
      <Agent key={client} journey={journey} field={field} />
      <Next client={client} />
    </div>
  );
}

function Head({ journey: { client, job, steps, done, facts } }: { journey: Journey }) {
  const engine = useEngine().data;
  const from = job?.started_at ?? job?.created_at, until = facts.deployedAt ?? facts.generation?.settled_at;
  const took = from && until && steps[6]!.state === "done" ? Date.parse(until) - Date.parse(from) : null;
  const failed = steps.find((step) => step.state === "failed"), now = steps.find((step) => step.state === "now" || step.state === "person");
  return (
    <div className="head">
      <Ring share={done / steps.length} size={56} tone={failed ? "bad" : "good"} label={`${done} of ${steps.length} steps done`}>{done}/{steps.length}</Ring>
      <div style={{ minWidth: 0 }}>
        <h1 className="hero el" id="way">A retinue for {client?.name ?? "your first client"}</h1>
        <p className="lead t2">{took !== null && took >= 0 ? `From stranger to an agent that answers in ${lasted(took)}. ` : failed ? "One step failed; it says what to do next. " : now ? "Watch it go from stranger to client. " : ""}{engine?.mode === "rules" && (took !== null ? "Rules did it on this machine; no model was asked." : "Rules do it on this machine; no model is asked.")}</p>
      </div>
    </div>
  );
}

/** Before there is anybody. */
function Nobody() {
  return (
    <div className="welcome">
      <section className="way" aria-labelledby="way">
        <div className="head"><Ring share={0} size={56} tone="plain" label="0 of 8 steps done">0/8</Ring><div><h1 className="hero" id="way">A retinue for your first client</h1><p className="lead t2">Give a company's address, or its documents. These steps then fill by themselves.</p></div></div>
        <Steps steps={steps({})} links={false} />
      </section>
      <section className="card chat" aria-label="The agent"><div className="log" style={{ justifyContent: "center" }}>
        <Empty icon="agents" title="There is no agent yet" action={<Link className="btn p" to="/new"><Icon name="plus" />New client</Link>}>The agent that is built for your first client answers here, from what was read, with its sources. <span className="mono">make demo</span> does the same with an example company.</Empty>
      </div></section>
      <Next />
    </div>
  );
}
