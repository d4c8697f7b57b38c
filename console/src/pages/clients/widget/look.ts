/** The settings of the chat as a form has them, read from a version and written back into it; the rest of the version stays as it is. */
export type Day = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
export type Asked = "name" | "email" | "phone";
export interface Opening { days: Day[]; opens: string; closes: string }
export interface Hours { timezone: string; openings: Opening[]; closed_on: string[] }
export interface PreChat { intro: string; fields: { name: Asked; required: boolean }[] }
export interface Look {
  greeting: string;
  questions: string[];
  title: string;
  accent: string;
  position: "right" | "left";
  theme: "auto" | "light" | "dark";
  files: boolean;
  asks: PreChat | null;
  hours: Hours | null;
}
export type Body = Record<string, unknown>;
interface Said { title?: string | null; accent?: string | null; position?: Look["position"]; theme?: Look["theme"]; file_upload?: boolean; pre_chat?: { intro?: string | null; fields: { name: Asked; required?: boolean }[] } | null; business_hours?: Partial<Hours> | null }

export const DAYS: { day: Day; says: string; whole: string }[] = [
  { day: "mon", says: "Mo", whole: "Monday" }, { day: "tue", says: "Tu", whole: "Tuesday" }, { day: "wed", says: "We", whole: "Wednesday" }, { day: "thu", says: "Th", whole: "Thursday" },
  { day: "fri", says: "Fr", whole: "Friday" }, { day: "sat", says: "Sa", whole: "Saturday" }, { day: "sun", says: "Su", whole: "Sunday" },
];
export const FIELDS: { name: Asked; says: string }[] = [{ name: "name", says: "Name" }, { name: "email", says: "E-mail" }, { name: "phone", says: "Phone" }];

export function lookOf(body: Body): Look {
  const widget = (body["widget"] ?? {}) as Said;
  return {
    greeting: (body["greeting"] as string | null | undefined) ?? "",
    questions: (body["suggested_questions"] as string[] | undefined) ?? [],
    title: widget.title ?? "",
    accent: widget.accent ?? "",
    position: widget.position ?? "right",
    theme: widget.theme ?? "auto",
    files: widget.file_upload ?? true,
    asks: widget.pre_chat ? { intro: widget.pre_chat.intro ?? "", fields: widget.pre_chat.fields.map(({ name, required }) => ({ name, required: required ?? true })) } : null,
    hours: widget.business_hours ? { timezone: widget.business_hours.timezone ?? "UTC", openings: widget.business_hours.openings ?? [], closed_on: widget.business_hours.closed_on ?? [] } : null,
  };
}

/** What is empty is left out: the server then says what it says by itself. */
export function bodyOf(body: Body, look: Look): Body {
  const widget = {
    ...((body["widget"] ?? {}) as object),
    title: look.title.trim() || null, accent: look.accent || null, position: look.position, theme: look.theme, file_upload: look.files,
    pre_chat: look.asks && { intro: look.asks.intro.trim() || null, fields: look.asks.fields },
    business_hours: look.hours,
  };
  return { ...body, greeting: look.greeting.trim() || null, suggested_questions: look.questions, widget };
}

const NAMES: Record<keyof Look, string> = { greeting: "greeting", questions: "suggested questions", title: "title", accent: "colour", position: "side", theme: "theme", files: "files", asks: "what is asked first", hours: "hours" };

/** What differs, in words that fit a version's message: "Chat: title and colour". */
export function changed(before: Look, after: Look): string[] {
  return (Object.keys(NAMES) as (keyof Look)[]).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])).map((key) => NAMES[key]);
}
export const listed = (words: string[]) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);
