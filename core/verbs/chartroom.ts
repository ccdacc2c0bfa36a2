import type { Target } from "../target.ts";
import type { Wire } from "../wire/open_wire.ts";

/** What every verb is made of: where a reference leads, and the way there. */
export interface Chartroom extends Wire {
  /**
   * What a reference means after expansion; asks nobody.
   *
   * @throws {RegistryError} `reference_invalid`
   */
  locate(reference: string): Target;
}
