/** Whether a contact is the same person as another: what points to it, and what staff said, with the way back. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, of, type Schema } from "@/api/client";
import { useBarred } from "@/frame/me";
import { Button } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { refuse, say } from "@/kit/notice";
import { Time } from "@/kit/time";

type Card = Schema["ContactCard"];

/** Does something to a contact, and reads again what shows it. */
export function useContactAct() {
  const queries = useQueryClient();
  const [busy, setBusy] = useState("");
  const act = async (name: string, does: () => Promise<unknown>, says: string, undo?: () => void) => {
    setBusy(name);
    try {
      await does();
      say(says, undo);
    } catch (error) { refuse(error); } finally {
      void queries.invalidateQueries({ queryKey: ["live"] });
      setBusy("");
    }
  };
  return { busy, act };
}

export function SamePerson({ card }: { card: Card }) {
  const { busy, act } = useContactAct();
  const barred = useBarred("conversations:write", card.client_id);
  const headers = of(card.client_id), name = card.name ?? "this contact";
  const separate = (id: string, whom: string) => act(id, () => ask(() => api.POST("/api/v1/contacts/{contact_id}/separate", { headers, params: { path: { contact_id: id } } })), `${whom} is a contact of their own again.`);
  const merge = (id: string, whom: string) => act(id, () => ask(() => api.POST("/api/v1/contacts/{contact_id}/merge", { headers, params: { path: { contact_id: id } }, body: { into: card.contact_id } })), `${whom} and ${name} are one contact now.`, () => void separate(id, whom));
  if (card.possibly.length + card.parts.length === 0) return null;
  return (
    <section aria-label="The same person" style={{ borderTop: "1px solid var(--line)", padding: "10px 14px" }}>
      {card.possibly.length > 0 && <>
        <h2>Possibly the same person</h2>
        <p className="cap">They {card.possibly.some((one) => one.verified) ? "have" : "gave"} the same address. Nobody has proved that it is theirs, so they are kept apart until you say otherwise.</p>
        <ul>{card.possibly.map((one) => {
          const whom = one.name ?? one.shown;
          return <li key={one.contact_id} className="row" style={{ paddingTop: 6 }}><Icon name="user" size="m" /><span className="el sp" title={one.shown}>{whom} <span className="cap">{one.shown}{one.verified ? ", proven" : ", claimed"}</span></span><Button size="s" barred={barred} busy={busy === one.contact_id} onClick={() => void merge(one.contact_id, whom)} aria-label={`Merge ${whom} into ${name}`}>Merge</Button></li>;
        })}</ul>
      </>}
      {card.parts.length > 0 && <>
        <h2 style={{ marginTop: card.possibly.length ? 10 : 0 }}>Merged into this contact</h2>
        <ul>{card.parts.map((part) => {
          const whom = part.name ?? "A visitor";
          return <li key={part.contact_id} className="row" style={{ paddingTop: 6 }}><Icon name="branch" size="m" /><span className="el sp">{whom} <span className="cap">{part.merged_by_name ? `by ${part.merged_by_name}, ` : ""}{part.merged_at && <Time at={part.merged_at} />}</span></span><Button size="s" barred={barred} busy={busy === part.contact_id} onClick={() => void separate(part.contact_id, whom)} aria-label={`Separate ${whom} again`}>Separate</Button></li>;
        })}</ul>
      </>}
    </section>
  );
}

/** Whether an address was proved, or only said; staff may confirm it on their word. */
export function Proof({ card, address }: { card: Card; address: Card["addresses"][number] }) {
  const { busy, act } = useContactAct();
  const barred = useBarred("conversations:write", card.client_id);
  if (address.verified) return <span className="cap" title={address.verified_by ? `${address.verified_by_name ?? "A colleague"} confirmed it` : "The client's own site signed it"}>proven</span>;
  const confirm = () => act(address.address_id, () => ask(() => api.POST("/api/v1/contacts/{contact_id}/addresses/{address_id}/confirm", { headers: of(card.client_id), params: { path: { contact_id: card.contact_id, address_id: address.address_id } } })), `${address.shown} is theirs, on your word.`);
  return <Button size="s" barred={barred} busy={busy !== ""} onClick={() => void confirm()} title="The visitor said it; nobody has proved it" aria-label={`Confirm ${address.shown}`}>Confirm</Button>;
}
