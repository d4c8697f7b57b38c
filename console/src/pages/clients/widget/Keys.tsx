/** The line to paste, the public keys it may name, and from which sites each is good. */
import { CopyButton, Modal } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, of, type Schema } from "@/api/client";
import { liveKey } from "@/api/live";
import { serverNow } from "@/api/clock";
import { Button } from "@/kit/Button";
import { Chip } from "@/kit/marks";
import { refuse, say } from "@/kit/notice";
import { Empty, Shown } from "@/kit/states";
import { Time } from "@/kit/time";
import { KeyForm } from "./KeyForm";
import { lineOf } from "./origins";
import { Secret, type Issued } from "./Secret";

export type Key = Schema["Key"];
const MOST = 200;

/** Public keys that still open a chat, oldest first: the first stands on most pages. */
export function useWidgetKeys(client: string, on: boolean) {
  const keys = useQuery({ queryKey: liveKey(client, "keys"), queryFn: () => ask(() => api.GET("/api/v1/api-keys", { headers: of(client), params: { query: { limit: MOST } } })), enabled: on });
  const usable = (keys.data?.items ?? []).filter((key) => key.kind === "widget" && !key.revoked_at && (!key.expires_at || Date.parse(key.expires_at) > serverNow())).reverse();
  return { keys, usable };
}

interface Props { client: string; list: ReturnType<typeof useWidgetKeys>; chosen: Key | undefined; barred: string | null; onChoose: (id: string) => void }

export function Keys({ client, list: { keys, usable }, chosen, barred, onChoose }: Props) {
  const queries = useQueryClient();
  const [writing, setWriting] = useState<Key | "new" | null>(null);
  const [asked, setAsked] = useState<{ key: Key; what: "replace" | "end" } | null>(null);
  const [issued, setIssued] = useState<Issued | null>(null);
  const again = () => queries.invalidateQueries({ queryKey: liveKey(client, "keys") });
  const replace = useMutation({
    mutationFn: (key: Key) => ask(() => api.POST("/api/v1/api-keys/{key_id}/rotate", { headers: of(client), params: { path: { key_id: key.id } } })),
    onSuccess: async (made, key) => { setAsked(null); await again(); setIssued({ ...made, name: key.name, replaced: true }); }, onError: refuse,
  });
  const end = useMutation({
    mutationFn: (key: Key) => ask(() => api.DELETE("/api/v1/api-keys/{key_id}", { headers: of(client), params: { path: { key_id: key.id } } })),
    onSuccess: (_, key) => { setAsked(null); say(`“${key.name}” has ended: pages that name it show no chat any more.`); void again(); }, onError: refuse,
  });
  if (barred) return <div className="pad"><Empty icon="lock" title="Public keys are not yours to see.">{barred}</Empty></div>;
  const line = chosen?.public_key && lineOf(location.origin, chosen.public_key);
  return (
    <Shown query={keys} what="the public keys" rows={4}>
      {() => (
        <>
          <section className="part-of" aria-label="The line to paste">
            <h2>The line to paste</h2>
            {line ? <>
              <p className="small t2">Before <code className="mono">{"</body>"}</code> of every page that shall have the chat{usable.length > 1 && <>, with the key “{chosen!.name}”</>}.</p>
              <pre className="line-of mono" tabIndex={0} aria-label="HTML">{line}</pre>
              <CopyButton value={line}>{({ copied, copy }) => <Button kind="primary" icon={copied ? "check" : "clip"} onClick={copy}>{copied ? "Copied" : "Copy the line"}</Button>}</CopyButton>
              <details className="more"><summary>If your pages have a Content-Security-Policy</summary><p className="small t2">Add this house to two of its rules; the chat needs no inline script and no frame.</p><pre className="line-of mono" tabIndex={0} aria-label="Rules">{`script-src ${location.origin};\nconnect-src ${location.origin} ${location.origin.replace(/^http/, "ws")};`}</pre></details>
            </> : <p className="small t2">It names a public key; make one below.</p>}
          </section>
          <section className="part-of" aria-label="Public keys">
            <div className="row"><h2>Public keys</h2><span className="sp" /><Button size="s" icon="plus" onClick={() => setWriting("new")}>New key</Button></div>
            {usable.length === 0 ? <Empty icon="plug" title="No public key yet" action={<Button kind="primary" icon="plus" onClick={() => setWriting("new")}>Make a public key</Button>}>It stands in the source of your pages, opens a chat with this agent there, and can do nothing else.</Empty>
              : <p className="small t2">Anybody may see them: each opens a chat, and can read nothing.</p>}
            <ul className="col" aria-label="Keys">
              {usable.map((key) => (
                <li key={key.id} className="card keyed" aria-current={key.id === chosen?.id || undefined}>
                  <label className="row"><input type="radio" name="key" checked={key.id === chosen?.id} onChange={() => onChoose(key.id)} /><span className="b el">{key.name}</span><span className="sp" /><span className="cap">{key.last_used_at ? <>used <Time at={key.last_used_at} /></> : "never used"}</span></label>
                  <p className="mono small el t2" title={key.public_key ?? key.prefix}>{key.public_key ?? `${key.prefix}…`}</p>
                  {key.origins.length > 0 ? <ul className="row wrap" style={{ gap: 4 }} aria-label="Good on">{key.origins.map((origin) => <li key={origin}><Chip icon="globe">{origin.replace(/^https:\/\//, "")}</Chip></li>)}</ul> : <Chip tone="warn" icon="globe">every page may use it</Chip>}
                  <div className="row" style={{ gap: 4 }}><Button size="s" icon="pen" onClick={() => setWriting(key)}>Sites</Button><span className="sp" /><Button size="s" kind="quiet" icon="swap" onClick={() => setAsked({ key, what: "replace" })}>Replace</Button><Button size="s" kind="quiet" icon="x" onClick={() => setAsked({ key, what: "end" })}>End</Button></div>
                </li>
              ))}
            </ul>
          </section>
          <section className="part-of" aria-label="Who the visitor is">
            <h2>Who the visitor is</h2>
            <p className="small t2">If your site knows its visitors, your server may sign who they are, and their chat follows them from device to device. It signs with the identity secret, shown once when a key is made or replaced; whoever has it can be anybody.</p>
          </section>
          <KeyForm client={client} of_={writing === "new" ? undefined : writing ?? undefined} opened={writing !== null} first={usable.length === 0} onClose={() => setWriting(null)} onMade={(made) => { void again(); onChoose(made.id); setIssued(made); }} />
          <Secret issued={issued} onClose={() => setIssued(null)} />
          <Modal opened={asked !== null} onClose={() => setAsked(null)} title={<h2>{asked?.what === "end" ? "End" : "Replace"} “{asked?.key.name}”</h2>}>
            {asked?.what === "end" ? <p>Pages that name it show no chat from now on; chats that run go on to their end. It cannot be undone; a new key can be made.</p> : <p>It gets a new key and a new identity secret. Pages show no chat until they have the new line, and your server signs with the new secret. Chats that run go on.</p>}
            <div className="row" style={{ marginTop: 16 }}><Button kind="risky" busy={end.isPending || replace.isPending} onClick={() => asked && (asked.what === "end" ? end : replace).mutate(asked.key)}>{asked?.what === "end" ? "End this key" : "Replace this key"}</Button><Button onClick={() => setAsked(null)} data-autofocus>Keep it</Button></div>
          </Modal>
        </>
      )}
    </Shown>
  );
}
