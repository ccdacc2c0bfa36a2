import type { Flow } from "../mod.ts";
import { certificateOptions, openCertificates } from "./_certificates.ts";
import type { Context } from "./_command.ts";
import { chooseCredentials, credentialOptions } from "./_credentials.ts";
import { networkOptions, readNetwork } from "./_network.ts";
import type { Arguments, Option } from "./_options.ts";

/** The flags of every command that talks to a registry. */
export const connectionOptions: readonly Option[] = [
  ...credentialOptions,
  ...certificateOptions,
  ...networkOptions,
];

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
): Promise<Flow> {
  const network = readNetwork(args, context);
  const { locate } = context.open(network);
  const targets = references.map((reference) => locate(reference));
  const credentials = await chooseCredentials(args, context, {
    targets,
    onWarning: network.onWarning,
  });
  const clientFor = await openCertificates(args, context, { network, targets });
  await context.dropReading();
  return context.open({ ...network, clientFor, credentials });
}
