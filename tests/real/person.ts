import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand, type RunResult } from "./run_command.ts";

/** Somebody with a home of their own, which nothing outside of the test knows. Disposal removes it. */
export interface Person extends AsyncDisposable {
  /** The home directory. */
  readonly home: string;
  /** All of the environment of what this person runs. */
  readonly environment: Readonly<Record<string, string>>;
  /** The words that run `portolan`, to be put before a command's own. */
  readonly command: readonly string[];
  /** Runs `portolan`, with the network of this machine alone and never asked for more permission. */
  portolan(args: readonly string[], how?: PersonRun): Promise<RunResult>;
  /** Runs Debian's skopeo. */
  skopeo(args: readonly string[], how?: PersonRun): Promise<RunResult>;
  /** Writes a file below the home directory, with mode 0600, and says where it is. */
  write(path: string, text: string, mode?: number): Promise<string>;
}

/** How a program is run. */
export interface PersonRun {
  /** Text for its standard input. @default none */
  readonly input?: string;
  /** Variables besides the person's own. @default none */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The project's directory. */
const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** Where Deno keeps what was downloaded: a person with another home has no other. */
const { denoDir }: { denoDir: string } = JSON.parse(
  new TextDecoder().decode(
    new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync().stdout,
  ),
);

/** Makes a home with nothing in it. */
export async function createPerson(): Promise<Person> {
  const home: string = await Deno.makeTempDir({ prefix: "portolan-person-" });
  const environment: Readonly<Record<string, string>> = {
    PATH: `${join(home, "bin")}:${Deno.env.get("PATH") ?? ""}`,
    HOME: home,
    XDG_RUNTIME_DIR: join(home, "run"),
    XDG_DATA_HOME: join(home, "data"),
    _CONTAINERS_ROOTLESS_UID: "1000",
    DENO_DIR: denoDir,
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
  };
  const flags: readonly string[] = ["--allow-env", "--allow-read", "--allow-write", "--allow-run"];
  const command: readonly string[] = [
    Deno.execPath(),
    ...["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1,localhost", ...flags],
    join(ROOT, "scripts", "main.ts"),
  ];

  function run(words: readonly string[], { input, variables }: PersonRun): Promise<RunResult> {
    const [program = "", ...args] = words;
    return runCommand(program, args, { cwd: ROOT, input, env: { ...environment, ...variables } });
  }

  return {
    home,
    environment,
    command,
    portolan: (args, how = {}) => run([...command, ...args], how),
    skopeo: (args, how = {}) => run(["skopeo", ...args], how),
    async write(path: string, text: string, mode: number = 0o600): Promise<string> {
      const file: string = join(home, path);
      await Deno.mkdir(dirname(file), { recursive: true });
      await Deno.writeTextFile(file, text, { mode });
      return file;
    },
    [Symbol.asyncDispose]: (): Promise<void> => Deno.remove(home, { recursive: true }),
  };
}
