import { openWriter } from "./_output.ts";
import { UsageError } from "./_usage_error.ts";

/** Symbolic links that are followed. */
const MOST_LINKS = 40;

/**
 * Writes all of `stream` to a new file beside `path`, and puts that in its place when the stream has ended
 * without an error: else nothing is left of it. A symbolic link stays, what it points to is replaced. What an
 * earlier run left that was killed is removed.
 *
 * @throws UsageError where no such file can be made, before the stream is begun
 */
export async function writeBlobFile(
  path: string,
  stream: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  await requirePermissions(path);
  const target = await targetOf(path);
  if (target !== path) await requirePermissions(target);
  await removeLeftovers(target);
  const beside = `${target}.${crypto.randomUUID().slice(0, 8)}.part`;
  const file = await createFile(beside, path);
  let isWhole = false;
  try {
    await fill(file, stream, signal);
    await Deno.rename(beside, target);
    isWhole = true;
  } finally {
    if (!isWhole) await Deno.remove(beside);
  }
}

async function fill(
  file: Deno.FsFile,
  stream: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const writer = openWriter(file, signal);
    for await (const chunk of stream) await writer.write(chunk);
    await file.syncData();
  } finally {
    file.close();
  }
}

/** To look at a file and to rename it takes both; Deno would ask a person for what is not given. */
async function requirePermissions(path: string): Promise<void> {
  const folder = folderOf(path);
  for (const name of ["read", "write"] as const) {
    const { state } = await Deno.permissions.query({ name, path: folder });
    if (state !== "granted") throw refused(path, `--allow-${name}=${folder} is not given`);
  }
}

async function targetOf(path: string): Promise<string> {
  if (await isStream(path)) {
    throw refused(path, "it is a stream or a device, and no file of its own");
  }
  try {
    const target = await Deno.realPath(path);
    if ((await Deno.stat(target)).isFile) return target;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw refused(path, reasonOf(error));
    if (!await isLink(path)) return path;
    // To a pipe, as /dev/stdout perhaps: in its place a file would be put.
    throw refused(path, "it is a link that leads to no file");
  }
  throw refused(path, "it is there and is no file");
}

/**
 * Whether a path leads through `/proc` or `/dev`, as `/dev/stdout` does: what lies there may be a file, that
 * of somebody's output, which must not be replaced.
 */
async function isStream(path: string): Promise<boolean> {
  let at = path;
  try {
    for (let links = 0; links < MOST_LINKS; links++) {
      const folder = await Deno.realPath(folderOf(at));
      if (/^\/(?:proc|dev)(?!\/shm)(?:\/|$)/.test(folder)) return true;
      if (!(await Deno.lstat(at)).isSymlink) return false;
      const target = await Deno.readLink(at);
      at = target.startsWith("/") ? target : `${folder}/${target}`;
    }
  } catch {
    // What cannot be looked at is told where it is opened.
  }
  return false;
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isSymlink;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw refused(path, reasonOf(error));
  }
}

/** Removes the parts of `target` that nobody writes: whoever does holds a lock, which ends with the process. */
async function removeLeftovers(target: string): Promise<void> {
  const folder = folderOf(target);
  const name = folder === "." ? target : target.slice(folder.length);
  try {
    for await (const entry of Deno.readDir(folder)) {
      const isPart = entry.name.startsWith(`${name}.`) &&
        /^[0-9a-f]{8}\.part$/.test(entry.name.slice(name.length + 1));
      if (!isPart || !entry.isFile) continue;
      const path = folder === "." ? entry.name : `${folder}${entry.name}`;
      using file = await Deno.open(path, { write: true });
      if (await file.tryLock(true)) await Deno.remove(path);
    }
  } catch {
    // What cannot be tidied up does not keep the new file from being written.
  }
}

async function createFile(beside: string, path: string): Promise<Deno.FsFile> {
  try {
    const file = await Deno.open(beside, { write: true, createNew: true });
    await file.tryLock(true);
    return file;
  } catch (error) {
    throw refused(path, reasonOf(error));
  }
}

function refused(path: string, reason: string): UsageError {
  return new UsageError(`Cannot write "${path}": ${reason}`);
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such folder";
  return error instanceof Error ? error.message : String(error);
}

function folderOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return end < 0 ? "." : path.slice(0, end + 1);
}
