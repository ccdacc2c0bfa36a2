import type { Flow, Target } from "../mod.ts";
import { certificateOptions, openCertificates } from "./_certificates.ts";
import type { Context } from "./_command.ts";
import {
  type Besides,
  chooseCredentials,
  credentialOptions,
  type TypedLogin,
} from "./_credentials.ts";
import { networkOptions, readNetwork } from "./_network.ts";
import type { Arguments, Option } from "./_options.ts";

/** The flags of every command that talks to a registry. */
export const connectionOptions: readonly Option[] = [
  ...credentialOptions,
  ...certificateOptions,
  ...networkOptions,
];

/** What a connection is opened for besides reading the repositories that it names. */
export interface ConnectionWishes {
  /** Reads a login for one of the references, given what they mean. @default none is typed */
  readonly readTyped?: (targets: readonly Target[]) => Promise<TypedLogin | undefined>;
  /** What else is going to be asked. @default nothing */
  readonly besides?: Besides;
}

/**
 * Opens a flow as the flags of `connectionOptions` say. A password may be read from standard input.
 *
 * Whatever is needed of this machine is read here, before anything is sent; then the process gives up
 * its permission to read more.
 *
 * @param references whom the command is going to ask
 * @throws UsageError for a flag or file that cannot be read
 * @throws RegistryError `reference_invalid`
 */
export async function openConnection(
  args: Arguments,
  context: Context,
  references: readonly string[],
  { readTyped, besides }: ConnectionWishes = {},
): Promise<Flow> {
  const network = readNetwork(args, context);
  const { locate } = context.open(network);
  const targets = references.map((reference) => locate(reference));
  const typed = await readTyped?.(targets);
  const credentials = await chooseCredentials(args, context, {
    targets,
    besides,
    typed,
    onWarning: network.onWarning,
  });
  const clientFor = await openCertificates(args, context, { network, targets });
  await context.dropReading();
  return context.open({ ...network, clientFor, credentials });
}

/** The same machine, but for giving up reading: to put a file in place takes that permission. */
export function keepReading(context: Context): Context {
  return { ...context, dropReading: () => Promise.resolve() };
}
