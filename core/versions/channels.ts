import { value } from "./runs.ts";
import type { Version } from "./shape.ts";

/** With so many numbers or fewer, one longer version is enough. */
const SURELY = 2;
const MANY = "many";

/** Tells which versions of a list are moving channels, when all of it was seen. */
export interface ChannelWatch {
  /** Takes one version of the list into account. */
  see(version: Version): void;
  /** Whether a version moves: `21` where `21.0.7` is, `3.19-alpine` where `3.19.1` is. */
  isChannel(version: Version): boolean;
}

/**
 * Begins to watch a list. What it says of a version can only turn from "moves not" to "moves".
 *
 * A tag of one or two numbers moves where one version of the list goes on with more, whatever its variant.
 * A pre-release makes no release move: 3.20 is what 3.20.0-rc1 led to. A longer one needs two: `1.2.3.1` alone is rather a repair of `1.2.3`, which stays what it is.
 * A build does not move: `21_35-jdk` is the 35th of Java 21.
 */
export function watchChannels(): ChannelWatch {
  /** The number that follows, or that there are several: in releases, and in pre-releases. */
  const released = new Map<string, string>();
  const early = new Map<string, string>();
  return {
    see({ kind, flavour, numbers, parts, isPre }: Version): void {
      if (kind === "date") return;
      const longer = isPre ? early : released;
      // Java 8 and those before call themselves 1.8.0_441: 8 moves there.
      const [first, second = "", ...more] = numbers;
      if (first === "1" && more.length === 1 && parts[0]?.mark === "_") {
        longer.set(`${flavour}/${value(second)}`, MANY);
      }
      let key = flavour;
      for (let at = 0; at < numbers.length - 1; at++) {
        key += `/${value(numbers[at] ?? "")}`;
        const next = value(numbers[at + 1] ?? "");
        const known = longer.get(key);
        if (known === undefined) longer.set(key, next);
        else if (known !== next && known !== MANY) longer.set(key, MANY);
      }
    },
    isChannel({ kind, flavour, numbers, parts, behind, isPre }: Version): boolean {
      const isBuild = behind.length > 0 || parts.some(({ role }) => role === "build");
      if (kind === "date" || isBuild) return false;
      const key = [flavour, ...numbers.map(value)].join("/");
      const found = released.get(key) ?? (isPre ? early.get(key) : undefined);
      return numbers.length > SURELY ? found === MANY : found !== undefined;
    },
  };
}
