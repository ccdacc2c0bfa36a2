import { hash } from "bcryptjs";
import { join } from "node:path";

/** Milliseconds that the registry may take to answer, and to end. */
const PATIENCE = 10_000;

/** The bcrypt cost: the least there is, since nothing here is worth guessing. */
const COST = 4;

/** Lets in bearers of a token that was signed by the key of `certificate`. */
export interface TokenAuth {
  /** Which of the kinds this is. */
  readonly kind: "token";
  /** Where tokens are had, an absolute URL. */
  readonly realm: string;
  /** The service that a token must be for. */
  readonly service: string;
  /** The issuer that a token must be by. */
  readonly issuer: string;
  /** X.509, as PEM. */
  readonly certificate: string;
}

/** Who may read and write: everybody, users by Basic authentication, or the bearers of tokens. */
export type RegistryAuth =
  | { readonly kind: "none" }
  /** `users` are names with their passwords. */
  | { readonly kind: "htpasswd"; readonly users: Readonly<Record<string, string>> }
  | TokenAuth;

/** How a registry is started. */
export interface DockerRegistryOptions {
  /** @default nobody is asked for anything */
  readonly auth?: RegistryAuth;
}

/** A running registry. Disposal ends it and removes what it stored. */
export interface RealRegistry extends AsyncDisposable {
  /** As in a reference: `127.0.0.1:PORT`. */
  readonly host: string;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** A temporary directory that goes when the registry goes. */
  readonly directory: string;
  /** What it has logged so far. */
  log(): string;
}

/**
 * Starts Debian's docker-registry (CNCF distribution 2.8) on a port that the system chooses, which on
 * Linux is above every port that fetch refuses. Manifests can be deleted by digest.
 */
export async function startDockerRegistry(
  options: DockerRegistryOptions = {},
): Promise<RealRegistry> {
  const directory: string = await Deno.makeTempDir({ prefix: "portolan-registry-" });
  try {
    const config: string = join(directory, "config.yml");
    const auth: object | undefined = await writeAuth(directory, options.auth ?? { kind: "none" });
    await Deno.writeTextFile(config, configText(directory, auth));
    return await serve(config, directory);
  } catch (error) {
    await Deno.remove(directory, { recursive: true });
    throw error;
  }
}

/** JSON, which is YAML too. */
function configText(directory: string, auth: object | undefined): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: "info", accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(directory, "storage") },
      delete: { enabled: true },
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: { addr: "127.0.0.1:0", secret: crypto.randomUUID() },
    auth,
  });
}

async function writeAuth(directory: string, auth: RegistryAuth): Promise<object | undefined> {
  if (auth.kind === "none") return undefined;
  if (auth.kind === "htpasswd") {
    const path: string = join(directory, "htpasswd");
    const lines: string[] = await Promise.all(
      Object.entries(auth.users).map(async ([user, password]: [string, string]): Promise<string> =>
        `${user}:${await hash(password, COST)}\n`
      ),
    );
    await Deno.writeTextFile(path, lines.join(""));
    return { htpasswd: { realm: "portolan tests", path } };
  }
  const rootcertbundle: string = join(directory, "token.pem");
  await Deno.writeTextFile(rootcertbundle, auth.certificate);
  const { realm, service, issuer } = auth;
  return { token: { realm, service, issuer, rootcertbundle } };
}

async function serve(config: string, directory: string): Promise<RealRegistry> {
  const child: Deno.ChildProcess = new Deno.Command("docker-registry", {
    args: ["serve", config],
    // Nothing but PATH: a variable called REGISTRY_... would override the configuration.
    env: { PATH: Deno.env.get("PATH") ?? "" },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const log = new Log(child.stderr);
  try {
    const port: string = await within(log.port, "docker-registry did not say its port");
    const origin = `http://127.0.0.1:${port}`;
    await answers(origin);
    return {
      host: `127.0.0.1:${port}`,
      origin,
      directory,
      log: (): string => log.text,
      async [Symbol.asyncDispose](): Promise<void> {
        try {
          await end(child, log);
        } finally {
          await Deno.remove(directory, { recursive: true });
        }
      },
    };
  } catch (error) {
    await end(child, log);
    throw new Error(`docker-registry did not start: ${log.text}`, { cause: error });
  }
}

/** Any answer to `/v2/` will do: 200, or 401 where it wants to know who asks. */
async function answers(origin: string): Promise<void> {
  const response: Response = await fetch(`${origin}/v2/`, {
    signal: AbortSignal.timeout(PATIENCE),
  });
  await response.body?.cancel();
  if (response.status !== 200 && response.status !== 401) {
    throw new Error(`GET ${origin}/v2/ answered ${response.status}`);
  }
}

async function end(child: Deno.ChildProcess, log: Log): Promise<void> {
  try {
    child.kill("SIGTERM");
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError)) throw error;
  }
  const timer: ReturnType<typeof setTimeout> = setTimeout(
    (): void => child.kill("SIGKILL"),
    PATIENCE,
  );
  await child.status;
  clearTimeout(timer);
  await log.ended;
}

async function within<T>(promise: Promise<T>, complaint: string): Promise<T> {
  const late: PromiseWithResolvers<never> = Promise.withResolvers<never>();
  const timer: ReturnType<typeof setTimeout> = setTimeout(
    (): void => late.reject(new Error(complaint)),
    PATIENCE,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Drains the log, so that the registry never waits for a reader, and finds the port in it. */
class Log {
  /** Everything read so far. */
  text = "";
  /** The port that it says it listens on; rejects if it ends without. */
  readonly port: Promise<string>;
  /** When the log has ended. */
  readonly ended: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    const found: PromiseWithResolvers<string> = Promise.withResolvers<string>();
    // Whoever waits for it sees the rejection; nobody may wait any more.
    found.promise.catch((): void => {});
    this.port = found.promise;
    this.ended = this.#drain(stream, found);
  }

  async #drain(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    found: PromiseWithResolvers<string>,
  ): Promise<void> {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
      this.text += piece;
      const port: string | undefined = /listening on 127\.0\.0\.1:(\d+)"/.exec(this.text)?.[1];
      if (port !== undefined) found.resolve(port);
    }
    found.reject(new Error("docker-registry ended"));
  }
}
