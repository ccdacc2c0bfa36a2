/** Somewhere that a registry at https://registry.example may point a reader at. */
export interface PointedAt {
  readonly url: string;
  /**
   * - `own`: the registry's own origin
   * - `public`: another public origin with TLS: no secret may go there
   * - `closed`: nothing may go there
   */
  readonly kind: "own" | "public" | "closed";
}

function all(kind: PointedAt["kind"], ...urls: readonly string[]): PointedAt[] {
  return urls.map((url) => ({ url, kind }));
}

/** The lists of HOSTILE.md A1, A2 and A3. */
export const TARGETS: readonly PointedAt[] = [
  ...all(
    "own",
    "https://registry.example/token",
    "https://REGISTRY.example:443/token",
    "/token",
    "https:/token",
    "https://registry%2eexample/token",
  ),
  ...all(
    "public",
    "https://attacker.test/token",
    "//attacker.test/token",
    "\\\\attacker.test\\token",
    "https://registry.example:8443/token",
    "https://auth.registry.example/token",
    "https://example/token",
    "https://registry.example.attacker.test/token",
    "https://evilregistry.example/token",
    "https://registry.example./token",
    "https://attacker.test/registry.example/token",
    "https://attacker.test/token?https://registry.example",
    "https://attacker.test/token#@registry.example",
    "https://attacker.test\\@registry.example/token",
    "https://xn--bcher-kva.example/token",
    "https://8.8.8.8/token",
  ),
  ...all(
    "closed",
    "http://registry.example/token",
    "http://registry.example:443/token",
    "http://attacker.test/token",
    "https://registry.example@attacker.test/token",
    "https://user:word@registry.example/token",
    "https://:word@registry.example/token",
    "https://user@registry.example/token",
    "https://127.0.0.1/token",
    "https://localhost/token",
    "https://169.254.169.254/latest/meta-data",
    "https://10.0.0.1/token",
    "https://172.16.0.1/token",
    "https://192.168.1.1/token",
    "https://100.64.0.1/token",
    "https://0.0.0.0/token",
    "http://2852039166/token",
    "https://2852039166/token",
    "https://0x7f.1/token",
    "https://0177.0.0.1/token",
    "https://127.1/token",
    "https://[::1]/token",
    "https://[::]/token",
    "https://[::ffff:a9fe:a9fe]/token",
    "https://[::ffff:127.0.0.1]/token",
    "https://[fe80::1]/token",
    "https://[fd00::1]/token",
    "https://[64:ff9b::7f00:1]/token",
    // Bytes beyond ASCII arrive as Latin-1, and so name no host.
    "https://ｒegistry.example/token",
    "file:///etc/passwd",
    "data:application/json,{}",
    "blob:https://registry.example/x",
    "ftp://registry.example/token",
    "javascript:alert(1)",
    "https://",
    "https://[",
    "https://registry.example:99999/token",
  ),
];

/** Names for this very machine that resolvers know without being asked. */
export const LOCAL_NAMES: readonly PointedAt[] = all(
  "closed",
  "https://localhost./token",
  "https://registry.localhost/token",
);

/** What can stand in a header as fetch receives it: bytes, one a character. */
export function inHeader(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
