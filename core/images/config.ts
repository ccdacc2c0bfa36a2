import type { Digest } from "../names/digest.ts";
import type { Platform } from "../names/platform.ts";
import { digestOf } from "./descriptor.ts";
import { parseDocument } from "./document.ts";
import {
  readFlag,
  readItem,
  readList,
  readRecord,
  readText,
  readTexts,
  refuseLookAlikes,
} from "./field.ts";
import { PLATFORM_KEYS, readPlatform } from "./platform_fields.ts";
import { readTime } from "./time.ts";

/** One step in the making of an image. */
export interface HistoryEntry {
  /** When, as in {@linkcode ImageConfig.created}. */
  readonly created?: string;
  /** The command, as in `/bin/sh -c #(nop) CMD ["sh"]`. */
  readonly createdBy?: string;
  /** Whether the step left no layer. */
  readonly emptyLayer: boolean;
}

/** How an image is run and how it was made. No text in it is fit to be printed as it is. */
export interface ImageConfig {
  /** What it runs on; undefined where neither system nor architecture is told. */
  readonly platform?: Platform;
  /** When the image was made, to the letter; undefined unless it is a time by RFC 3339. Reproducible builds tell 1970. */
  readonly created?: string;
  /** Who made it. */
  readonly author?: string;
  /** The user that it runs as, as in `1000:1000`; undefined is root. */
  readonly user?: string;
  /** The program; undefined and `[]` differ to no runtime. */
  readonly entrypoint?: readonly string[];
  /** The program's arguments, or the program where there is no entrypoint. */
  readonly cmd?: readonly string[];
  /** As in `PATH=/bin`. */
  readonly env: readonly string[];
  /** Where it starts. */
  readonly workingDir?: string;
  /** As in `80/tcp`. */
  readonly exposedPorts: readonly string[];
  /** Directories of which writes are kept apart. */
  readonly volumes: readonly string[];
  /** Frozen and without a prototype; empty where there are none. */
  readonly labels: Readonly<Record<string, string>>;
  /** What ends it, as in `SIGTERM`. */
  readonly stopSignal?: string;
  /** The steps, the first one first. */
  readonly history: readonly HistoryEntry[];
  /** The digests of the unpacked layers, the lowest first. */
  readonly diffIds: readonly Digest[];
}

const KNOWN: readonly string[] = [
  ...PLATFORM_KEYS,
  "created",
  "author",
  "config",
  "rootfs",
  "history",
];
const KNOWN_RUN: readonly string[] = [
  "User",
  "Entrypoint",
  "Cmd",
  "Env",
  "WorkingDir",
  "ExposedPorts",
  "Volumes",
  "Labels",
  "StopSignal",
];
const KNOWN_STEP: readonly string[] = ["created", "created_by", "empty_layer"];
const NONE: Readonly<Record<string, string>> = Object.freeze(Object.create(null));
const MOST_STEPS = 10_000;
const MOST_LAYERS = 1000;
const MOST_WORDS = 10_000;

/**
 * Reads the config of an image, of OCI or Docker, whose bytes must have been verified before.
 *
 * Every field may be absent, `null` or "", which Docker writes for most. A value of another kind is
 * refused rather than skipped: an entrypoint that is left out says that nothing runs. So is a key that
 * differs from a known one by case alone, because runtimes take it for that one. Two things are lenient:
 * a time that is none is left out, and a program may be one text, as early Docker wrote it.
 *
 * @throws RegistryError `protocol` naming the place, as in `config.Env[2]`; `too_large` for more than 1000
 * layers, or 10000 entries of another list
 */
export function parseConfig(bytes: Uint8Array): ImageConfig {
  const record = parseDocument(bytes, "the config");
  refuseLookAlikes(record, KNOWN, "the config");
  const run = readRecord(record.config, "config") ?? {};
  refuseLookAlikes(run, KNOWN_RUN, "config");
  const layers = readRecord(record.rootfs, "rootfs") ?? {};
  return {
    platform: readPlatform(record, ""),
    created: readTime(record.created),
    author: readText(record.author, "author"),
    user: readText(run.User, "config.User"),
    entrypoint: readProgram(run.Entrypoint, "config.Entrypoint"),
    cmd: readProgram(run.Cmd, "config.Cmd"),
    env: readWords(run.Env, "config.Env") ?? [],
    workingDir: readText(run.WorkingDir, "config.WorkingDir"),
    exposedPorts: readKeys(run.ExposedPorts, "config.ExposedPorts"),
    volumes: readKeys(run.Volumes, "config.Volumes"),
    labels: readTexts(run.Labels, "config.Labels") ?? NONE,
    stopSignal: readText(run.StopSignal, "config.StopSignal"),
    history: readList(record.history, "history", { most: MOST_STEPS, read: readStep }) ?? [],
    diffIds: readList(layers.diff_ids, "rootfs.diff_ids", { most: MOST_LAYERS, read: digestOf }) ??
      [],
  };
}

/** The words of a command: a list, or one text, which stands for itself alone. */
function readProgram(value: unknown, where: string): readonly string[] | undefined {
  if (value === "") return undefined;
  return typeof value === "string" ? [value] : readWords(value, where);
}

function readWords(value: unknown, where: string): readonly string[] | undefined {
  return readList(value, where, { most: MOST_WORDS, read: readItem });
}

/** The keys of what Go writes for a set: an object with empty values. */
function readKeys(value: unknown, where: string): readonly string[] {
  const keys = Object.keys(readRecord(value, where) ?? {});
  return readWords(keys, where) ?? [];
}

function readStep(value: unknown, where: string): HistoryEntry {
  const step = readRecord(value, where) ?? {};
  refuseLookAlikes(step, KNOWN_STEP, where);
  return {
    created: readTime(step.created),
    createdBy: readText(step.created_by, `${where}.created_by`),
    emptyLayer: readFlag(step.empty_layer, `${where}.empty_layer`),
  };
}
