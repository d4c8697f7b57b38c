/** Makes a public key, or changes on which sites one is good. */
import { Modal, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { api, ask, of } from "@/api/client";
import { liveKey } from "@/api/live";
import { Button } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { say } from "@/kit/notice";
import { Trouble } from "@/kit/states";
import type { Key } from "./Keys";
import { readOrigin, SITES_AT_MOST } from "./origins";
import type { Issued } from "./Secret";

interface Props { client: string; of_: Key | undefined; opened: boolean; first: boolean; onClose: () => void; onMade: (made: Issued) => void }

export function KeyForm({ client, of_: key, opened, first, onClose, onMade }: Props) {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [sites, setSites] = useState<string[]>([]);
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const make = useMutation({ mutationFn: (origins: string[]) => ask(() => api.POST("/api/v1/widget-keys", { headers: of(client), body: { name, origins } })) });
  const limit = useMutation({
    mutationFn: ({ id, origins }: { id: string; origins: string[] }) => ask(() => api.PUT("/api/v1/widget-keys/{key_id}/origins", { headers: of(client), params: { path: { key_id: id } }, body: { origins } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: liveKey(client, "keys") }),
  });
  useEffect(() => { if (opened) { setName(first ? "website" : ""); setSites(key?.origins ?? []); setTyped(""); setWrong(null); make.reset(); limit.reset(); } }, [opened]);

  /** What was typed joins the list; answers null when it is none. */
  const withTyped = (): string[] | null => {
    if (!typed.trim()) return sites;
    const read = readOrigin(typed);
    if ("says" in read) { setWrong(read.says); field.current?.focus(); return null; }
    const all = sites.includes(read.origin) ? sites : [...sites, read.origin];
    setSites(all); setTyped(""); setWrong(null);
    return all;
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const all = withTyped();
    if (all === null) return;
    if (!key) {
      const made = await make.mutateAsync(all).catch(() => null);
      if (made) { onClose(); onMade({ ...made, name, replaced: false }); }
      return;
    }
    const before = key.origins;
    const done = await limit.mutateAsync({ id: key.id, origins: all }).catch(() => null);
    if (done) { onClose(); say(all.length ? `“${key.name}” is good on ${all.length === 1 ? all[0] : `${all.length} sites`}.` : `Every page may use “${key.name}”.`, () => limit.mutate({ id: key.id, origins: before })); }
  };
  const busy = make.isPending || limit.isPending, error = make.error ?? limit.error;
  return (
    <Modal opened={opened} onClose={onClose} title={<h2>{key ? `Sites of “${key.name}”` : "New public key"}</h2>}>
      <form className="col" style={{ gap: 12 }} onSubmit={submit}>
        {error && <Trouble error={error} />}
        {!key && <TextInput label="Name" description="Where it will stand, so that you know it again" required maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />}
        <div className="col" style={{ gap: 6 }}>
          <div className="row" style={{ alignItems: "flex-end" }}>
            <TextInput ref={field} style={{ flex: 1 }} label="Sites that may use it" description="Without any, every page may" placeholder="https://www.example.com" maxLength={300} value={typed} error={wrong !== null} aria-describedby={wrong ? "wrong-site" : undefined} onChange={(event) => { setTyped(event.currentTarget.value); setWrong(null); }} onKeyDown={(event) => { if (event.key === "Enter" && typed.trim()) { event.preventDefault(); withTyped(); } }} {...(key ? { "data-autofocus": true } : {})} />
            <Button size="l" icon="plus" disabled={!typed.trim() || sites.length >= SITES_AT_MOST} onClick={() => withTyped()}>Add</Button>
          </div>
          {wrong && <p className="wrong" id="wrong-site" role="alert">{wrong}</p>}
          <ul aria-label="Sites" className="col" style={{ gap: 2 }}>{sites.map((site) => <li key={site} className="row site"><Icon name="globe" size="m" /><span className="mono el sp">{site}</span><Button size="s" kind="quiet" icon="x" label={`Remove ${site}`} onClick={() => setSites(sites.filter((other) => other !== site))} /></li>)}</ul>
          <p className="cap">https://*.example.com is every subdomain, and not example.com itself. Browsers keep to it; a program can claim any site. The preview here always works.</p>
        </div>
        <div className="row"><Button kind="primary" type="submit" busy={busy} barred={key || name.trim() ? null : "A key needs a name."}>{key ? "Save the sites" : "Make the key"}</Button><Button onClick={onClose}>Cancel</Button></div>
      </form>
    </Modal>
  );
}
