import { readVariable } from "./environment.ts";
import { reasonOf } from "./files.ts";
import { type CertificatePair, readPair, readPem } from "./pem.ts";
import { isPermitted } from "./permission.ts";
import { listFolder } from "./runtime.ts";

/** What the folder of a host holds. */
export type HostCertificates =
  | {
    readonly kind: "good";
    /** Authorities to be trusted, as PEM text. */
    readonly authorities: readonly string[];
    /** What the reader shows. */
    readonly pair?: CertificatePair;
  }
  /** A file in it cannot be used; `reason` is a sentence that names it. */
  | { readonly kind: "broken"; readonly reason: string };

/**
 * Folders in which Podman and Docker look for certificates of single hosts, those of the user first.
 *
 * Sources: containers-certs.d(5); https://docs.docker.com/engine/security/certificates/ and, for a daemon
 * without root and for Docker Desktop, https://docs.docker.com/engine/security/rootless/ and
 * https://docs.docker.com/desktop/troubleshoot-and-support/faqs/macfaqs/
 */
export function usualHostFolders(): readonly string[] {
  const home = readVariable("HOME");
  const own = home
    ? [".config/containers", ".config/docker", ".docker"].map((name) => `${home}/${name}/certs.d`)
    : [];
  return [...own, "/etc/containers/certs.d", "/etc/docker/certs.d"];
}

/**
 * Reads the folders of all hosts, by the names of the folders. Of several folders for one host the first
 * counts alone, as for Podman. A folder that is missing or may not be read counts as empty.
 */
export async function readHostCertificates(
  folders: readonly string[],
): Promise<ReadonlyMap<string, HostCertificates>> {
  const found = new Map<string, HostCertificates>();
  for (const folder of folders) {
    for (const host of await namesIn(folder)) {
      if (found.has(host)) continue;
      const certificates = await readHost(`${folder}/${host}`);
      if (certificates !== undefined) found.set(host, certificates);
    }
  }
  return found;
}

/** Nothing for a file that lies about among the folders. */
async function readHost(folder: string): Promise<HostCertificates | undefined> {
  const names = [...await namesIn(folder)].sort();
  if (names.length === 0) return undefined;
  try {
    const authorities = names.filter((name) => name.endsWith(".crt"));
    const pairs = [...new Set(names.map(pairName).filter((name) => name !== undefined))];
    for (const name of pairs) {
      for (const file of [`${name}.cert`, `${name}.key`]) {
        if (!names.includes(file)) throw new Error(`"${folder}/${file}" is missing`);
      }
    }
    const [shown] = pairs;
    return {
      kind: "good",
      authorities: await Promise.all(
        authorities.map((name) => readPem(`${folder}/${name}`, "CERTIFICATE")),
      ),
      ...(shown === undefined
        ? {}
        : { pair: await readPair(`${folder}/${shown}.cert`, `${folder}/${shown}.key`) }),
    };
  } catch (error) {
    return { kind: "broken", reason: reasonOf(error) };
  }
}

/** `client` of `client.cert` and of `client.key`. */
function pairName(file: string): string | undefined {
  return /^(.*)\.(?:cert|key)$/.exec(file)?.[1];
}

async function namesIn(folder: string): Promise<readonly string[]> {
  if (!isPermitted({ name: "read", path: folder })) return [];
  return await listFolder(folder).catch((): string[] => []);
}
