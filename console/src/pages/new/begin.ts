/** The steps of `retinue onboard`, by the API: a client, its source, and the research of it. */
import { api, ask, of, type Schema } from "@/api/client";
import { asProblem } from "@/api/problem";
import { nameOf, type Gathered } from "./files";
import { Batch, batchOf, keepBatch } from "./sending";

type Known = { client_id: string; name: string };
export interface Begun { client: string; job?: string }

/** Told once, when the client is made; kept until the page is left. */
const claims = new Map<string, { url: string; until: string }>();
export const claimOf = (client: string) => claims.get(client);

export async function begin(name: string, address: string | null, files: Gathered | null, known: Known | null): Promise<Begun> {
  const client = known?.client_id ?? (await registered(name, address));
  if (address) return { client, job: await researched(client, address, []) };
  const batch = new Batch(client, nameOf(files!.given), files!.given, files!.passed);
  batchOf(client)?.stop();
  keepBatch(batch);
  void batch.run();
  return { client };
}

async function registered(name: string, website: string | null): Promise<string> {
  const called = () => ask(() => api.GET("/api/v1/clients", { params: { query: { name } } })).then((page) => page.items[0]);
  const same = await called();
  if (same) return same.client_id;
  const key = crypto.randomUUID(); // one client, however often it is sent
  try {
    const made = await ask(() => api.POST("/api/v1/clients", { body: { name, website }, headers: { "Idempotency-Key": key } }));
    claims.set(made.client_id, { url: made.claim_url, until: made.claim_expires_at });
    return made.client_id;
  } catch (error) {
    const found = asProblem(error).status === 409 ? await called() : undefined; // somebody made it meanwhile
    if (!found) throw error;
    return found.client_id;
  }
}

/** The job of this source: the one that is going on, else a new one. */
export async function researched(client: string, source: string, files: string[]): Promise<string> {
  const going = async (): Promise<Schema["Progress"] | undefined> =>
    (await ask(() => api.GET("/api/v1/research/jobs", { params: { query: { limit: 200 } }, headers: of(client) }))).items.find((job) => job.source === source && (job.status === "queued" || job.status === "running"));
  const before = await going();
  if (before) return before.job_id;
  try {
    return (await ask(() => api.POST("/api/v1/research/jobs", { body: { client_id: client, source, files }, headers: { ...of(client), "Idempotency-Key": crypto.randomUUID() } }))).job_id;
  } catch (error) {
    const found = asProblem(error).status === 409 ? await going() : undefined;
    if (!found) throw error;
    return found.job_id;
  }
}
