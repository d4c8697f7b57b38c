// Asks for contact details; each fault is said beside its field, and the first one gets the focus.
import { h } from "./dom";
import type { Contact, Field } from "./types";

const TYPES = { name: "text", email: "email", phone: "tel" };
const GOOD = { name: /\S/, email: /^\s*[^@\s]+@[^@\s]+\.[^@\s.]+\s*$/, phone: /\d.*\d.*\d/ };

export function form(
  intro: string,
  fields: Field[],
  words: Record<string, string>,
  submit: string,
  done: (contact: Contact) => Promise<void>,
  cancel?: () => void,
): HTMLFormElement {
  const inputs = fields.map((field) => {
    const fault = h("span", { class: "fault", id: `f-${field.name}` });
    const input = h("input", {
      type: TYPES[field.name],
      autocomplete: field.name === "phone" ? "tel" : field.name,
      maxlength: 200,
      "aria-describedby": fault.id,
      "aria-required": field.required,
    });
    const label = h("label", {}, h("span", {}, field.label, !field.required && h("i", {}, ` ${words["optional"]}`)), input, fault);
    return { field, input, fault, label };
  });
  const said = h("p", { class: "fault", role: "alert" });
  const button = h("button", { class: "main", type: "submit" }, submit);
  const made = h(
    "form",
    { class: "ask", novalidate: true },
    h("p", {}, intro),
    ...inputs.map((i) => i.label),
    said,
    h("div", { class: "row" }, button, cancel && h("button", { class: "plain", type: "button", onclick: cancel }, words["cancel"])),
  );
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const contact: Contact = {};
    let first: HTMLInputElement | undefined;
    for (const { field, input, fault } of inputs) {
      const value = input.value.trim();
      const wrong = value ? !GOOD[field.name].test(value) : field.required;
      fault.textContent = wrong ? words[value ? `not_${field.name}` : "missing"]! : "";
      input.setAttribute("aria-invalid", `${wrong}`);
      if (wrong) first ??= input;
      if (value) contact[field.name] = value;
    }
    if (first) return first.focus();
    button.disabled = true;
    try {
      await done(contact);
    } catch (error) {
      said.textContent = error instanceof TypeError ? words["offline"]! : (error as Error).message;
    }
    button.disabled = false;
  });
  return made;
}
