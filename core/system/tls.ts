import { readHostCertificates } from "./host_certificates.ts";
import { type CertificatePair, readPair, readPem } from "./pem.ts";

/** Which certificates a reader brings along. All are paths of PEM files. */
export interface TlsFiles {
  /** Authorities to be trusted besides the usual ones. */
  readonly ca?: string;
  /** The certificate that the reader shows; goes with `key`. */
  readonly cert?: string;
  /** The key of `cert`. */
  readonly key?: string;
  /** The hosts, `host[:port]`, that `cert` is shown to. @default every host that asks for one */
  readonly shownTo?: readonly string[];
  /**
   * Folders with a folder for each `host[:port]`: `*.crt` are authorities, `X.cert` with `X.key` is what the
   * reader shows, the first pair by name. What is found there counts for that host only.
   *
   * @default none
   */
  readonly hostFolders?: readonly string[];
}

/** What certificates are made into: the `client` of a fetch's options, for each `host[:port]`. */
export interface TlsClients extends Disposable {
  /**
   * Nothing where the usual authorities do. There is no way to leave out verification.
   *
   * @throws {Error} where the host has a folder with files that cannot be used; names one
   */
  readonly clientFor: (host: string) => Promise<object | undefined>;
}

/**
 * Opens clients that trust and show the certificates in `files`. All files are read now and none
 * later; a folder that is missing or may not be read counts as empty.
 *
 * @param namesOf the other names under which folders may hold a host's certificates
 * @throws {Error} if a named file cannot be used; names it
 * @throws {TypeError} for `cert` without `key`, and the other way round
 */
export async function openTlsClients(
  files: TlsFiles,
  namesOf: (host: string) => readonly string[] = () => [],
): Promise<TlsClients> {
  const authorities = files.ca === undefined ? [] : [await readPem(files.ca, "CERTIFICATE")];
  const pair = await readGeneralPair(files);
  // What is wrong with a file is found out now, and not at the first request.
  if (files.ca !== undefined) createClient(authorities, undefined, `"${files.ca}"`).close();
  if (pair !== undefined) createClient([], pair, `"${files.cert}" and "${files.key}"`).close();
  const folders = await readHostCertificates(files.hostFolders ?? []);
  const clients = new Map<string, Deno.HttpClient | undefined>();

  function open(host: string): Deno.HttpClient | undefined {
    // Docker and Podman take the port of https for a part of the name where it was written.
    const names = [host, `${host}:443`, ...namesOf(host)];
    const own = names.map((name) => folders.get(name)).find((found) => found !== undefined);
    if (own?.kind === "broken") {
      throw new Error(`Cannot use the certificates for "${host}": ${own.reason}`);
    }
    const trusted = [...authorities, ...own?.authorities ?? []];
    const shown = own?.pair ?? (files.shownTo?.includes(host) === false ? undefined : pair);
    if (trusted.length === 0 && shown === undefined) return undefined;
    return createClient(trusted, shown, `the certificates for "${host}"`);
  }

  return {
    // deno-lint-ignore require-await -- so that what `open` throws is a rejection
    async clientFor(host: string): Promise<object | undefined> {
      if (!clients.has(host)) clients.set(host, open(host));
      return clients.get(host);
    },
    [Symbol.dispose](): void {
      for (const client of clients.values()) client?.close();
    },
  };
}

async function readGeneralPair({ cert, key }: TlsFiles): Promise<CertificatePair | undefined> {
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return await readPair(cert, key);
  throw new TypeError("Cannot show a certificate: it and its key go together");
}

function createClient(
  authorities: readonly string[],
  pair: CertificatePair | undefined,
  what: string,
): Deno.HttpClient {
  if (typeof Deno === "undefined") throw new Error(`Cannot use ${what}: only Deno can`);
  try {
    return Deno.createHttpClient({ caCerts: [...authorities], ...pair });
  } catch (error) {
    throw new Error(`Cannot use ${what}: ${error instanceof Error ? error.message : "unknown"}`);
  }
}
