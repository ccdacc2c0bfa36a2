import { type ErrorCode, type ErrorFacts, RegistryError } from "../errors.ts";
import { printable } from "../names/printable.ts";
import { codeOf, reasonOf } from "../system/files.ts";
import { NotPermitted } from "../system/disk.ts";
import { LockHeld } from "../system/file_lock.ts";
import type { EndName } from "./end_name.ts";

/** A layout's name. */
export type LayoutName = Exclude<EndName, { readonly kind: "registry" }>;

/** A layout as an end of a copy: how it is called, and how what fails there is told. */
export interface LayoutPlace {
  /** For messages: `oci:some/folder`. */
  readonly name: string;
  /** How what fails there begins, behind "Cannot": `copy from "oci:some/folder"`. */
  readonly what: string;
  /** The folder, or the archive. */
  readonly path: string;
  /** The error of this end. `reason` must be printable. */
  fail(code: ErrorCode, reason: string, facts?: ErrorFacts, cause?: unknown): RegistryError;
  /** The error for what is no layout, or none that is read or written here. */
  foreign(reason: string, facts?: ErrorFacts): RegistryError;
  /** Does what touches the disk: an error of the system becomes this end's, with the path in it. */
  onDisk<T>(path: string, work: () => Promise<T>): Promise<T>;
  /** Runs a pure parser on what a file holds: what it refuses becomes this end's error. */
  reading<T>(file: string, parse: () => T): T;
}

/** An end of a copy in a layout. */
export function openPlace(
  { kind, path }: Pick<LayoutName, "kind" | "path">,
  side: NonNullable<ErrorFacts["side"]>,
): LayoutPlace {
  const name = `${kind}:${printable(path, 200)}`;
  const what = `copy ${side === "source" ? "from" : "to"} "${name}"`;

  function fail(code: ErrorCode, reason: string, facts: ErrorFacts = {}, cause?: unknown) {
    return new RegistryError(code, `Cannot ${what}: ${reason}`, { ...facts, side }, { cause });
  }

  return {
    name,
    what,
    path,
    fail,
    foreign: (reason: string, facts: ErrorFacts = {}) =>
      fail(side === "source" ? "protocol" : "reference_invalid", reason, facts),
    async onDisk<T>(at: string, work: () => Promise<T>): Promise<T> {
      try {
        return await work();
      } catch (error) {
        if (error instanceof NotPermitted || error instanceof LockHeld) {
          throw fail("unavailable", printable(error.message), {}, error);
        }
        const isOurs = codeOf(error) !== undefined || isRuntime(error);
        if (error instanceof RegistryError || !isOurs) throw error;
        const reason = `${printable(at, 300)}: ${printable(reasonOf(error))}`;
        throw fail("unavailable", reason, {}, error);
      }
    },
    reading<T>(file: string, parse: () => T): T {
      try {
        return parse();
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        const { code, message, facts } = error;
        throw fail(code, `in ${printable(file, 300)}: ${message}`, facts, error);
      }
    },
  };
}

/** What Deno says for itself when a permission is missing after all. */
function isRuntime(error: unknown): boolean {
  return error instanceof Error && ["NotCapable", "PermissionDenied"].includes(error.name);
}
