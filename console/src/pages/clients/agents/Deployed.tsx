/** What people talk with now, in each environment; deploying, and rolling back in one press. */
import { Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, of } from "@/api/client";
import { liveKey } from "@/api/live";
import { useKeys } from "@/frame/keys";
import { useBarred } from "@/frame/me";
import { capital } from "@/frame/people";
import { Button, Segments } from "@/kit/Button";
import { Icon, type IconName } from "@/kit/Icon";
import { Chip } from "@/kit/marks";
import { refuse, say } from "@/kit/notice";
import { Time } from "@/kit/time";
import { chats, keeping, ENVIRONMENTS, useCounts, type Configuration, type Environment, type Whole } from "./data";

interface Props { client: string; configuration: Configuration; version: Whole | undefined; names: (id: string | null, otherwise?: string) => string }
type List = { items: Configuration[] };

export function Deployed({ client, configuration, version, names }: Props) {
  const queries = useQueryClient();
  const config_id = configuration.config_id;
  const key = liveKey(client, "configurations");
  const barred = useBarred("configurations:deploy", client);
  const count = useCounts(client, config_id);
  const [asking, setAsking] = useState(false);
  const at = (environment: Environment) => configuration.deployments.find((deployment) => deployment.environment === environment);
  const live = at("production");

  /** Shown at once, put right by what the server says. */
  const show = (environment: Environment, number: number) => queries.setQueryData<List>(key, (list) => list && { ...list, items: list.items.map((item) => item.config_id !== config_id ? item : {
    ...item, deployed: { ...item.deployed, [environment]: number },
    deployments: [...item.deployments.filter((other) => other.environment !== environment), { environment, version: number, previous_version: item.deployed[environment] ?? null, deployed_by: null, deployed_at: new Date().toISOString() }].sort((a, b) => a.environment.localeCompare(b.environment)),
  }) });
  const settled = () => Promise.all([queries.invalidateQueries({ queryKey: key }), queries.invalidateQueries({ queryKey: liveKey(client, "versions", config_id) })]);
  const path = { path: { config_id } };
  const deploy = useMutation({
    mutationFn: ({ number, environment }: { number: number; environment: Environment }) => ask(() => api.POST("/api/v1/configurations/{config_id}/deploy", { headers: of(client), params: path, body: { version: number, environment } })),
    onMutate: ({ number, environment }) => { const before = queries.getQueryData<List>(key); show(environment, number); return before; },
    onError: (error, _, before) => { if (before) queries.setQueryData(key, before); refuse(error); },
    onSettled: settled,
  });
  const roll = useMutation({
    mutationFn: ({ environment, from }: { environment: Environment; from: number; to: number }) => ask(() => api.POST("/api/v1/configurations/{config_id}/rollback", { headers: of(client), params: path, body: { environment, from_version: from } })),
    onMutate: ({ environment, to }) => { const before = queries.getQueryData<List>(key); show(environment, to); return before; },
    onSuccess: (_, { environment, from, to }) => { const running = count(from)?.running ?? 0; say(`${capital(environment)} is back on version ${to}. New chats take it${running ? `; ${keeping(running, from)}` : ""}.`, () => deploy.mutate({ number: from, environment })); },
    onError: (error, _, before) => { if (before) queries.setQueryData(key, before); refuse(error); },
    onSettled: settled,
  });
  const back = (environment: Environment) => { const now = at(environment); if (now?.previous_version && !barred && !roll.isPending) roll.mutate({ environment, from: now.version, to: now.previous_version }); };
  useKeys([
    { keys: "d", says: "Deploy this version", run: () => { if (version && !barred) setAsking(true); } },
    { keys: "Shift r", says: "roll back", run: () => back("production"), shown: true },
  ]);
  const blocked = version && version.blockers.length > 0 ? `It cannot be deployed: ${version.blockers.map(({ reason }) => reason).join("; ")}.` : null;

  return (
    <section className="deployed" aria-label="Deployed">
      <div>
        <div className="col" style={{ gap: 2 }}>
          <span className="row"><h2>Production</h2>{live ? <Chip tone="good" icon="ok">version {live.version}</Chip> : <Chip icon="pause">nobody answers</Chip>}</span>
          <span className="cap" style={{ whiteSpace: "nowrap" }}>{live ? <>{live.deployed_by ? capital(names(live.deployed_by)) : "By itself"}, <Time at={live.deployed_at} />{count(live.version) && <> · <span className="tn">{chats(count(live.version)!.running)}, {count(live.version)!.conversations.toLocaleString()} in all</span></>}</> : "Deploy a version, and the widget and every channel answer with it."}</span>
        </div>
      </div>
      {configuration.deployments.filter(({ environment }) => environment !== "production").map((other) => (
        <div key={other.environment}><div className="col" style={{ gap: 2 }}><span className="row"><span className="b">{capital(other.environment)}</span><Chip tone="acc" icon="flask">version {other.version}</Chip></span><span className="cap" style={{ whiteSpace: "nowrap" }}>{other.deployed_by ? capital(names(other.deployed_by)) : "By itself"}, <Time at={other.deployed_at} /></span></div></div>
      ))}
      <span className="sp" />
      <div>
        {version && <Button kind={live?.version === version.version ? "plain" : "primary"} icon="play" keys={["D"]} barred={barred ?? blocked} busy={deploy.isPending} onClick={() => setAsking(true)}>Deploy version {version.version}</Button>}
        {live?.previous_version && (
          <div className="col" style={{ gap: 2, alignItems: "center" }}>
            <Button kind="risky" icon="undo" keys={["⇧", "R"]} barred={barred} busy={roll.isPending} onClick={() => back("production")}>Roll back to version {live.previous_version}</Button>
            <span className="cap" style={{ whiteSpace: "nowrap" }}>new chats only{count(live.version)?.running ? `; ${keeping(count(live.version)!.running, live.version)}` : ""}</span>
          </div>
        )}
      </div>
      {version && <Asking opened={asking} version={version} at={at} busy={deploy.isPending} running={(number) => count(number)?.running ?? 0} onClose={() => setAsking(false)} onDeploy={async (environment) => {
        const before = at(environment)?.version;
        await deploy.mutateAsync({ number: version.version, environment }).then(() => say(`Version ${version.version} is deployed to ${environment}.`, before && before !== version.version ? () => deploy.mutate({ number: before, environment }) : undefined), () => null);
        setAsking(false);
      }} />}
    </section>
  );
}

