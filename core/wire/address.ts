/**
 * Whether a URL's host name is this very machine. Takes the canonical form that `URL.hostname`
 * gives, where `0x7f.1` has become `127.0.0.1`.
 */
export function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/\.$/, "");
  return name === "localhost" || name.endsWith(".localhost") || name === "[::1]" ||
    octets(name)?.[0] === 127;
}

/**
 * Whether a URL's host name is an address literal (or `localhost`) that is not on the public
 * internet. A public registry has no business sending a reader there.
 *
 * Names that resolve to such an address are not seen here: only the runtime can refuse those
 * (`--deny-net`), because only it knows the address that is dialled.
 */
export function isPrivate(hostname: string): boolean {
  if (isLoopback(hostname)) return true;
  if (hostname.startsWith("[")) return isPrivateIpv6(hostname.slice(1, -1));
  const [a, b = 0] = octets(hostname) ?? [];
  if (a === undefined) return false;
  return a === 0 || a === 10 || (a === 100 && b >= 64 && b < 128) || (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || a >= 224;
}

function isPrivateIpv6(address: string): boolean {
  // Unspecified, loopback, and IPv4 in its mapped and compatible forms: nobody publishes a registry there.
  if (address.startsWith("::")) return true;
  const first = parseInt(address, 16);
  // fc00::/7 unique local, fe80::/10 link local, ff00::/8 multicast, 64:ff9b::/96 translated IPv4.
  return (first >= 0xfc00 && first <= 0xfdff) || (first >= 0xfe80 && first <= 0xfebf) ||
    first >= 0xff00 || address.startsWith("64:ff9b:");
}

function octets(hostname: string): number[] | undefined {
  const parts = hostname.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part))) return undefined;
  return parts.map(Number);
}
