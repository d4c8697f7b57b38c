/** API keys of an organization: made, shown once, replaced, ended. */
import { CopyButton, Modal, MultiSelect, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, ask, of, type Schema } from "@/api/client";
import { liveKey } from "@/api/live";
import { useBarred, useMe } from "@/frame/me";
import { Button } from "@/kit/Button";
import { Chip } from "@/kit/marks";
import { refuse, say } from "@/kit/notice";
import { Empty, Shown, Trouble } from "@/kit/states";
import { Time } from "@/kit/time";

type Key = Schema["Key"];
const DAYS: Record<string, number | null> = { "30 days": 30, "90 days": 90, "a year": 365, "no end": null };

export function Keys({ client }: { client: string }) {
  const queries = useQueryClient();
  const barred = useBarred("keys:write", client);
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const [ending, setEnding] = useState<Key | null>(null);
  const key = liveKey(client, "keys");
  const keys = useQuery({ queryKey: key, queryFn: () => ask(() => api.GET("/api/v1/api-keys", { params: { query: { limit: 200 } }, headers: of(client) })), enabled: !barred });
  const again = () => queries.invalidateQueries({ queryKey: key });
  const end = useMutation({
    mutationFn: (id: string) => ask(() => api.DELETE("/api/v1/api-keys/{key_id}", { params: { path: { key_id: id } }, headers: of(client) })),
    onSuccess: () => { say("The key has ended; whoever uses it is refused from now on."); setEnding(null); void again(); }, onError: refuse,
  });
  const rotate = useMutation({
    mutationFn: (id: string) => ask(() => api.POST("/api/v1/api-keys/{key_id}/rotate", { params: { path: { key_id: id } }, headers: of(client) })),
    onSuccess: (made) => { setSecret(made.key); void again(); }, onError: refuse,
  });
  if (barred) return <Empty icon="lock" title="Keys are not yours to see.">{barred}</Empty>;
  return (
    <section className="card" aria-label="API keys">
      <div className="hd"><h2>API keys</h2><span className="cap">for programs; a public key is for the chat widget</span><span className="sp" /><Button kind="primary" size="s" icon="plus" onClick={() => setMaking(true)}>New key</Button></div>
      <Shown query={keys} what="keys" rows={3} empty={(page) => page.items.length === 0 ? <Empty icon="lock" title="No key yet" action={<Button kind="primary" icon="plus" onClick={() => setMaking(true)}>New key</Button>}>A key lets a program use the API with the scopes you give it, and nothing more. Its secret is shown once.</Empty> : null}>
        {(page) => (
          <div style={{ overflowX: "auto" }}>
            <table className="tbl">
              <thead><tr><th>Name</th><th>Begins with</th><th>Scopes</th><th>Made</th><th>Last used</th><th>Ends</th><th><span className="hidden">Actions</span></th></tr></thead>
              <tbody>{page.items.map((item) => (
                <tr key={item.id} style={item.revoked_at ? { color: "var(--text-3)" } : undefined}>
                  <td className="b">{item.name}</td>
                  <td className="mono">{item.prefix}…</td>
                  <td>{item.kind === "widget" ? <Chip icon="chat">public, widget</Chip> : <span className="clamp" title={item.scopes.join(", ")}>{item.scopes.join(", ")}</span>}</td>
                  <td><Time at={item.created_at} /></td>
                  <td>{item.last_used_at ? <Time at={item.last_used_at} /> : "never"}</td>
                  <td>{item.revoked_at ? <Chip icon="x">ended <Time at={item.revoked_at} /></Chip> : item.expires_at ? <Time at={item.expires_at} /> : "no end"}</td>
                  <td className="r">{!item.revoked_at && <span className="row" style={{ justifyContent: "flex-end", gap: 4 }}><Button size="s" kind="quiet" icon="swap" onClick={() => rotate.mutate(item.id)} busy={rotate.isPending}>Replace</Button><Button size="s" kind="risky" onClick={() => setEnding(item)}>End</Button></span>}</td>
                </tr>
              ))}</tbody>
            </table>
          </div>
        )}
      </Shown>
      <NewKey client={client} opened={making} onClose={() => setMaking(false)} onMade={(made) => { setMaking(false); setSecret(made); void again(); }} />
      <Modal opened={secret !== null} onClose={() => setSecret(null)} title="The key, shown once" closeOnClickOutside={false}>
        <p className="t2">Keep it where your program reads its secrets. Nobody can show it again; if it is lost, replace it.</p>
        <div className="row" style={{ margin: "12px 0" }}><code className="mono card" style={{ padding: "6px 8px", flex: 1, overflowWrap: "anywhere" }}>{secret}</code>
          <CopyButton value={secret ?? ""}>{({ copied, copy }) => <Button icon={copied ? "check" : "clip"} onClick={copy}>{copied ? "Copied" : "Copy"}</Button>}</CopyButton></div>
        <Button kind="primary" onClick={() => setSecret(null)}>I have kept it</Button>
      </Modal>
      <Modal opened={ending !== null} onClose={() => setEnding(null)} title={`End “${ending?.name}”`}>
        <p>Every request with this key is refused from the next one on. It cannot be undone; make a new key instead.</p>
        <div className="row" style={{ marginTop: 16 }}><Button kind="risky" busy={end.isPending} onClick={() => ending && end.mutate(ending.id)}>End this key</Button><Button onClick={() => setEnding(null)}>Keep it</Button></div>
      </Modal>
    </section>
  );
}

function NewKey({ client, opened, onClose, onMade }: { client: string; opened: boolean; onClose: () => void; onMade: (secret: string) => void }) {
  const me = useMe(client).data;
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>([]);
  const [lasts, setLasts] = useState<string>("90 days");
  const make = useMutation({
    mutationFn: () => {
      const days = DAYS[lasts];
      return ask(() => api.POST("/api/v1/api-keys", { body: { name, scopes, expires_at: days ? new Date(Date.now() + days * 86_400_000).toISOString() : null }, headers: of(client) }));
    },
    onSuccess: (made) => { setName(""); setScopes([]); onMade(made.key); },
  });
  const submit = (event: FormEvent) => { event.preventDefault(); make.mutate(); };
  return (
    <Modal opened={opened} onClose={onClose} title="New key">
      <form className="col" style={{ gap: 12 }} onSubmit={submit}>
        {make.error && <Trouble error={make.error} />}
        <TextInput label="Name" description="What will use it" required maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
        <MultiSelect label="Scopes" description="What it may do; you can give no more than you have" required searchable clearable data={[...(me?.permissions ?? []), "llm"].sort()} value={scopes} onChange={setScopes} comboboxProps={{ withinPortal: true }} />
        <Select label="Lasts" data={Object.keys(DAYS)} value={lasts} onChange={(value) => value && setLasts(value)} allowDeselect={false} />
        <div className="row"><Button kind="primary" type="submit" busy={make.isPending} barred={name && scopes.length ? null : "A key needs a name and at least one scope."}>Make the key</Button><Button onClick={onClose}>Cancel</Button></div>
      </form>
    </Modal>
  );
}
