import type { Credentials } from "../credentials.ts";
import { askHelper, failed, type HelperAnswer, type HelperQuestion } from "./helper_program.ts";
import type { Machine } from "./machine.ts";

/** The user name that marks a secret as an identity token: "docker login", docs.docker.com. */
const TOKEN_USER = "<token>";

/**
 * Asks for a login.
 *
 * An answer for another server is refused: a helper that finds its entries by similarity would have
 * this registry receive a secret of that one. Docker does not look at it.
 */
export async function getFromHelper(
  question: HelperQuestion,
  machine: Machine,
): Promise<HelperAnswer<Credentials>> {
  const output = await askHelper("get", question, question.server, machine);
  if (output.kind !== "done") return output;
  const answer = parse(output.value);
  if (answer === undefined) return failed("did not answer with JSON");
  const [server, username, secret] = ["ServerURL", "Username", "Secret"].map((key) =>
    answer.get(key) ?? ""
  );
  if (typeof server !== "string" || typeof username !== "string" || typeof secret !== "string") {
    return failed("answered with something else than text");
  }
  if (server !== "" && hostOf(server) !== hostOf(question.server)) {
    return failed("answered for another server");
  }
  if (secret === "") return { kind: "none" };
  if (username === TOKEN_USER) return { kind: "done", value: { identityToken: secret } };
  if (username === "") return failed("answered without a user name");
  if (username.includes(":")) return failed("answered with a colon in the user name");
  return { kind: "done", value: { username, password: secret } };
}

/**
 * Has a login kept.
 *
 * @throws {TypeError} for a registry token, which helpers have no word for
 */
export async function storeInHelper(
  question: HelperQuestion,
  credentials: Credentials,
  machine: Machine,
): Promise<HelperAnswer<undefined>> {
  if ("registryToken" in credentials) {
    throw new TypeError("Cannot store a registry token in a credential helper");
  }
  const [username, secret] = "identityToken" in credentials
    ? [TOKEN_USER, credentials.identityToken]
    : [credentials.username, credentials.password];
  const input = { ServerURL: question.server, Username: username, Secret: secret };
  const output = await askHelper("store", question, JSON.stringify(input), machine);
  return output.kind === "done" ? { kind: "done", value: undefined } : output;
}

/** Has a login forgotten. */
export async function eraseFromHelper(
  question: HelperQuestion,
  machine: Machine,
): Promise<HelperAnswer<undefined>> {
  const output = await askHelper("erase", question, question.server, machine);
  return output.kind === "done" ? { kind: "done", value: undefined } : output;
}

/** The user names that a helper knows, by server. `question.server` is of no use to it. */
export async function listHelper(
  question: HelperQuestion,
  machine: Machine,
): Promise<HelperAnswer<ReadonlyMap<string, string>>> {
  const output = await askHelper("list", question, "unused", machine);
  if (output.kind !== "done") return output;
  const entries = [...parse(output.value) ?? [["", undefined]]];
  const isList = entries.every((entry): entry is [string, string] => typeof entry[1] === "string");
  return isList ? { kind: "done", value: new Map(entries) } : failed("did not answer with a list");
}

function parse(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
    return isRecord ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

/** Helpers write a server with or without scheme and path. */
function hostOf(server: string): string {
  const rest = server.replace(/^https?:\/\//, "");
  return rest.split("/", 1).join("").toLowerCase();
}
