import type { Descriptor } from "../images/descriptor.ts";
import { isForeignLayerType } from "../names/media_type.ts";
import type { Repository } from "../names/reference.ts";
import type { Content } from "../wire/content.ts";
import { join } from "../wire/reply.ts";
import type { Berth } from "./ends.ts";
import type { Voyage } from "./voyage.ts";

/** Blobs up to so many bytes are held, so that they are verified before they are sent, and go with their length. */
const HELD = 1024 * 1024;

/** Copies a blob, once for all copies that share a ledger. */
export async function copyBlob(blob: Descriptor, voyage: Voyage): Promise<void> {
  const { source, target, ledger, signal } = voyage;
  const { digest, mediaType, size, urls = [] } = blob;
  // A registry need not have it, and need not take it: its descriptor says where it is.
  if (isForeignLayerType(mediaType) && urls.length > 0) return;
  await ledger.once({ kind: "blob", source, target, digest, signal }, async () => {
    voyage.onPlanned?.(size);
    const fate = await target.hasBlob(blob)
      ? "present"
      : await ledger.inTurn(() => carry(blob, voyage));
    if (target.berth !== undefined) ledger.note(target.berth, digest);
    if (fate !== "copied") voyage.onBytes?.(size);
    voyage.onStep?.({ kind: "blob", digest, mediaType, size, fate });
  });
}

async function carry(blob: Descriptor, voyage: Voyage): Promise<"mounted" | "copied" | "present"> {
  const { source, target, signal } = voyage;
  signal.throwIfAborted();
  const from = target.berth && holderOf(blob, target.berth, voyage);

  async function content(): Promise<Content> {
    if (blob.size > HELD) return () => counted(source.readBlob(blob), voyage);
    return join(await Array.fromAsync(counted(source.readBlob(blob), voyage)), blob.size);
  }

  const arrival = await target.putBlob(blob, content, from);
  return arrival === "sent" ? "copied" : arrival;
}

/** A repository of the target's registry that has the blob: the source itself, or one it was copied to before. */
function holderOf(
  { digest }: Descriptor,
  berth: Berth,
  { source, ledger }: Voyage,
): Repository | undefined {
  const isNeighbour = source.berth?.registry === berth.registry &&
    source.berth.repository !== berth.repository;
  return isNeighbour ? source.berth?.repository : ledger.holderOf(berth, digest);
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  { onBytes }: Voyage,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onBytes?.(chunk.length);
    yield chunk;
  }
}
