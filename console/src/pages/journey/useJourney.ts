/** How far a client's way from company to agent has come; read again as its log grows. */
import { useQuery } from "@tanstack/react-query";
import { api, ask, of, type Schema } from "@/api/client";
import { liveKey, useStatus } from "@/api/live";
import { asProblem } from "@/api/problem";
import { useClient } from "../clients/data";
import { steps, type Facts, type Step } from "./steps";

export interface Journey { client?: Schema["Client"]; job?: Schema["Progress"]; version?: number; facts: Facts; steps: Step[]; done: number; loading: boolean; error: unknown; retry: () => void }

const none = async <T>(asked: Promise<T>): Promise<T | null> => asked.catch((error) => { if (asProblem(error).status === 404) return null; throw error; });

const isReady = (moment: Schema["Moment"]) => moment.kind.startsWith("library.knowledge_ready.");

/** `job`: the research that is watched; else the newest. */
export function useJourney(client: string | undefined, job?: string): Journey {
  const { live } = useStatus();
  const id = client ?? "", headers = of(id), on = Boolean(client);
  const soon = (waits: boolean): number | false => (waits ? (live ? 5000 : 1000) : false); // the socket tells at once; this is the net under it

  const known = useClient(id);
  const research = useQuery({
    queryKey: liveKey(id, "journey", "job", job), enabled: on,
    queryFn: () => (job ? ask(() => api.GET("/api/v1/research/jobs/{job_id}", { params: { path: { job_id: job } }, headers })) : ask(() => api.GET("/api/v1/research/jobs", { params: { query: { limit: 1 } }, headers })).then((page) => page.items[0] ?? null)),
    refetchInterval: ({ state: { data } }) => soon(data?.status === "queued" || data?.status === "running"),
  });
  const its = research.data ?? undefined, read = its?.status === "completed";
  const section = (name: string) => ({
    queryKey: liveKey(id, "journey", name, its?.lineage_id), enabled: on && read,
    queryFn: () => ask(() => api.GET("/api/v1/timeline", { params: { query: { client_id: id, section: name, lineage_id: its!.lineage_id, limit: 30 } }, headers })).then((page) => page.items),
  });
  const pages = useQuery(section("research"));
  const drafting = useQuery({
    queryKey: liveKey(id, "journey", "drafting", its?.job_id), enabled: on && read,
    queryFn: () => none(ask(() => api.GET("/api/v1/requirements/research/{research_job_id}", { params: { path: { research_job_id: its!.job_id } }, headers }))),
    refetchInterval: ({ state: { data } }) => soon(!data?.settled_at),
  });
  const requirements = drafting.data?.requirements_id;
  const documents = useQuery({
    queryKey: liveKey(id, "journey", "requirements", requirements), enabled: on && read,
    queryFn: () => ask(() => api.GET("/api/v1/requirements", { headers })).then((page) => page.items),
  });
  const document = documents.data?.find((one) => one.requirements_id === requirements);
  const approved = document !== undefined && document.status !== "draft";
  const generations = useQuery({
    queryKey: liveKey(id, "journey", "generations"), enabled: on && read,
    queryFn: () => ask(() => api.GET("/api/v1/configurations/generations", { headers })).then((page) => page.items),
    refetchInterval: ({ state: { data } }) => soon(approved && !data?.some((one) => one.requirements_id === requirements && one.status !== "waiting")),
  });
  const configurations = useQuery({
    queryKey: liveKey(id, "journey", "configurations"), enabled: on && read,
    queryFn: () => ask(() => api.GET("/api/v1/configurations", { headers })).then((page) => page.items),
    refetchInterval: ({ state: { data } }) => soon(approved && !data?.some((one) => one.deployed["production"])),
  });
  const knowledge = useQuery({ ...section("knowledge"), refetchInterval: ({ state: { data } }) => soon(!data?.some(isReady)) });
  const agents = useQuery({ ...section("agents"), enabled: on && read });
  const talks = useQuery({
    queryKey: liveKey(id, "journey", "conversations"), enabled: on && read,
    queryFn: () => ask(() => api.GET("/api/v1/chat/conversations", { params: { query: { limit: 50 } }, headers })),
  });

  const ready = knowledge.data?.find(isReady);
  const live_ = configurations.data?.find((one) => one.deployed["production"]);
  const facts: Facts = {
    client: known.data,
    job: its,
    readUntil: pages.data?.find((moment) => /^research\.page_(read|refused)\./.test(moment.kind))?.occurred_at,
    knowledge: ready && { at: ready.occurred_at, says: ready.title.replace(/^[^:]*: /, "") },
    drafting: drafting.data ?? undefined,
    document,
    generation: generations.data?.find((one) => one.requirements_id === requirements),
    version: live_?.deployed["production"],
    deployedAt: agents.data?.find((moment) => moment.kind.startsWith("configurations.configuration_deployed."))?.occurred_at,
    conversations: talks.data?.items.length,
    talkedAt: talks.data?.items[0]?.last_message_at,
  };
  const list = steps(facts);
  const failed = [known, research, drafting, documents, generations, configurations].find((query) => query.error && query.data === undefined);
  return {
    client: facts.client, job: its, version: facts.version, facts, steps: list, done: list.filter((step) => step.state === "done").length,
    loading: on && (known.isPending || research.isPending), error: failed?.error ?? null, retry: () => void failed?.refetch(),
  };
}
