/** Who the client is, and one of: an address, a folder, files. */
import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useState, type FormEvent } from "react";
import { api, ask } from "@/api/client";
import { asProblem, type Problem } from "@/api/problem";
import { useCrumbs } from "@/frame/crumbs";
import { useBarred } from "@/frame/me";
import { draft } from "@/frame/preferences";
import { Button, Segments } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { Trouble } from "@/kit/states";
import { useClient } from "../clients/data";
import { Steps } from "../journey/Steps";
import { steps } from "../journey/steps";
import { begin } from "./begin";
import { Drop, Gathering } from "./Drop";
import { nameOf, sorted, type Gathered, type Given } from "./files";

type From = "address" | "files";
const NONE: Gathered = { given: [], passed: [] };

export function Form({ client, address: asked, files }: { client?: string; address?: string; files: boolean }) {
  const navigate = useNavigate();
  const barred = useBarred("clients:write");
  const again = useClient(client ?? "").data;
  const [name, setName] = useState(() => draft.read("new.name"));
  const [address, setAddress] = useState(() => asked ?? draft.read("new.address"));
  const [from, setFrom] = useState<From>(files ? "files" : "address");
  const [gathered, setGathered] = useState(NONE);
  const [error, setError] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const called = again?.name ?? name;
  const [looked] = useDebouncedValue(called.trim(), 250);
  const known = useQuery({ queryKey: ["client called", looked], enabled: looked.length > 1 && !again, staleTime: 0, queryFn: () => ask(() => api.GET("/api/v1/clients", { params: { query: { name: looked.slice(0, 200) } } })).then((page) => page.items[0] ?? null) });
  useCrumbs("New client", [{ says: "Clients", to: "/clients" }, { says: again ? `Read more for ${again.name}` : "New client" }]);
  useEffect(() => { draft.keep("new.name", name); draft.keep("new.address", address); }, [name, address]);

  const add = (given: Given[]) => { setFrom("files"); setGathered((now) => sorted(given, now)); };
  const ready = called.trim() && (from === "address" ? address.trim() : gathered.given.length > 0);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || busy || barred) return;
    setBusy(true);
    setError(null);
    try {
      const begun = await begin(called.trim(), from === "address" ? address.trim() : null, from === "files" ? gathered : null, known.data ?? again ?? null);
      draft.keep("new.name", "");
      draft.keep("new.address", "");
      await navigate({ to: "/new", search: begun as never });
    } catch (failed) {
      setError(asProblem(failed));
      setBusy(false);
    }
  };
  const exists = again ? null : known.data;
  return (
    <Drop onGiven={add}>
      <div className="new">
        <form className="col" style={{ gap: 16 }} onSubmit={submit} aria-labelledby="who">
          <div><h1 className="hero" id="who">Who is it?</h1><p className="lead t2">A name and one source. From them Retinue builds an agent that quotes what it read.</p></div>
          {error && <Trouble error={error} />}
          <TextInput size="md" label="Name" description={exists ? undefined : "As its customers call it"} required maxLength={200} autoFocus={!again} disabled={Boolean(again)} value={called} onChange={(event) => setName(event.currentTarget.value)} />
          {exists && <p className="row small t2" role="status"><Icon name="inf" /><span>{exists.name} is a client already and is brought up to date. <Link to="/clients/$client" params={{ client: exists.client_id }}>Open it</Link></span></p>}
          <div className="col">
            <div className="row"><span className="b small" id="source">What it is read from</span><span className="sp" /><Segments<From> label="What it is read from" value={from} onChange={setFrom} options={[{ value: "address", label: "Website" }, { value: "files", label: "Folder or files" }]} /></div>
            {from === "address"
              ? <TextInput size="md" aria-label="Address of its website" placeholder="https://company.example" leftSection={<Icon name="globe" />} maxLength={2000} value={address} onChange={(event) => setAddress(event.currentTarget.value)} description="A page a second, as its robots.txt allows, 500 pages at most" />
              : <Gathering gathered={gathered} onGiven={add} onClear={() => setGathered(NONE)} />}
          </div>
          <div className="row wrap">
            <Button kind="primary" size="l" type="submit" icon="search" busy={busy} barred={barred} disabled={!ready}>{from === "files" && gathered.given.length > 0 ? `Read ${gathered.given.length.toLocaleString()} ${gathered.given.length === 1 ? "file" : "files"} and build` : "Research and build"}</Button>
            {from === "files" && gathered.given.length > 0 && <span className="cap">Researched as “{nameOf(gathered.given)}”</span>}
          </div>
          <p className="cap">The same as <span className="mono">retinue onboard SOURCE --name NAME</span>. You can leave at any time: it goes on by itself.</p>
        </form>
        <section aria-labelledby="then" className="col" style={{ gap: 12 }}><h2 id="then">Then this happens by itself</h2><Steps steps={steps({})} links={false} /></section>
      </div>
    </Drop>
  );
}
