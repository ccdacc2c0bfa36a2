import { type ApiAnswer, listReferrers, type ReferrerPorts } from "../endpoints/referrers.ts";
import type { Digest } from "../names/digest.ts";
import type { Place } from "../wire/grant.ts";

/** Of repositories whose referrers API was asked for: whether there is none. */
export type ReferrersApis = Map<string, Promise<boolean>>;

/** Asks a repository's referrers API, after the first answer only if there is one. */
export async function askReferrersApi(
  place: Place,
  subject: Digest,
  { apis, ...ports }: ReferrerPorts & { readonly apis: ReferrersApis },
): Promise<ApiAnswer> {
  const name = `${place.origin}/${place.repository}`;
  const known = apis.get(name);
  if (known !== undefined && await known) {
    return { api: "unsupported", reason: "there is none", isAbsent: true };
  }
  const asked = listReferrers(place, subject, {}, ports);
  if (known === undefined) apis.set(name, asked.then(isAbsent, () => false));
  return await asked;
}

function isAbsent(answer: ApiAnswer): boolean {
  return answer.api === "unsupported" && answer.isAbsent;
}
