import { printable, type Target } from "../mod.ts";
import type { Context } from "./_command.ts";
import type { Network } from "./_network.ts";
import type { Arguments, Option } from "./_options.ts";
import { UsageError } from "./_usage_error.ts";

/** The flags that say which certificates to bring along. */
export const certificateOptions: readonly Option[] = [
  { name: "ca", value: "FILE", help: "trust the authorities in FILE too" },
  { name: "cert", value: "FILE", help: "show the registry the certificate in FILE" },
  { name: "key", value: "FILE", help: "the key of --cert" },
];

/** Gives the `client` of a fetch's options for a `host[:port]`. */
export type ClientFor = (host: string) => Promise<object | undefined>;

/**
 * Reads what the flags of `certificateOptions` name, and the certificates that the machine keeps for single
 * hosts; nothing is read later.
 *
 * The certificate of `--cert` is shown to hosts that the command line names, and to no other host that
 * a registry may send readers to.
 *
 * @throws UsageError for one flag without the other, and for a file that cannot be used
 */
export async function openCertificates(
  args: Arguments,
  context: Context,
  { network, targets }: {
    readonly network: Network;
    readonly targets: readonly Pick<Target, "adapter" | "origin">[];
  },
): Promise<ClientFor> {
  const [ca, cert, key] = [args.one("ca"), args.one("cert"), args.one("key")];
  checkPair(cert, key);
  const hosts = targets.map(({ origin }) => new URL(origin).host);
  const realms = targets.map(({ adapter }) => adapter.token?.realm)
    .filter((realm) => realm !== undefined);
  const places = [...Object.values(network.origins), ...realms].map((url) => new URL(url).host);
  const shownTo = [...hosts, ...places, ...network.trustedRealms];
  const hostFolders = context.hostFolders();

  function namesOf(host: string): readonly string[] {
    const url = `https://${host}`;
    const isKnownBy = ({ adapter, origin }: Pick<Target, "adapter" | "origin">) =>
      origin === url && adapter.origin === url;
    return targets.find(isKnownBy)?.adapter.hosts ?? [];
  }

  try {
    const files = { ca, cert, key, shownTo, hostFolders };
    const { clientFor } = await context.certificates(files, namesOf);
    for (const host of hosts) await clientFor(host);
    return clientFor;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UsageError(printable(error.message, 1000));
  }
}

function checkPair(cert: string | undefined, key: string | undefined): void {
  if (cert !== undefined && key === undefined) {
    throw new UsageError('Cannot use "--cert" alone: expected "--key FILE" with it');
  }
  if (cert === undefined && key !== undefined) {
    throw new UsageError('Cannot use "--key" alone: expected "--cert FILE" with it');
  }
}
