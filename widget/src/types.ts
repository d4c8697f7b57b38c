// What the server says; the full shapes stand in /openapi.json.
export interface Pair {
  accent: string;
  on_accent: string;
}
export interface Field {
  name: "name" | "email" | "phone";
  label: string;
  required: boolean;
}
export interface Settings {
  title: string;
  company: string;
  language: string;
  position: "left" | "right";
  theme: "auto" | "light" | "dark";
  colours: { light: Pair; dark: Pair };
  pre_chat: { intro: string; fields: Field[] } | null;
  hours: { present: boolean; says: string | null };
  upload: { accept: string; limit_bytes: number } | null;
  words: Record<string, string>;
}
export interface Button {
  label: string;
  value: string;
}
export interface Card {
  title: string;
  text: string;
  url: string | null;
  image: string | null;
  buttons: Button[];
}
export interface Message {
  message_id: string;
  position: number;
  role: "visitor" | "assistant" | "person" | "system";
  content: string;
  citations: { title: string; url: string | null; quote: string }[];
  rich_content: { buttons?: Button[]; suggested_questions?: string[]; cards?: Card[] } | null;
  attachments: { name: string; bytes: number }[];
  grounded: boolean | null;
  in_answer_to: string | null;
  client_message_id: string | null;
  created_at: string;
}
export interface Problem {
  status: number;
  title: string;
  detail: string;
  next?: string;
}
/** What a visitor wrote and the server has not confirmed yet. */
export interface Pending {
  id: string;
  text: string;
}
export type Contact = Partial<Record<Field["name"], string>>;
export type Status = "open" | "waiting" | "taken" | "ended";
