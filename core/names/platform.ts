import { RegistryError } from "../errors.ts";
import { printable } from "./printable.ts";

/** What an image runs on, in the words of Go: `linux`, `arm64`, `v8`. */
export interface Platform {
  /** The operating system, as in `linux`. */
  readonly os: string;
  /** The processor's architecture, as in `amd64`. */
  readonly architecture: string;
  /** The architecture's version, as in `v8`. */
  readonly variant?: string;
  /** The operating system's version, as in `10.0.17763.1234`; on Windows it decides what runs. */
  readonly osVersion?: string;
  /** What the operating system must offer, as in `win32k`. */
  readonly osFeatures?: readonly string[];
}

const LONGEST = 255;
const PART = /^[A-Za-z0-9_.-]+$/;
const EXPECTED =
  'a platform is os/architecture, then perhaps /variant and :os-version, as in "linux/arm64/v8"';

/** Other names of an architecture. Source: containerd/platforms, `normalizeArch`, read 2026-09. */
const ALIASES: ReadonlyMap<string, readonly [architecture: string, variant?: string]> = new Map([
  ["i386", ["386"]],
  ["x86_64", ["amd64"]],
  ["x86-64", ["amd64"]],
  ["aarch64", ["arm64"]],
  ["armhf", ["arm", "v7"]],
  ["armel", ["arm", "v6"]],
]);

/** The variant that an architecture without one means. Source: as above. */
const USUAL: ReadonlyMap<string, string> = new Map([
  ["amd64", "v1"],
  ["arm64", "v8"],
  ["arm", "v7"],
]);

/**
 * Reads `os/architecture`, then perhaps `/variant` and `:os-version`, as {@linkcode formatPlatform} writes it.
 *
 * Case is ignored, and so are the other names that containerd knows: `linux/aarch64` is `linux/arm64`,
 * `linux/armhf` is `linux/arm/v7`, `macos` is `darwin`. No variant is added where none is meant.
 *
 * @throws RegistryError `reference_invalid`, saying what was expected
 */
export function parsePlatform(text: string): Platform {
  const [place = "", osVersion, ...rest] = text.length > LONGEST ? [] : text.split(":");
  const [os = "", architecture = "", variant, ...more] = place.split("/");
  const parts = [os, architecture, variant ?? "v", osVersion ?? "0"];
  if (rest.length > 0 || more.length > 0 || !parts.every((part) => PART.test(part))) {
    throw new RegistryError(
      "reference_invalid",
      `Cannot read platform "${printable(text, 80)}": ${EXPECTED}`,
    );
  }
  return { ...spelledOut({ os, architecture, variant }), ...(osVersion && { osVersion }) };
}

/** The text of a platform: `linux/arm64/v8`, `windows/amd64:10.0.17763.1234`. Features are left out. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant, osVersion } = platform;
  const place = variant === undefined ? [os, architecture] : [os, architecture, variant];
  return place.join("/") + (osVersion === undefined ? "" : `:${osVersion}`);
}

/**
 * The candidate for a platform, or undefined.
 *
 * System and architecture are equal, and so is the variant once a missing one is read as the usual one:
 * arm64 is arm64/v8, arm is arm/v7, amd64 is amd64/v1. No other variant stands in, even one that would
 * run. A wanted system version has to be equal, or to begin the candidate's up to a dot; without one any
 * will do. Wanted features must all be there. Of several candidates the one that has the variant to the
 * letter wins, then the one that has the version to the letter, then the first.
 */
export function choosePlatform<T extends { readonly platform?: Platform }>(
  wanted: Platform,
  candidates: readonly T[],
): T | undefined {
  return nearestPlatforms(wanted, candidates)[0];
}

/** The candidates of which {@linkcode choosePlatform} takes the first: none is nearer than another. */
export function nearestPlatforms<T extends { readonly platform?: Platform }>(
  wanted: Platform,
  candidates: readonly T[],
): readonly T[] {
  let nearest: T[] = [];
  let least = Infinity;
  for (const candidate of candidates) {
    const distance = distanceOf(wanted, candidate.platform);
    if (distance < least) [nearest, least] = [[candidate], distance];
    else if (distance === least && least < Infinity) nearest.push(candidate);
  }
  return nearest;
}

/** How far a platform is from the wanted one, 0 to the letter; infinite if it is another. */
function distanceOf(wanted: Platform, platform: Platform | undefined): number {
  if (platform === undefined || !isSame(spelledOut(wanted), spelledOut(platform))) return Infinity;
  const { osVersion = "", osFeatures = [] } = platform;
  if (wanted.osFeatures?.some((feature) => !osFeatures.includes(feature))) return Infinity;
  const near = (wanted.variant ?? "") === (platform.variant ?? "") ? 0 : 2;
  if (wanted.osVersion === undefined || wanted.osVersion === osVersion) return near;
  return osVersion.startsWith(`${wanted.osVersion}.`) ? near + 1 : Infinity;
}

function isSame(one: Platform, other: Platform): boolean {
  return one.os === other.os && one.architecture === other.architecture &&
    usualVariant(one) === usualVariant(other);
}

function usualVariant({ architecture, variant }: Platform): string {
  return variant ?? USUAL.get(architecture) ?? "";
}

/** System, architecture and variant in lower case and by their usual names. */
function spelledOut(platform: Platform): Platform {
  const system = platform.os.toLowerCase();
  const named = platform.architecture.toLowerCase();
  const [architecture, implied] = ALIASES.get(named) ?? [named];
  const variant = implied ?? spelledVariant(architecture, platform.variant?.toLowerCase());
  const os = system === "macos" ? "darwin" : system;
  return { os, architecture, ...(variant && { variant }) };
}

function spelledVariant(architecture: string, variant: string | undefined): string | undefined {
  if (architecture === "386") return undefined;
  const isBare = variant !== undefined && /^[5-9]$/.test(variant);
  return isBare && architecture.startsWith("arm") ? `v${variant}` : variant;
}
