import { buildImage } from "./image.ts";
import type { Content, Images } from "./simulated_registry.ts";

/** An image for every tag of a content, each of one small layer which names the repository and the tag: no two are equal. */
export function imagesOf(content: Content): Images {
  return Object.fromEntries(
    Object.entries(content).map(([repository, tags]) => [repository, {
      tags: Object.fromEntries(
        tags.map((tag) => [tag, buildImage({ layers: [{ name: `${repository}:${tag}\n` }] })]),
      ),
    }]),
  );
}
