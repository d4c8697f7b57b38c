import type { IconName } from "@/kit/Icon";

const ICONS: Record<string, IconName> = {
  description: "clients", industry: "tag", size: "user", founded: "cal", location: "pin", phone: "phone", email: "mail", product_or_service: "box", customer_segment: "heart", tool_seen: "plug",
  pain_point: "alert", opportunity: "spark", opening_hours: "clock", price: "coin", social_profile: "link", certification: "shield", predicted_volume: "pulse",
};
/** A field of a profile, as people call it. */
export const fieldName = (field: string) => { const words = field.replaceAll("_", " "); return words.charAt(0).toUpperCase() + words.slice(1); };
export const fieldIcon = (field: string): IconName => ICONS[field] ?? "tag";
export const pathOf = (url: string) => { try { const { host, pathname, search } = new URL(url); return pathname === "/" ? host : decodeURI(pathname + search); } catch { return url; } };
export const plural = (count: number, one: string, many = `${one}s`) => `${count.toLocaleString()} ${count === 1 ? one : many}`;
const KINDS: Record<string, string> = { html: "Page", pdf: "PDF", docx: "Word", xlsx: "Excel", csv: "Table", pptx: "Slides" };
/** What sort of document it is, in people's words. */
export const kindName = (kind: string) => KINDS[kind] ?? fieldName(kind || "text");
