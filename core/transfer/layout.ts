import type { CopyTarget, ListedSource } from "./ends.ts";
import type { Archives } from "./archive_writer.ts";
import { openArchive } from "./archive_files.ts";
import { archiveTarget } from "./archive_target.ts";
import { openFolder } from "./layout_folder.ts";
import { type LayoutName, openPlace } from "./layout_place.ts";
import { sourceOf } from "./layout_source.ts";
import { targetOf } from "./layout_target.ts";

export type { LayoutName };

/** What an end on disk takes. */
export interface LayoutPorts {
  /** Ends whatever is under way. */
  readonly signal?: AbortSignal;
  /** The archives that copies which run together write. @default one that this copy writes alone */
  readonly archives?: Archives;
}

/** An OCI image layout, to be copied from. Nothing is read before it is asked. */
export function layoutSource(name: LayoutName, { signal }: LayoutPorts): ListedSource {
  const place = openPlace(name, "source");
  const files = name.kind === "oci" ? openFolder(place) : openArchive(place);
  return sourceOf(files, place, signal);
}

/** An OCI image layout, to be copied to. Nothing is made before something is put. */
export function layoutTarget(
  name: LayoutName,
  { signal, archives = new Map() }: LayoutPorts,
): CopyTarget {
  const place = openPlace(name, "destination");
  if (name.kind === "oci-archive") return archiveTarget(place, archives, signal);
  return targetOf(openFolder(place), place, signal);
}
