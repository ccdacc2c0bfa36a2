import type { FlowOptions } from "../../mod.ts";
import { type SimulatedRegistry, simulateNetwork } from "../registry/mod.ts";
import { distribution } from "../registry/distribution.ts";
import { dockerHub } from "../registry/docker_hub.ts";
import { ecrPublic } from "../registry/ecr_public.ts";
import { ghcr } from "../registry/ghcr.ts";
import { oracle } from "../registry/oracle.ts";
import { quay } from "../registry/quay.ts";
import type { RegistryOptions } from "../registry/simulated_registry.ts";
import { internet } from "./internet.ts";
import type { Canary, Law } from "./invariants.ts";

/** A registry, and what is known of its addresses from outside of the adapters. */
export interface House {
  readonly adapter: string;
  readonly registry: string;
  readonly reference: string;
  readonly origin: string;
  readonly realm: string;
  /** Whether it gives more than one page. */
  readonly paged: boolean;
  /** Whether an anonymous reader needs a token. */
  readonly wantsToken: boolean;
  open(options: RegistryOptions): SimulatedRegistry;
}

export const REPOSITORY = "team/app";

/** Ten tags; some are the names of an object's own members. */
export const TAGS: readonly string[] = [
  "1.0",
  "1.1",
  "1.1-rc_1",
  "2.0",
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "latest",
  "toString",
  "x".repeat(128),
];

/** A password that looks different in every encoding. */
export const PASSWORD = "c4n4ry/Pässw0rd+~?%41&";
export const LOGIN: { readonly username: string; readonly password: string } = {
  username: "alice",
  password: PASSWORD,
};

/** A refresh token. */
export const IDENTITY = "1d3nt1ty/C4n4ry+0123456789==";

/** Who may be at the keyboard, and what they log in with. */
export const READERS: Readonly<
  Record<"anonymous" | "alice" | "identity", FlowOptions["credentials"]>
> = {
  anonymous: undefined,
  alice: () => LOGIN,
  identity: () => ({ identityToken: IDENTITY }),
};

export const HOUSES: readonly House[] = [
  {
    adapter: "docker-hub",
    registry: "docker.io",
    reference: "docker.io/team/app",
    origin: "https://registry-1.docker.io",
    realm: "https://auth.docker.io/token",
    paged: true,
    wantsToken: true,
    open: dockerHub,
  },
  {
    adapter: "ghcr",
    registry: "ghcr.io",
    reference: "ghcr.io/team/app",
    origin: "https://ghcr.io",
    realm: "https://ghcr.io/token",
    paged: true,
    wantsToken: true,
    open: ghcr,
  },
  {
    adapter: "quay",
    registry: "quay.io",
    reference: "quay.io/team/app",
    origin: "https://quay.io",
    realm: "https://quay.io/v2/auth",
    paged: true,
    wantsToken: false,
    open: quay,
  },
  {
    adapter: "ocr",
    registry: "container-registry.oracle.com",
    reference: "container-registry.oracle.com/team/app",
    origin: "https://container-registry.oracle.com",
    realm: "https://container-registry.oracle.com/auth",
    paged: false,
    wantsToken: true,
    open: (options) => oracle({ ...options, open: [REPOSITORY] }),
  },
  {
    adapter: "ecr-public",
    registry: "public.ecr.aws",
    reference: "public.ecr.aws/team/app",
    origin: "https://public.ecr.aws",
    realm: "https://public.ecr.aws/token/",
    paged: true,
    wantsToken: true,
    open: ecrPublic,
  },
  {
    adapter: "spec",
    registry: "registry.example:5443",
    reference: "registry.example:5443/team/app",
    origin: "https://registry.example:5443",
    realm: "https://registry.example:5443/token",
    paged: true,
    wantsToken: true,
    open: (options) => distribution({ ...options, host: "registry.example:5443", auth: "token" }),
  },
];

/** The network of a house whose token times are those of `now`. */
export function openHouse(house: House, options: RegistryOptions = {}): typeof fetch {
  const registry = house.open({
    content: { [REPOSITORY]: TAGS },
    users: { [LOGIN.username]: LOGIN.password },
    ...options,
  });
  const network = simulateNetwork(registry);
  return internet((_, request) => network.fetch(request));
}

/** The options of a flow that reads anonymously, or logged in. */
export function reader(who: "anonymous" | "alice"): Pick<FlowOptions, "credentials"> {
  return who === "alice" ? { credentials: () => LOGIN } : {};
}

/** What every run against a house is judged by. */
export function lawOf(house: House, more: Partial<Law> = {}): Law {
  const places = [house.origin, new URL(house.realm).origin];
  return {
    canaries: passwordCanaries(places),
    tokenAudience: [house.origin],
    truth: TAGS,
    registry: house.registry,
    adapter: house.adapter,
    ...more,
  };
}

/** The password, and the header that carries it. */
export function passwordCanaries(audience: readonly string[]): Canary[] {
  const bytes = new TextEncoder().encode(`${LOGIN.username}:${PASSWORD}`);
  return [
    { what: "the password", value: PASSWORD, audience },
    { what: "the identity token", value: IDENTITY, audience },
    { what: "the Basic header", value: btoa(String.fromCharCode(...bytes)), audience },
  ];
}
