import type { IconName } from "@/kit/Icon";

const SECTIONS: Record<string, { says: string; icon: IconName }> = {
  company: { says: "Company", icon: "clients" }, people: { says: "People", icon: "user" }, research: { says: "Research", icon: "search" }, knowledge: { says: "Knowledge", icon: "book" },
  requirements: { says: "Requirements", icon: "list" }, agents: { says: "Agents", icon: "agents" }, conversations: { says: "Conversations", icon: "inbox" }, contacts: { says: "Contacts", icon: "user" }, access: { says: "Access", icon: "lock" },
};
export const sectionName = (section: string) => SECTIONS[section]?.says ?? section;
export const sectionIcon = (section: string): IconName => SECTIONS[section]?.icon ?? "tag";

export const textOf = (value: unknown): string => (value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));
