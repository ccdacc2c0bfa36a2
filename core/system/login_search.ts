import type { CredentialQuery, Credentials } from "../credentials.ts";
import { printable } from "../names/printable.ts";
import { getFromHelper } from "./credential_helper.ts";
import type { HelperAnswer } from "./helper_program.ts";
import type { LoginFile } from "./login_file.ts";
import { namedHelper } from "./login_helper.ts";
import { registryKeys, repositoryKeys } from "./login_keys.ts";
import type { Machine } from "./machine.ts";

/** What came of asking one source. */
export type Sought =
  | { readonly outcome: "found"; readonly credentials: Credentials }
  | { readonly outcome: "absent" | "nothing" }
  | { readonly outcome: "refused" | "problem"; readonly reason: string };

/** Asks a helper, at most once for each server. */
export type AskHelper = (name: string, server: string) => Promise<HelperAnswer<Credentials>>;

/** Makes the one asker that all login files share. */
export function createHelperAsker(machine: Machine, variables: readonly string[]): AskHelper {
  const asked = new Map<string, Promise<HelperAnswer<Credentials>>>();
  return (name: string, server: string): Promise<HelperAnswer<Credentials>> => {
    const key = `${name} ${server}`;
    const known = asked.get(key);
    if (known !== undefined) return known;
    const answer = getFromHelper({ name, server, variables }, machine);
    asked.set(key, answer);
    return answer;
  };
}

/** Looks for a login in one file. The order is that of `openLogins`. */
export async function searchLoginFile(
  file: LoginFile,
  query: CredentialQuery,
  { source, askHelper }: { readonly source: string; readonly askHelper?: AskHelper },
): Promise<Sought> {
  const helper = namedHelper(file, query);

  async function searchHelper(): Promise<Sought> {
    if (helper === undefined || helper.name === "" || askHelper === undefined) {
      return { outcome: "nothing" };
    }
    const named = `docker-credential-${printable(helper.name, 64)} (named in ${source})`;
    const answer = await askHelper(helper.name, helper.server);
    if (answer.kind === "none") return { outcome: "nothing" };
    if (answer.kind === "failed") {
      return { outcome: "problem", reason: `${named} ${answer.reason}` };
    }
    return { outcome: "found", credentials: { ...answer.value, source: named, stored: true } };
  }

  function searchKeys(keys: readonly string[]): Sought {
    const key = keys.find((key) => file.keys.has(key));
    const entry = key === undefined ? undefined : file.entry(key);
    if (entry === undefined || entry.kind === "empty") return { outcome: "nothing" };
    if (entry.kind === "broken") {
      return { outcome: "problem", reason: `its entry in ${source} is broken: ${entry.reason}` };
    }
    return { outcome: "found", credentials: { ...entry.credentials, source, stored: true } };
  }

  if (helper?.by === "credHelpers" && helper.name !== "") return await searchHelper();
  const forRepository = repositoryKeys(query);
  const forRegistry = registryKeys(query);
  if (helper?.by !== "credsStore") return searchKeys([...forRepository, ...forRegistry]);
  const special = searchKeys(forRepository);
  if (special.outcome !== "nothing") return special;
  const kept = await searchHelper();
  return kept.outcome === "nothing" ? searchKeys(forRegistry) : kept;
}
