import type { Credentials } from "../../mod.ts";
import { IDENTITY, LOGIN, passwordCanaries } from "../flow/houses.ts";
import type { Canary, Law } from "../flow/invariants.ts";

/** The registry that every case is about. */
export const ORIGIN = "https://registry.example";

/** A bearer token that was given for the registry itself. */
export const REGISTRY_TOKEN = "r3g1stryT0k3n/C4n4ry.0123456789-abc_def==";

const STORED = { stored: true, source: "~/.docker/config.json" };

const SECRETS = ["password", "identity token", "registry token"] as const;

/** The name of one of {@linkcode KINDS}. */
export type Kind = typeof SECRETS[number] | `stored ${typeof SECRETS[number]}`;

/** Every kind of secret that a reader may have. */
export const KINDS: Readonly<Record<Kind, Credentials>> = {
  password: { ...LOGIN },
  "identity token": { identityToken: IDENTITY },
  "registry token": { registryToken: REGISTRY_TOKEN },
  "stored password": { ...LOGIN, ...STORED },
  "stored identity token": { identityToken: IDENTITY, ...STORED },
  "stored registry token": { registryToken: REGISTRY_TOKEN, ...STORED },
};

/** The names of {@linkcode KINDS}. */
export const kinds: readonly Kind[] = SECRETS.flatMap((secret): readonly Kind[] => [
  secret,
  `stored ${secret}`,
]);

/** Every secret of {@linkcode KINDS}, and that it belongs to the registry alone. */
export const CANARIES: readonly Canary[] = [
  ...passwordCanaries([ORIGIN]),
  { what: "the registry token", value: REGISTRY_TOKEN, audience: [ORIGIN] },
];

/** What every case is judged by. */
export const LAW: Law = {
  canaries: CANARIES,
  tokenAudience: [ORIGIN],
  registry: "registry.example",
  adapter: "spec",
  mostRequests: 12,
};
