import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";
import type { Certificate } from "../hosts/authority.ts";

/** A certificate that vouches for itself, and its key, in PEM. */
export interface SelfSigned {
  readonly certificate: string;
  readonly key: string;
}

/** A running registry with a repository `team/app`. Disposal ends it. */
export interface TlsRegistry extends AsyncDisposable {
  /** `localhost:PORT`. */
  readonly host: string;
  /** The paths that were asked for, oldest first. */
  readonly requests: readonly string[];
}

/** Makes a certificate for somebody who logs in with it. */
export async function signReader(name: string): Promise<SelfSigned> {
  const { cert, private: key }: { cert: string; private: string } = await generate(
    [{ name: "commonName", value: name }],
    { keyType: "ec", algorithm: "sha256" },
  );
  return { certificate: cert, key };
}

/**
 * Starts an open registry over TLS.
 *
 * @param reader the only certificate that it lets in; everybody without
 */
export async function startTlsRegistry(
  { certificate, key }: Certificate,
  reader?: SelfSigned,
): Promise<TlsRegistry> {
  const requests: string[] = [];
  const server: Server = createServer({
    cert: certificate,
    key,
    ...(reader === undefined
      ? {}
      : { requestCert: true, rejectUnauthorized: true, ca: reader.certificate }),
  }, (request, response) => {
    requests.push(request.url ?? "");
    response.writeHead(200, { "content-type": "application/json", connection: "close" });
    response.end('{"name":"team/app","tags":["1.0"]}');
  });
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject);
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}
