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
