import { readdir, readFile } from "node:fs/promises";
import process from "node:process";

/** Which certificates a reader brings along. All are paths of PEM files. */
export interface TlsFiles {
  /** Authorities to be trusted besides the usual ones. */
  readonly ca?: string;
  /** The certificate that the reader shows, and its key; one without the other is of no use. */
  readonly cert?: string;
  /** The key of `cert`. */
  readonly key?: string;
  /**
   * Folders with a folder for each `host[:port]`: `*.crt` are authorities, `X.cert` with `X.key` is what the
   * reader shows. What is found there goes to that host only.
   *
   * Source: https://docs.docker.com/engine/security/certificates/
   */
  readonly hostFolders?: readonly string[];
}

/** What certificates are made into: the `client` of a fetch's options, for each `host[:port]`. */
export interface TlsClients extends Disposable {
  /** Nothing where the usual authorities do. There is no way to leave out verification. */
  clientFor(host: string): Promise<object | undefined>;
}

/** Certificates as PEM text. */
interface Certificates {
  readonly caCerts: string[];
  readonly pair?: { readonly cert: string; readonly key: string };
}

/** Folders in which Docker and Podman look for certificates of single hosts. */
export function usualHostFolders(): readonly string[] {
  const home = process.env.HOME;
  const own = home === undefined
    ? []
    : [`${home}/.config/containers/certs.d`, `${home}/.config/docker/certs.d`];
  return [...own, "/etc/containers/certs.d", "/etc/docker/certs.d"];
}

/**
 * Opens clients that trust and show the certificates in `files`. The named files are read now, those of
 * a host when it is first asked; a folder that is missing or may not be read counts as empty.
 *
 * @param namesOf the other names under which folders may hold a host's certificates
 * @throws {Error} if a named file cannot be read
 */
export async function openTlsClients(
  files: TlsFiles,
  namesOf: (host: string) => readonly string[] = () => [],
): Promise<TlsClients> {
  const general: Certificates = {
    caCerts: files.ca === undefined ? [] : [await readFile(files.ca, "utf8")],
    pair: await readPair(files.cert, files.key),
  };
  const clients = new Map<string, Promise<Deno.HttpClient | undefined>>();

  async function open(host: string): Promise<Deno.HttpClient | undefined> {
    const folders = (files.hostFolders ?? []).flatMap((folder) =>
      [host, ...namesOf(host)].map((name) => `${folder}/${name}`)
    );
    const found = await Promise.all(folders.map(readFolder));
    const caCerts = [general, ...found].flatMap((certificates) => certificates.caCerts);
    const pair = [general, ...found].map((certificates) => certificates.pair).find((one) => one);
    if (caCerts.length === 0 && pair === undefined) return undefined;
    return Deno.createHttpClient({ caCerts, ...pair });
  }

  return {
    clientFor(host: string): Promise<object | undefined> {
      const opening = clients.get(host) ?? open(host);
      clients.set(host, opening);
      return opening;
    },
    [Symbol.dispose](): void {
      for (const opening of clients.values()) {
        opening.then((client) => client?.close(), () => {});
      }
    },
  };
}

async function readPair(
  cert: string | undefined,
  key: string | undefined,
): Promise<Certificates["pair"]> {
  if (cert === undefined || key === undefined) return undefined;
  return { cert: await readFile(cert, "utf8"), key: await readFile(key, "utf8") };
}

async function readFolder(folder: string): Promise<Certificates> {
  const names = await readdir(folder).catch((): string[] => []);
  const authorities = names.filter((name) => name.endsWith(".crt")).sort();
  const shown = names.filter((name) => name.endsWith(".cert")).sort()
    .find((name) => names.includes(name.replace(/cert$/, "key")));
  return {
    caCerts: await Promise.all(authorities.map((name) => readFile(`${folder}/${name}`, "utf8"))),
    pair: shown === undefined
      ? undefined
      : await readPair(`${folder}/${shown}`, `${folder}/${shown.replace(/cert$/, "key")}`),
  };
}
