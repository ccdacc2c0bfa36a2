import { isPermitted } from "./permission.ts";
import { type OpenFile, openFile, platformName } from "./runtime.ts";

/** What came of reading a file. A `reason` never holds anything of the content. */
export type FileReading =
  | {
    readonly kind: "text";
    readonly text: string;
    /** Whether the group or others may read it too; never where the system has no such modes. */
    readonly isExposed: boolean;
  }
  | { readonly kind: "missing" }
  /** The runtime or the system does not let this process read it. */
  | { readonly kind: "refused"; readonly reason: string }
  /** It is there, but it is no text file of that length. */
  | { readonly kind: "broken"; readonly reason: string };

/** Reads a file; more than `limit` bytes are broken. */
export type ReadFile = (path: string, limit: number) => Promise<FileReading>;

const READABLE_BY_OTHERS = 0o044;

const REASONS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "the folder is not there"],
  ["EEXIST", "something else is there"],
  ["ENAMETOOLONG", "the name is too long"],
  ["EACCES", "permission denied"],
  ["EPERM", "not permitted"],
  ["EROFS", "the file system is read-only"],
  ["ENOSPC", "no space is left"],
  ["EDQUOT", "the quota of the disk is used up"],
  ["EFBIG", "the file is too large for the file system"],
  ["EIO", "the disk has failed"],
  ["EBUSY", "it is in use"],
  ["EMFILE", "too many files are open"],
  ["EISDIR", "it is a directory"],
  ["ENOTDIR", "a part of its path is not a directory"],
  ["ELOOP", "too many symbolic links"],
]);

/** Reads a file of this machine. */
export async function readTextFile(path: string, limit: number): Promise<FileReading> {
  if (!isPermitted({ name: "read", path })) {
    return { kind: "refused", reason: `--allow-read=${path} is not given` };
  }
  try {
    await using file = await openFile(path);
    return await readAll(file, limit);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "missing" };
    const isRefused = code === "EACCES" || code === "EPERM" || code === "ERR_ACCESS_DENIED";
    return { kind: isRefused ? "refused" : "broken", reason: reasonOf(error) };
  }
}

/** The code of a system error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Why a file could not be used, in words. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code !== undefined) return REASONS.get(code) ?? `the system says ${code}`;
  return error instanceof Error ? error.message : "unknown";
}

async function readAll(file: OpenFile, limit: number): Promise<FileReading> {
  const { isFile, mode } = await file.stat();
  const bytes = new Uint8Array(limit + 1);
  let length = 0;
  // Pipes and the files of /proc tell no size beforehand.
  while (length <= limit) {
    const count = await file.read(bytes.subarray(length));
    if (count === 0) break;
    length += count;
  }
  if (length > limit) return { kind: "broken", reason: `it has more than ${limit} bytes` };
  const text = decode(bytes.subarray(0, length));
  if (text === undefined) return { kind: "broken", reason: "it is not text in UTF-8" };
  const hasModes = isFile && platformName() !== "win32";
  return { kind: "text", text, isExposed: hasModes && ((mode ?? 0) & READABLE_BY_OTHERS) !== 0 };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
