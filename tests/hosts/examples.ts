import {
  dockerHub,
  ecrPublic,
  ghcr,
  oracle,
  quay,
  type RegistryOptions,
  sampleContent,
  type SimulatedRegistry,
} from "../registry/mod.ts";
import { byDirectory, byName, scattered } from "../registry/paging.ts";
import type { User } from "../real/skopeo.ts";

/** A repository of the seeds on the registry that it was listed from. */
export interface Example {
  /** As a person types it. */
  readonly reference: string;
  /** The registry's name, as references are written out: `docker.io`. */
  readonly registry: string;
  /** The repository's full name. */
  readonly repository: string;
  /** The only hosts that listing it needs. */
  readonly hosts: readonly string[];
  /** Who must ask, with the secret that goes with it; nobody where anyone may. */
  readonly user?: User;
  /** Makes the registry, simulated. */
  readonly open: (options: RegistryOptions) => SimulatedRegistry;
  /** Puts tags in the order in which the registry lists them, from that in which they were pushed. */
  readonly order: (tags: readonly string[]) => readonly string[];
  /** How many requests listing so many tags takes, from a cold start. */
  readonly requests: (tags: number) => number;
}

/** Somebody with an account, with characters in both that must be encoded on their way. */
export const USER: User = { username: "me@mail.example", password: "a+b/c d:é&=%" };

const dockerHubExample: Example = {
  reference: "ubuntu",
  registry: "docker.io",
  repository: "library/ubuntu",
  hosts: ["registry-1.docker.io", "auth.docker.io"],
  open: dockerHub,
  order: byName,
  requests: () => 2,
};

const ghcrExample: Example = {
  reference: "ghcr.io/linuxserver/hedgedoc",
  registry: "ghcr.io",
  repository: "linuxserver/hedgedoc",
  hosts: ["ghcr.io"],
  open: ghcr,
  order: (tags) => tags,
  requests: (tags) => 1 + Math.ceil(tags / 1000),
};

const quayExample: Example = {
  reference: "quay.io/ansible/creator-ee",
  registry: "quay.io",
  repository: "ansible/creator-ee",
  hosts: ["quay.io"],
  open: quay,
  order: byName,
  requests: (tags) => Math.ceil(tags / 100),
};

/** Quay as it was when the seed was written, and as older installations of it still are. */
export const oldQuay: Example = {
  ...quayExample,
  open: (options) => quay({ ...options, era: "2023" }),
  order: (tags) => tags,
  requests: (tags) => Math.ceil(tags / 50),
};

/** The one that wants an account. */
export const oracleExample: Example = {
  reference: "container-registry.oracle.com/java/jdk",
  registry: "container-registry.oracle.com",
  repository: "java/jdk",
  hosts: ["container-registry.oracle.com"],
  user: USER,
  open: (options) => oracle({ ...options, users: { [USER.username]: USER.password } }),
  order: byDirectory,
  requests: () => 2,
};

const ecrPublicExample: Example = {
  reference: "public.ecr.aws/cloudwatch-agent/cloudwatch-agent",
  registry: "public.ecr.aws",
  repository: "cloudwatch-agent/cloudwatch-agent",
  hosts: ["public.ecr.aws"],
  open: ecrPublic,
  order: scattered,
  requests: (tags) => 1 + Math.ceil(tags / 1000),
};

/** The seeds' five examples. */
export const EXAMPLES: readonly Example[] = [
  dockerHubExample,
  ghcrExample,
  quayExample,
  oracleExample,
  ecrPublicExample,
];

/** The tags of the example's repository in the order in which they were pushed. */
export function pushedTags(example: Example): readonly string[] {
  const tags: readonly string[] | undefined = sampleContent()[example.repository];
  if (tags === undefined) throw new Error(`The sample has no ${example.repository}`);
  return tags;
}

/** The example's registry, which holds these tags in its repository and nothing else. */
export function openExample(
  example: Example,
  tags: readonly string[] = pushedTags(example),
): SimulatedRegistry {
  return example.open({ content: { [example.repository]: tags } });
}

/** So many made-up tags, in an order which is not by name. */
export function manyTags(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `1.${(index * 7919) % count}.${index}`);
}

/** The registry's own JSON with these tags, as `--format api` prints it. */
export function apiText(example: Example, tags: readonly string[]): string {
  return JSON.stringify({ name: example.repository, tags: example.order(tags) }) + "\n";
}

/** What skopeo prints of these tags. */
export function skopeoText(example: Example, tags: readonly string[]): string {
  const name = `${example.registry}/${example.repository}`;
  return JSON.stringify({ Repository: name, Tags: example.order(tags) }, null, 4) + "\n";
}
