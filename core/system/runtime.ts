/*
 * What every runtime has at hand. Loading a `node:` module costs Deno about as much time as all else that
 * a start takes, so nothing in this file does, and the files beside it load theirs when they need them.
 */

/** `process` of Node and Bun, as far as it is used here. */
interface NodeProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly getuid?: () => number;
}

/** Names of systems that `process.platform` has its own words for. */
const PLATFORMS: ReadonlyMap<string, string> = new Map([
  ["windows", "win32"],
  ["solaris", "sunos"],
  ["illumos", "sunos"],
]);

/** A file that is open for reading. */
export interface OpenFile extends AsyncDisposable {
  /** Fills the bytes from the next ones of the file, and says how many there were; 0 at the end. */
  readonly read: (bytes: Uint8Array) => Promise<number>;
  /** Whether it is a regular file, and its mode where the system has one. */
  readonly stat: () => Promise<{ readonly isFile: boolean; readonly mode: number | null }>;
}

/** Opens a file, which this process must be allowed to read. Errors have the code of the system. */
export async function openFile(path: string): Promise<OpenFile> {
  if (typeof Deno !== "undefined") {
    const file = await Deno.open(path);
    return {
      read: async (bytes) => await file.read(bytes) ?? 0,
      stat: () => file.stat(),
      [Symbol.asyncDispose]: () => Promise.resolve(file.close()),
    };
  }
  const { open } = await import("node:fs/promises");
  const handle = await open(path, "r");
  return {
    read: async (bytes) => (await handle.read(bytes, 0, bytes.length, null)).bytesRead,
    async stat(): Promise<{ isFile: boolean; mode: number }> {
      const stat = await handle.stat();
      return { isFile: stat.isFile(), mode: stat.mode };
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/** The names in a folder, which this process must be allowed to read. Errors have the code of the system. */
export async function listFolder(path: string): Promise<readonly string[]> {
  if (typeof Deno !== "undefined") {
    return (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
  }
  const { readdir } = await import("node:fs/promises");
  return await readdir(path);
}

/** An environment variable, which this process must be allowed to read. */
export function variableOf(name: string): string | undefined {
  return typeof Deno === "undefined" ? nodeProcess()?.env[name] : Deno.env.get(name);
}

/** The kind of system, as `process.platform` names it: `linux`, `darwin`, `win32`. */
export function platformName(): string {
  if (typeof Deno === "undefined") return nodeProcess()?.platform ?? "unknown";
  return PLATFORMS.get(Deno.build.os) ?? Deno.build.os;
}

/** The number of the user, which this process must be allowed to know; none where there are no numbers. */
export function userNumber(): number | undefined {
  if (typeof Deno === "undefined") return nodeProcess()?.getuid?.();
  return Deno.uid() ?? undefined;
}

function nodeProcess(): NodeProcess | undefined {
  return Reflect.get(globalThis, "process");
}
