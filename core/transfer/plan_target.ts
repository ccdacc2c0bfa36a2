/** What a target may say of the source, and what that stands for. */
const PLACES: ReadonlyMap<string, (source: Named) => string> = new Map([
  ["{path}", ({ repository }: Named) => repository],
  ["{name}", ({ repository }: Named) => repository.slice(repository.lastIndexOf("/") + 1)],
  // A port's colon is no part of a repository's name.
  ["{registry}", ({ registry }: Named) => registry.replaceAll(/[^a-z0-9.-]+/g, "-")],
]);

/** A repository with its registry. */
interface Named {
  readonly registry: string;
  readonly repository: string;
}

/**
 * The repository that a target of a plan means for a source: `{path}` is the source's `java/jdk`, `{name}` its
 * `jdk`, `{registry}` its host.
 */
export function expandTarget(target: string, source: Named): string {
  let text = target;
  for (const [place, meaning] of PLACES) text = text.replaceAll(place, meaning(source));
  return text;
}

/** Whether sources of different names get different targets. */
export function tellsApart(target: string): boolean {
  return target.includes("{path}") || target.includes("{name}");
}
