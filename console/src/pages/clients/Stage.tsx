import { Chip, type Tone } from "@/kit/marks";
import type { IconName } from "@/kit/Icon";

const SHOWN: Record<string, { icon: IconName; tone: Tone; says: string }> = {
  prospect: { icon: "user", tone: "", says: "Prospect" },
  research: { icon: "search", tone: "info", says: "Research" },
  requirements: { icon: "list", tone: "info", says: "Requirements" },
  rollout: { icon: "play", tone: "acc", says: "Rollout" },
  live: { icon: "ok", tone: "good", says: "Live" },
};
export const STAGES = Object.entries(SHOWN).map(([value, { says }]) => ({ value, says }));

export function Stage({ stage }: { stage: string }) {
  const { icon, tone, says } = SHOWN[stage] ?? { icon: "ok", tone: "", says: stage };
  return <Chip icon={icon} tone={tone}>{says}</Chip>;
}
