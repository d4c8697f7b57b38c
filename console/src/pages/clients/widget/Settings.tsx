/** How the chat looks and behaves: every setting of the agent's configuration that is about it. */
import { ColorInput, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useKeys } from "@/frame/keys";
import { Button, Segments } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { Chip } from "@/kit/marks";
import { ACCENTS } from "@/theme/theme";
import { Hours, usual } from "./Hours";
import { FIELDS, listed, type Asked } from "./look";
import type { Looking } from "./useLook";

type Wanted = "no" | "may" | "must";

export function Settings({ client, config, looking, barred }: { client: string; config: string; looking: Looking; barred: string | null }) {
  const { look, differs, faults, blockers, live, base, newest, set } = looking;
  const fixed = barred !== null;
  const fault = (path: string) => faults.find((found) => found.path === path || found.path.startsWith(`${path}[`) || found.path.startsWith(`${path}.`))?.reason;
  const reason = barred ?? (looking.busy ? "It is being saved." : faults.length > 0 ? `Correct first: ${faults[0]!.path.replace(/^widget\./, "").replaceAll("_", " ")}.` : blockers.length > 0 ? `It cannot go live: ${blockers[0]!.reason}.` : null);
  const save = () => { if (differs.length > 0 && !reason) looking.save(); };
  useKeys([{ keys: "Ctrl s", says: "Save the chat, and put it live", run: save }]);
  if (!look) return null;
  const wanted = (name: Asked): Wanted => { const field = look.asks?.fields.find((each) => each.name === name); return field ? (field.required ? "must" : "may") : "no"; };
  const want = (name: Asked, how: Wanted) => {
    const all = FIELDS.map((field) => ({ name: field.name, how: field.name === name ? how : wanted(field.name) })).filter((field) => field.how !== "no");
    set({ asks: { intro: look.asks?.intro ?? "", fields: all.map((field) => ({ name: field.name, required: field.how === "must" })) } });
  };
  return (
    <form className="looks" aria-label="Settings of the chat" onSubmit={(event) => { event.preventDefault(); save(); }}>
      <div className="scroll" tabIndex={fixed ? 0 : undefined} aria-label={fixed ? "Settings, to read" : undefined} role={fixed ? "group" : undefined}>
        {newest > base && <p className="behind"><Icon name="branch" />Version {newest} is newer and not live. What you save here is built on version {base}, which is; what version {newest} changed <Link to="/clients/$client/agents" params={{ client }} search={{ config, version: newest, against: base } as never}>stays there</Link>.</p>}
        <fieldset disabled={fixed}><legend>What it says</legend>
          <TextInput label="Title" description="Over the chat; empty: “Chat with” and the company's name" maxLength={200} disabled={fixed} error={fault("widget.title")} value={look.title} onChange={(event) => set({ title: event.currentTarget.value })} />
          <Textarea label="Greeting" description="The first thing that the agent says" autosize minRows={2} maxRows={8} disabled={fixed} error={fault("greeting")} value={look.greeting} onChange={(event) => set({ greeting: event.currentTarget.value })} />
          <TagsInput label="Suggested questions" description="Up to eight to press; Enter adds one" maxTags={8} splitChars={[]} disabled={fixed} error={fault("suggested_questions")} value={look.questions} onChange={(questions) => set({ questions })} />
        </fieldset>
        <fieldset disabled={fixed}><legend>How it looks</legend>
          <ColorInput label="Colour" description="Of buttons and links; made lighter or darker until it can be read" placeholder="petrol, as here" format="hex" swatches={ACCENTS} swatchesPerRow={8} withEyeDropper={false} disabled={fixed} error={fault("widget.accent") && "Write it as # and six digits or letters from a to f, or choose one."} value={look.accent} onChange={(accent) => set({ accent })}
            rightSection={look.accent && !fixed ? <Button size="s" kind="quiet" icon="x" label="Back to petrol" onClick={() => set({ accent: "" })} /> : undefined} />
          <Choice says="Side"><Segments label="Side" value={look.position} options={[{ value: "left", label: "Left" }, { value: "right", label: "Right" }]} onChange={(position) => set({ position })} /></Choice>
          <Choice says="Theme"><Segments label="Theme" value={look.theme} options={[{ value: "auto", label: "The visitor's" }, { value: "light", label: "Light" }, { value: "dark", label: "Dark" }]} onChange={(theme) => set({ theme })} /></Choice>
          <Switch label="Visitors may send files" description="People find them with the conversation; the agent does not read them" disabled={fixed} checked={look.files} onChange={(event) => set({ files: event.currentTarget.checked })} />
        </fieldset>
        <fieldset disabled={fixed}><legend>Before the first message</legend>
          <Switch label="Ask who is there" disabled={fixed} checked={look.asks !== null} onChange={(event) => set({ asks: event.currentTarget.checked ? { intro: "", fields: [{ name: "email", required: true }] } : null })} />
          {look.asks && <>
            <TextInput label="What it says over the fields" placeholder="Whom are we talking to?" maxLength={200} disabled={fixed} error={fault("widget.pre_chat.intro")} value={look.asks.intro} onChange={(event) => set({ asks: { ...look.asks!, intro: event.currentTarget.value } })} />
            {FIELDS.map(({ name, says }) => <Choice key={name} says={says}><Segments label={says} value={wanted(name)} options={[{ value: "no", label: "Not asked" }, { value: "may", label: "May" }, { value: "must", label: "Must" }]} onChange={(how) => want(name, how)} /></Choice>)}
            {look.asks.fields.length === 0 && <p className="wrong">Ask for at least one of them, or do not ask.</p>}
          </>}
        </fieldset>
        <fieldset disabled={fixed}><legend>When people are there</legend>
          <Switch label="Tell business hours" description="The agent answers at any time; outside them it says when people are back" disabled={fixed} checked={look.hours !== null} onChange={(event) => set({ hours: event.currentTarget.checked ? usual() : null })} />
          {look.hours && <Hours hours={look.hours} fixed={fixed} faults={faults} onChange={(hours) => set({ hours })} />}
        </fieldset>
      </div>
      <footer className="saves">
        <span className="small" role="status">{differs.length > 0 ? <>Changed: {listed(differs)}.</> : live ? <span className="row" style={{ gap: 6 }}><Chip tone="good" icon="ok">version {live.version}</Chip> as visitors see it</span> : "Nobody answers yet; saving puts the agent live."}</span>
        <span className="sp" />
        {differs.length > 0 && <Button kind="quiet" disabled={looking.busy} onClick={looking.discard}>Discard</Button>}
        <Button kind="primary" type="submit" icon="check" keys={["Ctrl", "S"]} busy={looking.busy} barred={reason} disabled={differs.length === 0 && !reason}>Save and put live</Button>
      </footer>
    </form>
  );
}

const Choice = ({ says, children }: { says: string; children: React.ReactNode }) => <div className="row"><span className="choice">{says}</span><span className="sp" />{children}</div>;
