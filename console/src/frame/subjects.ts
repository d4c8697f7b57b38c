/** Where a thing is at home in the console. */
export interface Subject { type: string; id: string; client_id?: string | null; subject?: { type: string; id: string } | null }
export interface Place { to: string; search?: Record<string, string> }

export function hrefOf(thing: Subject): Place {
  const client = thing.client_id ?? "";
  switch (thing.type) {
    case "client": return { to: `/clients/${client || thing.id}` };
    case "conversation": return { to: `/inbox/${client}/${thing.id}` };
    case "contact": case "person": return thing.subject?.type === "conversation" ? { to: `/inbox/${client}/${thing.subject.id}` } : client ? { to: `/clients/${client}` } : { to: "/settings/people" };
    case "document": return { to: `/clients/${client}/documents`, search: { inspect: `document/${client}/${thing.id}` } };
    case "requirements": return { to: `/clients/${client}/requirements` };
    case "configuration": return { to: `/clients/${client}/agents` };
    case "research": return { to: `/clients/${client}/research` };
    case "key": return { to: "/develop/keys" };
    case "event": return { to: `/clients/${client}`, search: { inspect: `event/${client}/${thing.id}` } };
    default: return { to: `/clients/${client}` };
  }
}
