/** The chat socket of the conversation on the page: an answer while it is written, who types, and a word that something changed. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { liveKey } from "@/api/live";
import { token } from "@/api/session";

interface Frame { type: string; content?: string; status?: boolean | string; who?: string }
export interface Watched { piece: string; agentTypes: boolean; visitorTypes: boolean; types: (now: boolean) => void }

const SLOWEST = 10_000, TYPED = 6_000, AGAIN = 3_000, REFUSED = 4401, NOT_FOUND = 4404;

export function useWatch(client: string, id: string, wanted: boolean): Watched {
  const queries = useQueryClient();
  const [now, setNow] = useState({ piece: "", agentTypes: false, visitorTypes: false });
  const socket = useRef<WebSocket | null>(null);
  const told = useRef(0);

  useEffect(() => {
    setNow({ piece: "", agentTypes: false, visitorTypes: false });
    if (!id || !wanted) return;
    let ended = false, tries = 0;
    let again: ReturnType<typeof setTimeout> | undefined, silent: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      for (const key of [liveKey(client, "conversation", id), liveKey(client, "thread", id)]) void queries.invalidateQueries({ queryKey: key });
    };
    const hear = (frame: Frame) => {
      if (frame.type === "delta") setNow((was) => ({ ...was, agentTypes: true, piece: was.piece + (frame.content ?? "") }));
      else if (frame.type === "typing" && frame.who === "visitor") {
        clearTimeout(silent);
        setNow((was) => ({ ...was, visitorTypes: frame.status === true }));
        silent = setTimeout(() => setNow((was) => ({ ...was, visitorTypes: false })), TYPED);
      } else if (frame.type === "typing" && frame.who === "agent") setNow((was) => ({ ...was, agentTypes: frame.status === true, piece: frame.status === true ? "" : was.piece }));
      else if (frame.type === "message") { setNow({ piece: "", agentTypes: false, visitorTypes: false }); look(); }
      else if (frame.type === "status") look();
    };
    const open = async () => {
      const bearer = await token().catch(() => null);
      if (ended) return;
      if (!bearer) { later(); return; }
      const address = new URL(`/api/v1/chat/ws/${id}`, location.href);
      address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
      address.search = new URLSearchParams({ client_id: client }).toString();
      const mine = socket.current = new WebSocket(address);
      mine.onopen = () => { mine.send(JSON.stringify({ type: "auth", token: bearer })); if (tries) look(); tries = 0; };
      mine.onmessage = (message) => hear(JSON.parse(message.data as string) as Frame);
      mine.onclose = ({ code }) => { setNow({ piece: "", agentTypes: false, visitorTypes: false }); if (code !== REFUSED && code !== NOT_FOUND) later(); };
    };
    const later = () => { if (!ended) again = setTimeout(() => void open(), Math.min(SLOWEST, 250 * 2 ** tries++) * (0.75 + Math.random() / 2)); };
    void open();
    return () => {
      ended = true;
      clearTimeout(again); clearTimeout(silent);
      if (socket.current) { socket.current.onclose = null; socket.current.onmessage = null; socket.current.close(); socket.current = null; }
    };
  }, [client, id, wanted, queries]);

  /** The visitor sees that a person writes; said again while it goes on. */
  const types = (writing: boolean) => {
    if (socket.current?.readyState !== WebSocket.OPEN || (writing && performance.now() - told.current < AGAIN)) return;
    told.current = writing ? performance.now() : 0;
    socket.current.send(JSON.stringify({ type: "typing", status: writing }));
  };
  return { ...now, types };
}
