/**
 * The main job on all five registries, on a machine without internet: simulated registries on
 * loopback, and the program that lists their tags. Run by `deno task demo`.
 *
 * @module
 */
import { tags } from "../scripts/tags.ts";
import { builtin, type Logins, openFlow, openTlsClients } from "../mod.ts";
import { runCommand } from "../scripts/_cli.ts";
import {
  dockerHub,
  ecrPublic,
  ghcr,
  oracle,
  quay,
  serveRegistry,
  type SimulatedRegistry,
} from "./registry/mod.ts";

/** What a person would type, with what they would type at the password prompt. */
interface Line {
  readonly words: readonly string[];
  readonly password?: string;
}

const LINES: readonly Line[] = [
  { words: ["ubuntu"] },
  { words: ["ghcr.io/linuxserver/hedgedoc"] },
  { words: ["quay.io/ansible/creator-ee"] },
  {
    words: [
      ...["--username", "alice", "--password-stdin"],
      "container-registry.oracle.com/java/jdk",
    ],
    password: "wonderland",
  },
  { words: ["public.ecr.aws/cloudwatch-agent/cloudwatch-agent"] },
  { words: ["--format", "api", "--limit", "3", "ubuntu"] },
  { words: ["--format", "skopeo", "--limit", "3", "quay.io/ansible/creator-ee"] },
  { words: ["--limit", "2", "ubuntu", "ghcr.io/linuxserver/hedgedoc"] },
];

/** The demo looks at nothing that this machine keeps. */
const NO_LOGINS: Logins = {
  find: () => Promise.resolve({ looked: [] }),
  credentials: () => undefined,
  store: () => Promise.reject(new Error("Cannot store a login: this is a demo")),
  remove: () => Promise.resolve([]),
};

/** Lines shown of a long answer. */
const SHOWN = 5;

const encoder = new TextEncoder();

function print(text: string): Promise<void> {
  Deno.stdout.writeSync(encoder.encode(text));
  return Promise.resolve();
}

/** Runs one line as the program would, except that each registry is a simulated one. */
async function run(line: Line, origins: Readonly<Record<string, string>>): Promise<number> {
  const before = line.password === undefined ? "" : "echo $PASSWORD | ";
  await print(`$ ${before}portolan tags ${line.words.join(" ")}\n`);
  let answer = "";
  let requests = 0;
  const code = await runCommand(tags, line.words, {
    stdout: {
      write(text: string): Promise<void> {
        answer += text;
        return Promise.resolve();
      },
    },
    stderr: { write: print },
    stdin: {
      readable: ReadableStream.from([encoder.encode(line.password)]),
      isTerminal: () => false,
    },
    open: (options) => openFlow({ ...options, origins, onExchange: () => requests++ }),
    adapters: builtin,
    terminal: {
      ask: () => Promise.resolve(undefined),
      askSecret: () => Promise.resolve(undefined),
    },
    logins: () => NO_LOGINS,
    certificates: openTlsClients,
    hostFolders: () => [],
    dropReading: () => Promise.resolve(),
    signal: new AbortController().signal,
  });
  await print(`${shorten(answer)}# ${requests} request${requests === 1 ? "" : "s"}\n\n`);
  return code;
}

/** The first lines of a long list of tags. */
function shorten(answer: string): string {
  const lines = answer.trimEnd().split("\n");
  const isList = lines.length > 2 * SHOWN;
  if (!isList) return answer;
  return [...lines.slice(0, SHOWN), `# ... and ${lines.length - SHOWN} more`, ""].join("\n");
}

async function demo(registries: readonly SimulatedRegistry[]): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const origins: Record<string, string> = {};
  for (const registry of registries) {
    Object.assign(origins, stack.use(await serveRegistry(registry)).origins);
  }
  await print(
    "Five simulated registries on loopback, and what portolan answers. They behave as the real\n" +
      "ones do; their tags are samples.\n\n",
  );
  const codes: number[] = [];
  for (const line of LINES) codes.push(await run(line, origins));
  const failed = codes.filter((code) => code !== 0).length;
  await print(failed === 0 ? `All ${codes.length} answered.\n` : `${failed} failed.\n`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) {
  Deno.exitCode = await demo([dockerHub(), ghcr(), quay(), oracle(), ecrPublic()]);
}
