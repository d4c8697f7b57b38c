/** Who may sign in to an organization, and as what. */
import { CopyButton, Modal, MultiSelect, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, ask, of, type Schema } from "@/api/client";
import { liveKey } from "@/api/live";
import { ROLES } from "@/api/topics";
import { useBarred, useMe } from "@/frame/me";
import { Button } from "@/kit/Button";
import { ClientSelect } from "@/kit/ClientSelect";
import { Avatar, Chip } from "@/kit/marks";
import { refuse, say } from "@/kit/notice";
import { Empty, Shown, Trouble } from "@/kit/states";
import { Time } from "@/kit/time";

type Person = Schema["Person"];
const words = (role: string) => role.replaceAll("_", " ");
const OPTIONS = ROLES.map((role) => ({ value: role, label: words(role) }));

export function People() {
  const me = useMe().data;
  const [chosen, setChosen] = useState("");
  const client = chosen || me?.home_organization_id || "";
  return client ? <Members key={client} client={client} onClient={setChosen} /> : null;
}

function Members({ client, onClient }: { client: string; onClient: (client: string) => void }) {
  const queries = useQueryClient();
  const barred = useBarred("people:write", client);
  const me = useMe().data;
  const [adding, setAdding] = useState(false);
  const [changing, setChanging] = useState<Person | null>(null);
  const key = liveKey(client, "people");
  const people = useQuery({ queryKey: key, enabled: !barred, queryFn: () => ask(() => api.GET("/api/v1/people", { params: { query: { limit: 200 } }, headers: of(client) })) });
  const give = useMutation({
    mutationFn: ({ person, roles }: { person: Person; roles: string[] }) => ask(() => api.PUT("/api/v1/people/{user_id}/roles", { params: { path: { user_id: person.id } }, body: { roles }, headers: of(client) })),
    onSuccess: (_, { person, roles }) => {
      say(roles.length ? `${person.name} is ${roles.map(words).join(", ")} now.` : `${person.name} has no access any more.`, () => give.mutate({ person, roles: person.roles }));
      setChanging(null);
      void queries.invalidateQueries({ queryKey: key });
    },
    onError: refuse,
  });
  return (
    <section className="card" aria-label="People and roles">
      <div className="hd row wrap"><h2>People and roles</h2><span className="sp" /><ClientSelect value={client} onChange={onClient} /><Button kind="primary" size="s" icon="plus" barred={barred} onClick={() => setAdding(true)}>Add a person</Button></div>
      {barred ? <div className="pad"><Empty icon="lock" title="This list is not yours to see.">{barred}</Empty></div> : (
        <Shown query={people} what="people" rows={4} empty={(page) => page.items.length === 0 ? <Empty icon="user" title="Nobody yet" action={<Button icon="plus" onClick={() => setAdding(true)}>Add a person</Button>}>People of this organization sign in here and see what their roles allow.</Empty> : null}>
          {(page) => (
            <div style={{ overflowX: "auto" }}>
              <table className="tbl">
                <thead><tr><th>Name</th><th>E-mail</th><th>Roles</th><th>Since</th><th><span className="hidden">Actions</span></th></tr></thead>
                <tbody>{page.items.map((person) => (
                  <tr key={person.id}>
                    <td><span className="row"><Avatar name={person.name} /><span className="b">{person.name}</span></span></td>
                    <td>{person.email}</td>
                    <td><span className="row wrap" style={{ gap: 4 }}>{person.disabled ? <Chip icon="lock">no access</Chip> : person.roles.map((role) => <Chip key={role}>{words(role)}</Chip>)}</span></td>
                    <td><Time at={person.created_at} /></td>
                    <td className="r"><Button size="s" barred={person.id === me?.user_id ? "Somebody else changes your roles, so that nobody locks themselves out." : null} onClick={() => setChanging(person)}>Change roles</Button></td>
                  </tr>
                ))}</tbody>
              </table>
            </div>
          )}
        </Shown>
      )}
      <Modal opened={adding} onClose={() => setAdding(false)} title="Add a person"><Add client={client} onDone={() => void queries.invalidateQueries({ queryKey: key })} onClose={() => setAdding(false)} /></Modal>
      <Modal opened={changing !== null} onClose={() => setChanging(null)} title={`Roles of ${changing?.name ?? ""}`}>{changing && <Roles person={changing} busy={give.isPending} onGive={(roles) => give.mutate({ person: changing, roles })} />}</Modal>
    </section>
  );
}

function Roles({ person, busy, onGive }: { person: Person; busy: boolean; onGive: (roles: string[]) => void }) {
  const [roles, setRoles] = useState(person.roles);
  return (
    <div className="col" style={{ gap: 12 }}>
      <MultiSelect label="Roles" description="None ends their access and their sessions" data={OPTIONS} value={roles} onChange={setRoles} searchable clearable />
      <div className="row"><Button kind={roles.length ? "primary" : "risky"} busy={busy} onClick={() => onGive(roles)}>{roles.length ? "Give these roles" : "End their access"}</Button></div>
    </div>
  );
}

function Add({ client, onDone, onClose }: { client: string; onDone: () => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [roles, setRoles] = useState<string[]>(["member"]);
  const add = useMutation({ mutationFn: () => ask(() => api.POST("/api/v1/people", { body: { name, email, roles }, headers: of(client) })), onSuccess: onDone });
  if (add.data) return (
    <div className="col" style={{ gap: 12 }}>
      <p>{add.data.name} can sign in now{add.data.password ? " with this password, which is shown once:" : " with the password that they already have."}</p>
      {add.data.password && <div className="row"><code className="mono card" style={{ padding: "6px 8px", flex: 1 }}>{add.data.password}</code><CopyButton value={add.data.password}>{({ copied, copy }) => <Button icon={copied ? "check" : "clip"} onClick={copy}>{copied ? "Copied" : "Copy"}</Button>}</CopyButton></div>}
      <div><Button kind="primary" onClick={onClose}>Done</Button></div>
    </div>
  );
  return (
    <form className="col" style={{ gap: 12 }} onSubmit={(event: FormEvent) => { event.preventDefault(); add.mutate(); }}>
      {add.error && <Trouble error={add.error} />}
      <TextInput label="Name" required maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
      <TextInput label="E-mail" type="email" required value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
      <MultiSelect label="Roles" data={OPTIONS} value={roles} onChange={setRoles} searchable />
      <div className="row"><Button kind="primary" type="submit" busy={add.isPending} barred={roles.length ? null : "Somebody without a role can do nothing."}>Add</Button><Button onClick={onClose}>Cancel</Button></div>
    </form>
  );
}
