import { assert } from "@std/assert/assert";
import type { Place } from "../wire/grant.ts";

/**
 * The address of something in a repository: `rest` follows its name, as `manifests/latest`, and is made of
 * checked parts only.
 */
export function addressIn({ origin, repository }: Place, rest: string): URL {
  const path = `/v2/${repository}/${rest}`;
  const url = new URL(path, origin);
  assert(url.pathname === path, "a name must not change the path");
  return url;
}
