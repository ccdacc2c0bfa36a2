import { RegistryError } from "../errors.ts";
import type { EndName } from "./end_name.ts";
import type { CopySource, CopyTarget } from "./ends.ts";

/** A layout's name. */
export type LayoutName = Exclude<EndName, { readonly kind: "registry" }>;

/** What an end on disk takes. */
export interface LayoutPorts {
  /** Ends whatever is under way. */
  readonly signal?: AbortSignal;
}

/** An OCI image layout, to be copied from. */
export function layoutSource(name: LayoutName, _ports: LayoutPorts): CopySource {
  throw new RegistryError("unsupported", `Cannot read ${name.path}: not built`);
}

/** An OCI image layout, to be copied to. */
export function layoutTarget(name: LayoutName, _ports: LayoutPorts): CopyTarget {
  throw new RegistryError("unsupported", `Cannot write ${name.path}: not built`);
}
