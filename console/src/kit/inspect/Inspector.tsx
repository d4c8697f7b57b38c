/** The drawer on every answer, document, event and claim: why, from what, by whom, at which cost, and its lineage both ways. */
import { Drawer } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, type ComponentType } from "react";
import { Loading } from "../states";

export interface Inspected { client: string; id: string; rest: string[] }
const KINDS: Record<string, { title: string; Body: ComponentType<Inspected> }> = {
  event: { title: "Event", Body: lazy(() => import("./Event")) },
  answer: { title: "Why this answer", Body: lazy(() => import("./Answer")) },
  document: { title: "Document", Body: lazy(() => import("./Document")) },
  claim: { title: "Fact", Body: lazy(() => import("./Claim")) },
};

/** Opens the drawer; it is part of the address, so that it can be shared and the way back closes it. */
export function useInspect(): (type: "event" | "answer" | "document" | "claim", client: string, id: string, ...rest: string[]) => void {
  const navigate = useNavigate();
  return (type, client, id, ...rest) => void navigate({ to: ".", search: (now: Record<string, unknown>) => ({ ...now, inspect: [type, client, id, ...rest].map(encodeURIComponent).join("/") }) } as never);
}

export default function Inspector() {
  const navigate = useNavigate();
  const { inspect } = useSearch({ strict: false }) as { inspect?: string };
  const [type = "", client = "", id = "", ...rest] = (inspect ?? "").split("/").map(decodeURIComponent);
  const kind = KINDS[type];
  const close = () => void navigate({ to: ".", search: ({ inspect: _, ...others }: Record<string, unknown>) => others } as never);
  return (
    <Drawer.Root opened={kind !== undefined} onClose={close} position="right" size={440} transitionProps={{ duration: 200 }} classNames={{ content: "drawer", body: "drawer-body" }}>
      <Drawer.Overlay backgroundOpacity={0.15} />
      <Drawer.Content>
        <Drawer.Header role="presentation"><Drawer.Title>{kind?.title}</Drawer.Title><Drawer.CloseButton aria-label="Close" /></Drawer.Header>
        <Drawer.Body>{kind && <Suspense fallback={<Loading what="it" />}><kind.Body key={inspect} client={client} id={id} rest={rest} /></Suspense>}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
