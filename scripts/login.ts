import type { LoginKeeping, Logins, LoginTarget } from "../mod.ts";
import { certificateOptions, openCertificates } from "./_certificates.ts";
import type { Command, Context } from "./_command.ts";
import { readUsername } from "./_credentials.ts";
import { exitCode } from "./_exit.ts";
import { loginTarget } from "./_login_target.ts";
import { networkOptions, readNetwork } from "./_network.ts";
import type { Arguments } from "./_options.ts";
import { readPassword } from "./_password.ts";
import { runAlone } from "./_process.ts";
import { UsageError } from "./_usage_error.ts";

/** How do I log in? */
export const login: Command = {
  name: "login",
  summary: "Try a login at a registry, and keep it where Docker keeps logins",
  usage: "portolan login [options] HOST",
  options: [
    { name: "username", value: "U", help: "the user name", default: "asked on the terminal" },
    {
      name: "password-stdin",
      help: "read the password or token from standard input",
      default: "asked on the terminal",
    },
    ...certificateOptions,
    ...networkOptions,
  ],
  examples: [
    "portolan login docker.io",
    "echo $TOKEN | portolan login --username me --password-stdin ghcr.io",
    "pass show quay | portolan login --username me+robot --password-stdin quay.io",
  ],
  run,
};

/** A user name and what goes with it. */
interface Pair {
  readonly username: string;
  readonly password: string;
}

async function run(args: Arguments, context: Context): Promise<number> {
  const { stderr, signal } = context;
  const network = readNetwork(args, context);
  const { onWarning } = network;
  const target = loginTarget(args, context);
  const { registry } = target;
  const { origin } = context.open(network).locate(`${registry}/x`);
  const clientFor = await openCertificates(args, context, {
    network,
    targets: [{ ...target, origin }],
  });
  const pair = await readPair(args, context, registry);

  const flow = context.open({ ...network, clientFor, credentials: () => pair });
  const wasAsked = await flow.checkLogin(registry, { signal });
  if (!wasAsked) onWarning?.(`${registry} did not ask for the login, so it was not tried`);

  const logins = context.logins({ onWarning });
  const kept = await logins.store(target, pair);
  await stderr.write(`portolan: ${sayKept(target, kept)}\n`);
  const shadow = await findShadow(target, kept, logins);
  if (shadow !== undefined) onWarning?.(shadow);
  return exitCode("done");
}

async function readPair(args: Arguments, context: Context, registry: string): Promise<Pair> {
  const username = readUsername(args);
  if (args.has("password-stdin")) {
    if (username !== undefined) {
      return { username, password: await readPassword(context, "password") };
    }
    throw new UsageError('Cannot use "--password-stdin" alone: expected "--username U" with it');
  }
  if (!context.stdin.isTerminal()) {
    const expected = 'expected a terminal, or "--username U" with "--password-stdin"';
    throw new UsageError(`Cannot ask for the password: ${expected}`);
  }
  const { terminal } = context;
  const name = username ?? await terminal.ask(`user name for ${registry}: `);
  if (!name) throw new UsageError("Cannot log in: expected a user name, got nothing");
  if (name.includes(":")) {
    throw new UsageError(`Cannot log in as "${name}": expected a name without a colon`);
  }
  const password = await terminal.askSecret(`password or token of ${name}: `);
  if (!password) throw new UsageError("Cannot log in: expected a password, got nothing");
  return { username: name, password };
}

function sayKept({ registry }: LoginTarget, { kind, place }: LoginKeeping): string {
  return kind === "helper"
    ? `the login for ${registry} is kept by ${place}`
    : `the login for ${registry} is kept in ${place}, which is not encrypted`;
}

/** What to say where another login than the one that was just kept will be used. */
async function findShadow(
  target: LoginTarget,
  { place }: LoginKeeping,
  logins: Logins,
): Promise<string | undefined> {
  const { credentials, problem } = await logins.find(target);
  if (problem !== undefined) return `the login will not be found: ${problem}`;
  const source = credentials?.source;
  if (source === undefined || source === place) return undefined;
  return `the login for ${target.registry} from ${source} comes before it`;
}

if (import.meta.main) await runAlone(login);
