export type { RegistryAdapter, RegistryCredentials, RegistryPages } from "./core/adapter.ts";
export { RegistryError } from "./core/errors.ts";
export type { ErrorCode, ErrorFacts } from "./core/errors.ts";
export type {
  Credentials,
  CredentialSource,
  Flow,
  FlowOptions,
  TagEntry,
  TagListing,
  TagOptions,
  Target,
} from "./core/flow.ts";