function Asking({ opened, version, at, busy, running, onClose, onDeploy }: { opened: boolean; version: Whole; at: (environment: Environment) => { version: number } | undefined; busy: boolean; running: (version: number) => number; onClose: () => void; onDeploy: (environment: Environment) => void }) {
  const [environment, setEnvironment] = useState<Environment>("production");
  const now = at(environment);
  const says: [IconName, string][] = [
    ["play", now ? `New chats in ${environment} take version ${version.version} instead of version ${now.version}, at once.` : `New chats in ${environment} take version ${version.version}, at once.`],
    ...(now && running(now.version) > 0 && environment === "production" ? [["chat", `${keeping(running(now.version), now.version)} to the end.`] as [IconName, string]] : []),
    ...(version.missing.length ? [["inf", `It does without what is not built yet: ${version.missing.map(({ reason }) => reason.replace(/ is still missing$/, "").replace(/^the /, "")).join(", ")}.`] as [IconName, string]] : []),
    ["undo", now ? `Rolling back to version ${now.version} is one press.` : "Nothing was deployed there before."],
  ];
  const already = now?.version === version.version;
  return (
    <Modal opened={opened} onClose={onClose} title={<h2>Deploy version {version.version}?</h2>} size="md">
      <div className="col" style={{ gap: 12 }}>
        <Segments label="Environment" value={environment} options={ENVIRONMENTS.map((value) => ({ value, label: value }))} onChange={setEnvironment} />
        <ul className="col" style={{ gap: 8 }}>{already ? <li className="t2">It is deployed there already.</li> : says.map(([icon, text]) => <li key={text} className="row" style={{ alignItems: "flex-start" }}><span className="t2" style={{ paddingTop: 2 }}><Icon name={icon} /></span><span>{text}</span></li>)}</ul>
        <div className="row" style={{ justifyContent: "flex-end" }}><Button size="l" onClick={onClose}>Not yet</Button><Button size="l" kind="primary" icon="play" busy={busy} disabled={already} data-autofocus onClick={() => onDeploy(environment)}>Deploy to {environment}</Button></div>
      </div>
    </Modal>
  );
}
