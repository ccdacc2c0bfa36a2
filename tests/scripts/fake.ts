import {
  builtin,
  type Flow,
  type FlowOptions,
  type LoginOptions,
  type Logins,
  openFlow,
  parseReference,
  RegistryError,
  type TagEntry,
  type TagOptions,
  type Target,
  type TlsFiles,
} from "../../mod.ts";
import { findLatest } from "../../core/versions/latest.ts";
import type { Command, Input, Surroundings } from "../../scripts/_command.ts";
import { runCommand } from "../../scripts/_cli.ts";
import type { Writer } from "../../scripts/_output.ts";
import { createLogins, createTerminal, type KeptLogins } from "./fake_logins.ts";

/** What a fake repository does next: give a page, wait, or fail. */
export type Step = readonly string[] | Promise<unknown> | Error;

/** A fake machine with fake registries, and what happened on it. */
export interface Fake {
  readonly surroundings: Surroundings;
  readonly stdout: string[];
  readonly stderr: string[];
  /** `ask NAME`, `print TEXT`, in the order in which they happened. */
  readonly events: string[];
  readonly opened: FlowOptions[];
  readonly asked: { readonly reference: string; readonly options: TagOptions }[];
  readonly interrupt: AbortController;
  /** What was asked of the machine, in order. */
  readonly prepared: readonly string[];
  /** With which options logins were opened. */
  readonly loginOptions: LoginOptions[];
  /** Which certificates were read. */
  readonly tlsFiles: TlsFiles[];
}

/** How a fake is made. */
export interface FakeOptions extends KeptLogins {
  readonly repositories?: Readonly<Record<string, readonly Step[]>>;
  readonly stdin?: string | Uint8Array;
  readonly terminal?: boolean;
  readonly stdout?: Writer;
  /** What happens when a login is tried; true where the registry asked for it. @default true */
  readonly door?: boolean | Error;
  /** What a person types, in order; nothing ends the input. */
  readonly typed?: readonly (string | undefined)[];
  /** What is wrong with certificates. */
  readonly badCertificates?: Error;
}

/** What a finished run left. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Makes a fake machine whose registries hold `repositories`, by full name such as `docker.io/library/ubuntu`. */
export function createFake(options: FakeOptions = {}): Fake {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const events: string[] = [];
  const opened: FlowOptions[] = [];
  const asked: { reference: string; options: TagOptions }[] = [];
  const interrupt = new AbortController();
  const prepared: string[] = [];
  const openedLogins: LoginOptions[] = [];
  const tlsFiles: TlsFiles[] = [];
  const surroundings: Surroundings = {
    stdout: options.stdout ?? {
      write(text: string): Promise<void> {
        stdout.push(text);
        events.push(`print ${text}`);
        return Promise.resolve();
      },
    },
    stderr: {
      write(text: string): Promise<void> {
        stderr.push(text);
        events.push(`say ${text}`);
        return Promise.resolve();
      },
    },
    stdin: createInput(options),
    open(flowOptions: FlowOptions): Flow {
      opened.push(flowOptions);
      return createFlow(options, flowOptions, asked, events);
    },
    terminal: createTerminal(options.typed ?? [], prepared),
    adapters: builtin,
    logins(loginOptions: LoginOptions): Logins {
      openedLogins.push(loginOptions);
      return createLogins(options, prepared);
    },
    certificates(files: TlsFiles) {
      tlsFiles.push(files);
      prepared.push("read certificates");
      if (options.badCertificates) return Promise.reject(options.badCertificates);
      return Promise.resolve({
        clientFor: (host: string) => Promise.resolve(host === "own.example" ? {} : undefined),
        [Symbol.dispose]() {},
      });
    },
    hostFolders: () => ["/folders"],
    dropReading(): Promise<void> {
      prepared.push(`drop reading after ${events.length} events`);
      return Promise.resolve();
    },
    signal: interrupt.signal,
  };
  return {
    surroundings,
    stdout,
    stderr,
    events,
    opened,
    asked,
    interrupt,
    prepared,
    loginOptions: openedLogins,
    tlsFiles,
  };
}

/** Runs a command on a fake machine to its end. */
export async function runFake(
  command: Command,
  words: readonly string[],
  fake: Fake = createFake(),
): Promise<Outcome> {
  const code = await runCommand(command, words, fake.surroundings);
  return { code, stdout: fake.stdout.join(""), stderr: fake.stderr.join("") };
}

function createInput(options: FakeOptions): Input {
  const { stdin = "", terminal = false } = options;
  const bytes = typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin;
  return {
    get readable(): ReadableStream<Uint8Array> {
      return ReadableStream.from([bytes.subarray(0, 3), bytes.subarray(3)]);
    },
    isTerminal: () => terminal,
  };
}

function createFlow(
  { repositories = {}, door = true }: FakeOptions,
  { credentials }: FlowOptions,
  asked: { reference: string; options: TagOptions }[],
  events: string[],
): Flow {
  function locate(text: string): Target {
    const written = parseReference(text);
    const name = written.registry !== undefined
      ? text
      : `docker.io/${text.includes("/") ? text : `library/${text}`}`;
    const { registry, repository, tag, digest } = parseReference(name);
    if (registry === undefined) throw new Error(`No registry in ${name}`);
    const adapter = { id: "fake", title: "Fake", hosts: [registry] } as const;
    return { adapter, registry, origin: `https://${registry}`, repository, tag, digest };
  }
  async function* pages(target: Target, options: TagOptions): AsyncGenerator<TagEntry[], boolean> {
    const name = `${target.registry}/${target.repository}`;
    let left = options.limit ?? Infinity;
    for (const step of repositories[name] ?? [new RegistryError("not_found", `No ${name}`)]) {
      events.push(`ask ${target.repository}`);
      options.signal?.throwIfAborted();
      if (step instanceof Error) throw step;
      if (step instanceof Promise) {
        await unlessAborted(step, options.signal);
        continue;
      }
      const page = step.map((tag): TagEntry => ({ name: tag as TagEntry["name"] }));
      yield page.slice(0, left);
      left -= page.length;
      if (left < 0) return false;
    }
    return true;
  }
  const flow: Flow = {
    ...openFlow({ fetch: noNetwork }),
    locate,
    latest(reference, { pageSize, signal, ...options } = {}) {
      return findLatest(flow.tags(reference, { pageSize, signal }).pages(), options);
    },
    async checkLogin(host) {
      const { adapter, registry } = locate(`${host}/x`);
      const login = await credentials?.({ adapter, registry });
      events.push(`try ${registry} with ${JSON.stringify(login)}`);
      if (door instanceof Error) throw door;
      return door;
    },
    tags(reference, options = {}) {
      const target = locate(reference);
      if (target.tag !== undefined || target.digest !== undefined) {
        throw new RegistryError("reference_invalid", `Cannot list tags of "${reference}"`);
      }
      asked.push({ reference, options });
      let complete = false;
      async function* inPages(): AsyncGenerator<TagEntry[]> {
        complete = yield* pages(target, options);
      }
      return {
        target,
        get complete() {
          return complete;
        },
        pages: inPages,
        async *[Symbol.asyncIterator]() {
          for await (const page of inPages()) yield* page;
        },
      };
    },
  };
  return flow;
}

/** Verbs that are not faked reach nobody. */
function noNetwork(): Promise<Response> {
  return Promise.reject(new TypeError("A fake machine has no network"));
}

async function unlessAborted(wait: Promise<unknown>, signal?: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  signal?.addEventListener("abort", () => aborted.reject(signal.reason), { once: true });
  await Promise.race([wait, aborted.promise]);
}
