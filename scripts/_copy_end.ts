import { type Flow, parseEndName, printable, type Target } from "../mod.ts";
import { fullName } from "./_tag_format.ts";
import { UsageError } from "./_usage_error.ts";

/** One end of a copy, as the command line names it. */
export interface CopyEnd {
  /** As it was written. */
  readonly text: string;
  /** The reference, where it is in a registry. */
  readonly reference?: string;
  /** What one image is called there, where that was written of an end on disk. */
  readonly name?: string;
  /** The tag that this is, or has. */
  readonly tag?: string;
}

/** Both ends. */
export interface CopyEnds {
  /** Where it is copied from. */
  readonly source: CopyEnd;
  /** Where it is copied to. */
  readonly destination: CopyEnd;
}

/**
 * The two operands.
 *
 * @throws UsageError for more and for fewer
 * @throws RegistryError `reference_invalid`
 */
export function readEnds(operands: readonly string[]): CopyEnds {
  const [source, destination, ...others] = operands;
  if (source === undefined || destination === undefined || others.length > 0) {
    // Not named: what stands in front of an `@` may be a password.
    const got = operands.length === 0 ? "none" : operands.length;
    throw new UsageError(`Cannot copy: expected a source and a destination, got ${got}`);
  }
  return { source: readEnd(source), destination: readEnd(destination) };
}

/** The references of those ends that are in registries, the source first. */
export function referencesOf({ source, destination }: CopyEnds): readonly string[] {
  return [source, destination].flatMap(({ reference }) => reference ?? []);
}

/** Where an end is, if it is in a registry. */
export function targetOf({ reference }: CopyEnd, { locate }: Pick<Flow, "locate">):
  | Target
  | undefined {
  return reference === undefined ? undefined : locate(reference);
}

/** An end as messages name it, without its tag: `quay.io/org/app`, `oci:PATH`. */
export function bareName(end: CopyEnd, flow: Pick<Flow, "locate">): string {
  const target = targetOf(end, flow);
  if (target !== undefined) return fullName(target);
  const { text, name } = end;
  return printable(name === undefined ? text : text.slice(0, -name.length - 1), 1000);
}

/**
 * Sees to it that an end names no image of its own, since all of them are copied.
 *
 * @throws UsageError
 */
export function checkWhole(end: CopyEnd, flow: Pick<Flow, "locate">): void {
  const target = targetOf(end, flow);
  if (target === undefined ? end.name === undefined : !(target.tag ?? target.digest)) return;
  const what = `Cannot use "--all-tags" with "${printable(end.text, 200)}", one image`;
  throw new UsageError(`${what}: expected ${bareName(end, flow)}`);
}

function readEnd(text: string): CopyEnd {
  const end = parseEndName(text);
  if (end.kind === "registry") return { text, reference: end.reference };
  return { text, name: end.name, tag: end.tag };
}
