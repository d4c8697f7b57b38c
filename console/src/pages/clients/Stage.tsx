import type { Schema } from "@/api/client";
import { Chip, type Tone } from "@/kit/marks";
import type { IconName } from "@/kit/Icon";

type Name = Schema["ClientCard"]["stage"];
const SHOWN: Record<Name, { icon: IconName; tone: Tone; says: string }> = {
  prospect: { icon: "user", tone: "", says: "Prospect" },
  research: { icon: "search", tone: "info", says: "Research" },
  requirements: { icon: "list", tone: "info", says: "Requirements" },
  rollout: { icon: "play", tone: "acc", says: "Rollout" },
  live: { icon: "ok", tone: "good", says: "Live" },
};
export const STAGES = (Object.keys(SHOWN) as Name[]).map((value) => ({ value, says: SHOWN[value].says }));

export function Stage({ stage }: { stage: Name }) {
  const { icon, tone, says } = SHOWN[stage];
  return <Chip icon={icon} tone={tone}>{says}</Chip>;
}
