/** Now make it yours: what is left to do, and what is done already. */
import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent, type ReactNode } from "react";
import { api, ask, of } from "@/api/client";
import { liveKey } from "@/api/live";
import { useEngine } from "@/frame/Frame";
import { useBarred } from "@/frame/me";
import { Button } from "@/kit/Button";
import { Icon, type IconName } from "@/kit/Icon";
import { Chip } from "@/kit/marks";

export function Next({ client }: { client?: string }) {
  const navigate = useNavigate();
  const engine = useEngine().data;
  const newClient = useBarred("clients:write"), people = useBarred("people:write"), keys = useBarred("keys:write", client);
  const two = useQuery({ queryKey: liveKey("all", "two clients"), queryFn: () => ask(() => api.GET("/api/v1/clients", { params: { query: { limit: 2 } } })).then((page) => page.items.length) });
  const colleagues = useQuery({ queryKey: ["people", "two"], enabled: people === null, queryFn: () => ask(() => api.GET("/api/v1/people", { params: { query: { limit: 2 } } })).then((page) => page.items.length) });
  const widget = useQuery({ queryKey: liveKey(client ?? "", "has a widget key"), enabled: Boolean(client) && keys === null, queryFn: () => ask(() => api.GET("/api/v1/api-keys", { headers: of(client!) })).then((page) => page.items.some((key) => key.kind === "widget" && !key.revoked_at)) });
  const [address, setAddress] = useState("");
  const go = (event: FormEvent) => { event.preventDefault(); void navigate({ to: "/new", search: (address.trim() ? { address: address.trim() } : {}) as never }); };
  const done = [(two.data ?? 0) > 1, engine?.mode === "model", widget.data ?? false, (colleagues.data ?? 0) > 1];
  return (
    <aside className="nexts" aria-labelledby="yours">
      <div className="row"><h1 id="yours">Now make it yours</h1><span className="sp" /><span className="small t3 tn">{done.filter(Boolean).length} of 4</span></div>
      <Card icon="clients" title="Meet your own company" done={done[0]!} first>
        <p>Give an address. Retinue reads it politely, a page a second, and builds an agent from what it found.</p>
        <form className="col" onSubmit={go}>
          <TextInput aria-label="Your company's address" placeholder="https://your-company.example" leftSection={<Icon name="globe" />} value={address} onChange={(event) => setAddress(event.currentTarget.value)} />
          <Button kind="primary" size="l" type="submit" keys={["C"]} barred={newClient}>Research and build</Button>
        </form>
        <p className="cap" style={{ marginTop: 6 }}>Or <Link to="/new" search={{ from: "files" } as never}>a folder or files</Link>.</p>
      </Card>
      <Card icon="plug" title="Use a model" done={done[1]!}>
        {engine?.mode === "model" ? <p>{engine.providers.join(" and ")} answer; rules stand in when they do not.</p> : <><p>Set <code className="mono">OPENAI_API_KEY</code> or <code className="mono">ANTHROPIC_API_KEY</code> and start Retinue again. A server of your own: <code className="mono">OPENAI_BASE_URL</code> too.</p><Link className="btn s" to="/develop/tasks">What changes with a model</Link></>}
      </Card>
      <Card icon="chat" title="Put the chat on a page" done={done[2]!}>
        <p>One line to paste, with a public key that may only talk.</p>
        {client ? <Link className="btn s" to="/clients/$client/widget" params={{ client }}>Get the line</Link> : <p className="cap">Once there is a client.</p>}
      </Card>
      <Card icon="user" title="Invite a colleague" done={done[3]!}>
        <p>A person approves what matters. Alone, you approve everything.</p>
        {people ? <Button size="s" barred={people}>Invite</Button> : <Link className="btn s" to="/settings/people">Invite</Link>}
      </Card>
    </aside>
  );
}

function Card({ icon, title, done, first, children }: { icon: IconName; title: string; done: boolean; first?: boolean; children: ReactNode }) {
  return <section className="card next-card" data-first={first}><h2 className="row"><span className={first ? "acc" : "t2"}><Icon name={icon} /></span>{title}<span className="sp" />{done && <Chip tone="good" icon="check">done</Chip>}</h2>{children}</section>;
}
