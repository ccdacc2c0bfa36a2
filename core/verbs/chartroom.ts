import type { Manifests } from "../endpoints/manifests.ts";
import type { Target } from "../target.ts";
import type { Wire } from "../wire/open_wire.ts";

/** What every verb is made of: where a reference leads, and the way there. */
export interface Chartroom extends Wire {
  /** The manifests of all registries; it remembers where HEAD is of no use. */
  readonly manifests: Manifests;
  /**
   * What a reference means after expansion; asks nobody.
   *
   * @throws {RegistryError} `reference_invalid`
   */
  locate(reference: string): Target;
}
