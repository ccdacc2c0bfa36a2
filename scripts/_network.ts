import { type Exchange, type FlowOptions, printable } from "../mod.ts";
import type { Context } from "./_command.ts";
import { hostOf, withoutSecret } from "./_host.ts";
import { milliseconds, wholeNumber } from "./_numbers.ts";
import type { Arguments, Option } from "./_options.ts";
import { formatExchange } from "./_trace.ts";
import { UsageError } from "./_usage_error.ts";

/** The flags that say whom to talk to, how long, and what to tell of it. */
export const networkOptions: readonly Option[] = [
  {
    name: "origin",
    value: "HOST=URL",
    repeatable: true,
    help: "send what is meant for HOST to a mirror or proxy",
  },
  { name: "plain-http", value: "HOST", repeatable: true, help: "speak HTTP without TLS to HOST" },
  {
    name: "trust-realm",
    value: "HOST",
    repeatable: true,
    help: "let the token endpoint at HOST have the password",
  },
  {
    name: "timeout",
    value: "SECONDS",
    help: "give up on a reference after so long",
    default: "900",
  },
  { name: "retries", value: "N", help: "send a failed request again so often", default: "4" },
  { name: "trace", help: "print each exchange on stderr, without secrets" },
  { name: "quiet", help: "print no warnings" },
];

/** What the flags of `networkOptions` come to. */
export type Network =
  & Pick<
    FlowOptions,
    "timeout" | "retries" | "onExchange" | "onWarning"
  >
  & Required<Pick<FlowOptions, "origins" | "plainHttp" | "trustedRealms">>;

/**
 * Reads the flags of `networkOptions`.
 *
 * @throws UsageError for one that cannot be read
 */
export function readNetwork(args: Arguments, { stderr }: Context): Network {
  function onExchange(exchange: Exchange): void {
    stderr.write(formatExchange(exchange));
  }
  function onWarning(message: string): void {
    stderr.write(`portolan: warning: ${printable(message)}\n`);
  }
  return {
    origins: Object.fromEntries(args.all("origin").map(readOrigin)),
    plainHttp: args.all("plain-http").map((text) => readHost("plain-http", text)),
    trustedRealms: args.all("trust-realm").map((text) => readHost("trust-realm", text)),
    timeout: milliseconds(args, "timeout"),
    retries: wholeNumber(args, "retries", 0),
    onExchange: args.has("trace") ? onExchange : undefined,
    onWarning: args.has("quiet") ? undefined : onWarning,
  };
}

function readOrigin(text: string): readonly [host: string, origin: string] {
  const equals = text.indexOf("=");
  const expected = "HOST=URL, as in registry.example=http://127.0.0.1:5000";
  const host = hostOf(text.slice(0, Math.max(equals, 0)));
  const url = URL.parse(text.slice(equals + 1));
  if (host === undefined || url === null || !isOrigin(url)) {
    throw new UsageError(`Cannot read "--origin ${withoutSecret(text)}": expected ${expected}`);
  }
  return [host, url.origin];
}

/** Whether there is nothing in it but scheme, host and port. */
function isOrigin(url: URL): boolean {
  const isWeb = url.protocol === "http:" || url.protocol === "https:";
  return isWeb && url.href === `${url.origin}/`;
}

function readHost(flag: string, text: string): string {
  const host = hostOf(text);
  if (host !== undefined) return host;
  const expected = "a host or host:port, as in registry.example:5000";
  throw new UsageError(`Cannot read "--${flag} ${withoutSecret(text)}": expected ${expected}`);
}
