import { fileURLToPath } from "node:url";

const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** Starts a script of this project, with the network of this machine alone. */
export function startScript(
  script: string,
  words: readonly string[],
  permissions: readonly string[] = [],
): Deno.ChildProcess {
  const flags = ["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1", ...permissions];
  return new Deno.Command(Deno.execPath(), {
    args: [...flags, `scripts/${script}.ts`, ...words],
    cwd: ROOT,
    env: { NO_COLOR: "1", NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** What a finished script left. */
export interface ScriptOutcome {
  readonly code: number;
  readonly bytes: Uint8Array;
  readonly stderr: string;
}

/** Waits for the end of a script. */
export async function finishScript(child: Deno.ChildProcess): Promise<ScriptOutcome> {
  const { code, stdout, stderr } = await child.output();
  return { code, bytes: stdout, stderr: new TextDecoder().decode(stderr) };
}
