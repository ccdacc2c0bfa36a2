import type { CopyWatcher } from "../mod.ts";
import { formatSize } from "./_image_size.ts";

/** How far copies are, in bytes. */
export interface CopyProgress extends Required<Pick<CopyWatcher, "onPlanned" | "onBytes">> {
  /** One of them has ended. */
  onEnd(): void;
}

/** Shows how far `tags` copies are: `2 of 12 tags, 45.2 MB of 1.20 GB`. What is read again is not counted again. */
export function openCopyProgress(show: (line: string) => void, tags: number): CopyProgress {
  let ended = 0;
  let planned = 0;
  let bytes = 0;

  function tell(): void {
    const before = tags > 1 ? `${ended} of ${tags} tags, ` : "";
    show(`${before}${formatSize(Math.min(bytes, planned))} of ${formatSize(planned)}`);
  }

  return {
    onPlanned(size: number): void {
      planned += size;
      tell();
    },
    onBytes(count: number): void {
      bytes += count;
      tell();
    },
    onEnd(): void {
      ended++;
      tell();
    },
  };
}
