import { runCommand, type RunResult } from "../tests/real/run_command.ts";
import { EXAMPLES, openExample } from "../tests/hosts/examples.ts";
import type { TlsWorld, TlsWorldOptions } from "../tests/hosts/tls_world.ts";

/** How the programs come to the registries. */
export interface Route {
  /** For people. */
  readonly title: string;
  /** What the world must be started with. */
  readonly options: TlsWorldOptions;
  /** What the programs must find in their environment. */
  readonly environment: (world: TlsWorld) => Readonly<Record<string, string>>;
}

/** Set for the process in which the registries' names mean this machine. */
const MARK = "PORTOLAN_BENCH_DIRECT";

const proxied: Route = {
  title: "through a CONNECT proxy",
  options: {},
  environment: ({ environment }) => environment,
};

const direct: Route = {
  title: "directly",
  options: { port: 443 },
  environment({ environment }): Readonly<Record<string, string>> {
    const { DENO_CERT = "", SSL_CERT_FILE = "" } = environment;
    return { DENO_CERT, SSL_CERT_FILE };
  },
};

/** The route of this process. */
export function chooseRoute(): Route {
  return Deno.env.get(MARK) === undefined ? proxied : direct;
}

/**
 * Runs this program once more where the registries' names mean this machine: with a hosts file of its own, which nobody else sees.
 *
 * @returns its exit code, or nothing where that cannot be done here, or was
 */
export async function runDirectly(): Promise<number | undefined> {
  if (Deno.env.get(MARK) !== undefined || Deno.args.includes("--proxy")) return undefined;
  const names: readonly string[] = EXAMPLES.flatMap((example) =>
    openExample(example).hosts.map(({ host }) => host)
  );
  const hosts: string = await Deno.makeTempFile({ prefix: "portolan-bench-hosts-" });
  try {
    await Deno.writeTextFile(hosts, `127.0.0.1 localhost ${names.join(" ")}\n`);
    const inside: readonly string[] = [
      "--mount",
      "sh",
      "-c",
      'mount --bind "$0" /etc/hosts && exec "$@"',
      hosts,
    ];
    if (!await works([...inside, "true"])) return undefined;
    const child: Deno.ChildProcess = new Deno.Command("unshare", {
      args: [...inside, Deno.execPath(), "run", "-A", Deno.mainModule, ...Deno.args],
      env: { [MARK]: "1" },
    }).spawn();
    return (await child.status).code;
  } finally {
    await Deno.remove(hosts);
  }
}

/** Whether `unshare` is there and may do this, and the port of TLS may be had. */
async function works(args: readonly string[]): Promise<boolean> {
  try {
    Deno.listen({ hostname: "127.0.0.1", port: 443 }).close();
    const { code }: RunResult = await runCommand("unshare", args);
    return code === 0;
  } catch (error) {
    const kinds = [
      Deno.errors.NotFound,
      Deno.errors.PermissionDenied,
      Deno.errors.AddrInUse,
    ];
    if (kinds.some((kind) => error instanceof kind)) return false;
    throw error;
  }
}
