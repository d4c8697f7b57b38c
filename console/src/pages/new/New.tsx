/** A new client: who it is and what to read, then everything that happens until its agent answers. The address holds how far it is. */
import { useSearch } from "@tanstack/react-router";
import { Form } from "./Form";
import { Watch } from "./Watch";
import "./new.css";

export default function New() {
  const { client, job, address, from } = useSearch({ strict: false }) as { client?: string; job?: string; address?: string; from?: string };
  return client && (job || from !== "client") ? <Watch key={client} client={client} job={job} /> : <Form key={client ?? ""} client={client} address={address} files={from === "files"} />;
}
