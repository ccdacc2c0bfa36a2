import type { TagDetails } from "../adapter.ts";
import { isTag, type Tag } from "../names/tag.ts";
import type { Place } from "../wire/grant.ts";
import { addressIn } from "./address.ts";
import { type ListingOptions, type ListingPorts, listNames } from "./names.ts";
import { toldOfTags } from "./told_of_tags.ts";

/** One tag of a listing, with what is known of it besides its name. */
export interface TagEntry extends Omit<TagDetails, "name"> {
  /** The tag's name. */
  readonly name: Tag;
}

/**
 * Pages through the tags of a repository: each tag once, in the registry's order.
 *
 * Source: OCI distribution specification 1.1, "Listing Tags".
 *
 * @returns whether it came to the end
 * @throws {RegistryError} `incomplete` once there were tags, else the reason's own code
 */
export function listTags(
  place: Place,
  options: ListingOptions,
  ports: ListingPorts,
): AsyncGenerator<readonly TagEntry[], boolean> {
  return listNames(place, {
    nouns: "tags",
    member: "tags",
    isName: isTag,
    address: addressIn(place, "tags/list"),
    pages: place.adapter.pages ?? {},
    tooLarge: "--page-size asks for less at a time",
    subject: `${place.registry}/${place.repository}`,
    entries(names: readonly Tag[], page: Readonly<Record<string, unknown>>): readonly TagEntry[] {
      const told = toldOfTags(page.manifest);
      return names.map((name) => ({ name, ...told.get(name) }));
    },
  }, { ...ports, options });
}
