import { type Exchange, type Flow, parseReference, printable } from "../mod.ts";
import type { Context } from "./_command.ts";
import { chooseCredentials, credentialOptions } from "./_credentials.ts";
import { milliseconds, wholeNumber } from "./_numbers.ts";
import type { Arguments, Option } from "./_options.ts";
import { formatExchange } from "./_trace.ts";
import { UsageError } from "./_usage_error.ts";

/** The flags of every command that talks to a registry. */
export const connectionOptions: readonly Option[] = [
  ...credentialOptions,
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

/**
 * Opens a flow as the flags of `connectionOptions` say. A password may be read from standard input.
 *
 * @param references whom the command is going to ask
 * @throws UsageError for a flag that cannot be read, before anything is read or sent
 * @throws RegistryError `reference_invalid`
 */
export async function openConnection(
  args: Arguments,
  context: Context,
  references: readonly string[],
): Promise<Flow> {
  const { stderr } = context;
  const options = {
    origins: Object.fromEntries(args.all("origin").map(readOrigin)),
    plainHttp: args.all("plain-http").map((text) => readHost("plain-http", text)),
    trustedRealms: args.all("trust-realm").map((text) => readHost("trust-realm", text)),
    timeout: milliseconds(args, "timeout"),
    retries: wholeNumber(args, "retries", 0),
  };
  function onExchange(exchange: Exchange): void {
    stderr.write(formatExchange(exchange));
  }
  function onWarning(message: string): void {
    stderr.write(`portolan: warning: ${printable(message)}\n`);
  }
  return context.open({
    ...options,
    onExchange: args.has("trace") ? onExchange : undefined,
    onWarning: args.has("quiet") ? undefined : onWarning,
    credentials: await chooseCredentials(args, context, references),
  });
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

/** A host as references name it, in its one spelling. */
function hostOf(text: string): string | undefined {
  try {
    const { registry, repository } = parseReference(`${text}/x`);
    return repository === "x" ? registry : undefined;
  } catch {
    return undefined;
  }
}

/** What stands before an `@` may be a password. */
function withoutSecret(text: string): string {
  const at = text.lastIndexOf("@");
  return at < 0 ? text : "..." + text.slice(at);
}
