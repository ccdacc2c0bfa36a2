import type { Ask } from "../wire/ask.ts";
import { doorQuestion } from "../wire/auth.ts";
import type { Place } from "../wire/grant.ts";
import { named } from "../wire/keyring.ts";
import type { Operation } from "../wire/operation.ts";
import { explain, refusedAnswer } from "../wire/refusal.ts";

/**
 * Tries a login at the registry's door, `/v2/`. What stands in the answer is no matter: some send a bare
 * `true` there.
 *
 * Source: OCI distribution specification 1.1, "Determining Support".
 *
 * @returns whether the registry asked for the login at all
 * @throws {RegistryError} `unauthorized` if it was refused or there is none, `blocked` if it was kept back
 */
export async function knock(
  place: Place,
  ports: { readonly ask: Ask; readonly operation: Operation },
): Promise<boolean> {
  const { ask, operation } = ports;
  const asked = await ask(place, doorQuestion(place.origin), operation);
  const { answer, asker } = asked;
  if (answer.value === undefined) throw refusedAnswer(place, asked, operation);
  if (asker.login !== undefined) return true;
  const { spurned, withheldFrom } = asker;
  if (spurned !== undefined) {
    throw operation.fail("unauthorized", `the registry refuses ${named(spurned)}`);
  }
  const explained = explain(place, { withheldFrom }, {}, operation);
  if (explained !== undefined) throw explained;
  if (asker.unused === undefined) throw operation.fail("unauthorized", "there are no credentials");
  return false;
}
