import { fileURLToPath } from "node:url";
import { USER } from "../tests/hosts/examples.ts";

/** A program that lists tags. */
export interface Contender {
  /** As the table names it. */
  readonly name: string;
  /** The command that lists one repository as skopeo prints it. */
  readonly list: (question: Question) => CommandLine;
  /** The command that does nothing but begin and end. */
  readonly idle: CommandLine;
}

/** What is listed. */
export interface Question {
  /** The repository. */
  readonly reference: string;
  /** The hosts that this needs. */
  readonly hosts: readonly string[];
  /** Whether it is listed by a user. */
  readonly login: boolean;
}

/** A command. */
export interface CommandLine {
  /** The program. */
  readonly program: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** What it reads on standard input. */
  readonly input?: string;
}

/** The project's directory, in which commands run. */
export const ROOT: string = fileURLToPath(new URL("../", import.meta.url));

const BUNDLE = "dist/portolan.js";

/** All that can be run here: portolan, its bundle where that was made, and skopeo. */
export function contenders(): readonly Contender[] {
  const bundle: readonly Contender[] = isFile(`${ROOT}${BUNDLE}`)
    ? [portolan("bundle", [BUNDLE, "tags"])]
    : [];
  return [portolan("portolan", ["scripts/tags.ts"]), ...bundle, skopeo];
}

function portolan(name: string, script: readonly string[]): Contender {
  function run(net: readonly string[], args: readonly string[], input?: string): CommandLine {
    const permissions: readonly string[] = [...net, "--allow-env", "--no-prompt"];
    return { program: Deno.execPath(), args: ["run", ...permissions, ...script, ...args], input };
  }
  return {
    name,
    idle: run([], ["--help"]),
    list({ reference, hosts, login }: Question): CommandLine {
      const net: string = hosts.map((host) => `${host}:443`).join(",");
      const who: readonly string[] = login
        ? ["--username", USER.username, "--password-stdin"]
        : ["--anonymous"];
      const args: readonly string[] = ["--format", "skopeo", ...who, reference];
      return run([`--allow-net=${net}`], args, login ? `${USER.password}\n` : undefined);
    },
  };
}

const skopeo: Contender = {
  name: "skopeo",
  idle: { program: "skopeo", args: ["--version"] },
  list({ reference, login }: Question): CommandLine {
    const who: readonly string[] = login
      ? ["--creds", `${USER.username}:${USER.password}`]
      : ["--no-creds"];
    return { program: "skopeo", args: ["list-tags", ...who, `docker://${reference}`] };
  },
};

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
