/** The agent that was just built, to talk with. */
import { useQuery } from "@tanstack/react-query";
import type { RefObject } from "react";
import { api, ask, of, type Schema } from "@/api/client";
import { liveKey } from "@/api/live";
import { useBarred } from "@/frame/me";
import { useEngine } from "@/frame/Frame";
import { Chat } from "@/kit/Chat";
import { Icon } from "@/kit/Icon";
import { plural } from "../clients/fields";
import type { Journey } from "./useJourney";

export function Agent({ journey, field }: { journey: Journey; field?: RefObject<HTMLTextAreaElement | null> }) {
  const { client, job, version } = journey;
  const id = client?.client_id ?? "";
  const engine = useEngine().data;
  const barred = useBarred("conversations:write", id || undefined);
  const configuration = useQuery({
    queryKey: liveKey(id, "configurations", "live", version), enabled: version !== undefined,
    queryFn: async () => {
      const found = (await ask(() => api.GET("/api/v1/configurations", { headers: of(id) }))).items.find((one) => one.deployed["production"] === version);
      if (!found) return null;
      return ask(() => api.GET("/api/v1/configurations/{config_id}/versions/{number}", { params: { path: { config_id: found.config_id, number: version! } }, headers: { ...of(id), Accept: "application/json" } }));
    },
  });
  if (!client || version === undefined) {
    return (
      <section className="card chat" aria-label="The agent">
        <div className="log" style={{ placeContent: "center", alignItems: "center", textAlign: "center" }}>
          <Icon name="agents" size="l" /><h2>The agent answers here as soon as it is live</h2>
          <p className="t2" style={{ maxWidth: 320 }}>It quotes the sentence that it answers from, says how sure it is, and says “I don't know” when nothing it read says so.</p>
        </div>
      </section>
    );
  }
  const suggested = ((configuration.data as Schema["Version"] | null | undefined)?.body as { suggested_questions?: string[] } | undefined)?.suggested_questions ?? []; // YAML is another shape of the same answer
  return (
    <Chat
      client={id} field={field} barred={barred} suggestions={suggested} name={`${client.name}'s agent`}
      about={<>version {version}{job && `, built from ${plural(job.pages, "page")}`}, {engine?.mode === "model" ? engine.providers.join(" and ") : "offline engine"}</>}
      hint={<>Ask what a visitor would ask. Every answer has its source, how sure it is, and <span className="b">Why</span>.</>} placeholder={`Ask about ${client.name}`}
    />
  );
}
